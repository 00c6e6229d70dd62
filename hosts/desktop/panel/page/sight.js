import { left, secondOf } from "./time.js";

/** @import { Gesture, State } from "../message" */

/** @type {Record<string, string>} */
const NAMES = {
	"#ff0000": "red",
	"#00ff00": "green",
	"#0000ff": "blue",
	"#ffff00": "yellow",
	"#00ffff": "cyan",
	"#ff00ff": "magenta",
	"#ffffff": "white",
};

/** What an effect of the owner's or a signal of the device's own means. @type {Record<string, string>} */
const EFFECTS = {
	off: "is off",
	blink: "blinks",
	solid: "shines",
	breathe: "breathes",
	pairing: "breathes: it can be paired",
	reset: "warns: it is about to forget its owner",
	error: "shows an error",
	update: "shows an update",
};

/** Why it began to run. @type {Record<string, string>} */
const RESETS = {
	power: "the power came",
	restart: "by order",
	crash: "after a crash",
	watchdog: "after it hung",
};

const TRAVEL = 700;
/** What a desk listens at unless told otherwise: its client needs no address then. */
const USUAL = "http://localhost:8080/";
/** What is seen of a gesture, and for how many ms. @type {Record<Gesture, string>} */
const GESTURES = {
	"left-to-right": "is-passed-right",
	"right-to-left": "is-passed-left",
	breath: "is-breathed",
};
const GESTURE = 1_500;

/** The picture of the device, the facts beside it, and the news for who cannot see them. */
export class Sight {
	#document;
	#now;
	#sent = 0;
	/** @type {Map<string, string>} */
	#facts = new Map();

	/** @param {Document} document @param {() => number} now */
	constructor(document, now) {
		this.#document = document;
		this.#now = now;
	}

	/** @param {State} state */
	show(state) {
		const { light, effect, power, network, mode, pairing, paired, cloud } = state;
		const scene = /** @type {SVGElement} */ (this.#document.querySelector("#scene"));
		const channels = [1, 3, 5].map((at) => Number.parseInt(light.slice(at, at + 2), 16));
		const level = Math.max(...channels) / 255;
		// The hue in full, and how much of it there is: a dim light is not a black one.
		const hue = channels.map((channel) => (level > 0 ? Math.round(channel / level) : 0));
		scene.style.setProperty("--light", `rgb(${hue.join(" ")})`);
		scene.style.setProperty("--level", `${level > 0 ? 0.25 + 0.75 * level : 0}`);
		scene.dataset.light = light;

		const suspended = mode === "https";
		const cut = power && (!network || (cloud.database && (suspended || cloud.error !== undefined)));
		scene.classList.toggle("is-unpowered", !power);
		scene.classList.toggle("is-cut", cut);
		scene.classList.toggle("is-idle", !power || (!cut && !cloud.database));
		scene.classList.toggle("is-pressed", state.pressed);
		if (cloud.sent > this.#sent) this.#travel(scene);
		this.#sent = cloud.sent;
		const waiting = cloud.waiting > 0;
		this.#text(
			".way-text",
			!power ? "" : !network ? "unplugged" : !cut ? "" : suspended ? "HTTPS mode" : "fails",
		);
		this.#text(".power-text", power ? "" : "no power");
		this.#text(".sent", cloud.database ? `${cloud.sent} sent` : "no database set");
		this.#text(".number.waiting", waiting ? `${cloud.waiting}` : "");
		this.#text(".waiting-text", waiting ? (cloud.waiting === 1 ? "point waits" : "points wait") : "");

		const lights = EFFECTS[effect] ?? effect;
		const color = effect === "off" ? "" : (NAMES[state.color] ?? state.color);
		this.#fact(
			"light",
			"#light-text",
			[color, lights].filter(Boolean).join(" "),
			`Light: ${color} ${lights}`,
		);
		const listens =
			mode === "https" ? `HTTPS, ${new URL(state.https).host}` : `plain HTTP, ${new URL(state.http).host}`;
		this.#fact("mode", "#mode", power ? listens : "–");
		const owner = paired ? "paired" : pairing ? "none, it can be paired" : "none, pairing is closed";
		this.#fact("owner", "#owner", power ? owner : "–", `Owner: ${owner}`);
		const free = power && !paired;
		/** @type {HTMLElement} */ (this.#document.querySelector("#pair")).hidden = !free;
		const place = state.http === USUAL ? "" : ` --url ${new URL(state.http).host}`;
		this.#text(
			"#pair-how",
			pairing
				? "To become its owner, in a terminal:"
				: "To become its owner press its button shortly, then in a terminal:",
		);
		this.#text("#pair-command", `npm run --silent ambient16 -- pair${place}`);
		const lost = cloud.lost > 0 ? `, ${cloud.lost} lost` : "";
		const error = cloud.error === undefined ? "" : `: ${cloud.error}`;
		const points = `${cloud.waiting} waiting, ${cloud.sent} sent${lost}${error}`;
		this.#text("#points", cloud.database ? points : "not stored, no database is set");
		const { started, problem } = state;
		this.#text(
			"#started",
			started ? `${secondOf(started.time)}, ${RESETS[started.reset] ?? started.reset}` : "–",
		);
		this.#parts(".problem", problem !== null);
		this.#text("#problem", problem ? `${secondOf(problem.time)}, ${problem.message}` : "");
		this.#update(state.update);
		this.#fact("network", undefined, network ? "Network plugged in" : "Network unplugged");
		this.#fact("power", undefined, power ? "Power on" : "No power");
		this.#fact("error", undefined, cloud.error ? `Nothing can be sent: ${cloud.error}` : "");
		this.#text("#udid", state.udid);
		this.#text("#scene-text", ["light", "network", "power"].map((name) => this.#facts.get(name)).join(". "));
		this.tick(state);
	}

	/** @param {State["update"]} update */
	#update(update) {
		this.#parts(".update", update !== null);
		const { state = "", version = "", percent, error } = update ?? {};
		const what = [state, version].filter(Boolean).join(" ");
		const text = error === undefined ? what : `${what}: ${error}`;
		// Not each percent is news.
		this.#fact("update", undefined, text && `Update ${text}`);
		this.#text("#update", percent === undefined ? text : `${text}, ${percent} %`);
		const bar = /** @type {HTMLProgressElement} */ (this.#document.querySelector(".update progress"));
		bar.hidden = percent === undefined;
		bar.value = percent ?? 0;
	}

	/** Shows what belongs together, or hides it. @param {string} place @param {boolean} shown */
	#parts(place, shown) {
		/** @type {NodeListOf<HTMLElement>} */
		const parts = this.#document.querySelectorAll(place);
		for (const part of parts) part.hidden = !shown;
	}

	/** What only time changes. @param {State} state */
	tick({ token, tokenEnds, httpsEnds, pairing, pairingEnds, paired }) {
		const until = (/** @type {number} */ end) => `${left(end - this.#now())} left`;
		this.#text("#token", token || "–");
		this.#text("#token-left", token ? until(tokenEnds) : "");
		this.#text("#mode-left", httpsEnds > 0 ? until(httpsEnds) : "");
		this.#text("#pair-left", pairing && !paired ? until(pairingEnds) : "");
	}

	/** Shows what somebody does. @param {Gesture} gesture */
	gesture(gesture) {
		const scene = /** @type {Element} */ (this.#document.querySelector("#scene"));
		const seen = GESTURES[gesture];
		scene.classList.add(seen);
		setTimeout(() => scene.classList.remove(seen), GESTURE);
		this.#text(
			"#news",
			gesture === "breath" ? "Somebody breathes on it" : `Movement ${gesture.replaceAll("-", " ")}`,
		);
	}

	/** A fact that is news when it changes. @param {string} name @param {string | undefined} place */
	#fact(name, place, text = "", news = text) {
		if (place) this.#text(place, text);
		const before = this.#facts.get(name);
		this.#facts.set(name, news);
		if (before !== undefined && before !== news && news) this.#text("#news", news);
	}

	/** @param {string} place @param {string} text */
	#text(place, text) {
		const element = /** @type {Element} */ (this.#document.querySelector(place));
		if (element.textContent !== text) element.textContent = text;
	}

	/** @param {Element} scene */
	#travel(scene) {
		if (scene.classList.contains("is-sending")) return;
		scene.classList.add("is-sending");
		setTimeout(() => scene.classList.remove("is-sending"), TRAVEL);
	}
}
