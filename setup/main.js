import { ask, sign } from "./sensor.js";
import { TEXTS } from "./texts.js";

/** @typedef {{ ssid: string, rssi: number, secure: boolean }} Network */

/** ms between two looks at how the joining goes. */
const LOOK = 1_500;
/** ms that a trial may take, with the phone's way back into the access point. */
const PATIENCE = 120_000;

const language = navigator.languages.map((tag) => tag.slice(0, 2)).find((tag) => tag in TEXTS) ?? "en";
const texts = /** @type {Record<string, string>} */ (TEXTS[/** @type {"en"} */ (language)]);

/** @param {string} key @param {string | number} name */
const text = (key, name = "") => (texts[key] ?? key).replace("{}", () => String(name));

/** @param {string} id */
const part = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
/** @param {string} id */
const input = (id) => /** @type {HTMLInputElement} */ (document.getElementById(id));

/** The device's own description. @type {import("./sensor.js").Identity} */
let sensor;
/** What the link of the owner's account brought: fields of `pair`. @type {Record<string, unknown>} */
let brought = {};
/** The owner's UUID. */
let uuid = "";
/** The network that is being joined. */
let ssid = "";

/** @param {string} message */
function complain(message) {
	part("problem").textContent = message;
	part("problem").hidden = message === "";
	if (message !== "") part("problem").scrollIntoView({ block: "nearest" });
}

/** @param {"choose" | "progress" | "done"} name */
function show(name) {
	for (const id of ["choose", "progress", "done"]) part(id).hidden = id !== name;
	if (name === "done") part("done-title").focus();
}

/** @param {string} message */
function progress(message) {
	part("progress-text").textContent = message;
	part("status").textContent = message;
	show("progress");
}

/** Paths of a symbol with four bars, of which `bars` are full, and of a lock. @param {Network} network */
function picture({ secure }, /** @type {number} */ bars) {
	const bar = [0, 1, 2, 3].map(
		(i) => `<path class="${i < bars ? "" : "off"}" d="M${2 + i * 6} ${22}v-${6 + i * 5}h4v${6 + i * 5}z"/>`,
	);
	const lock = secure ? `<path d="M6 11V8a6 6 0 0 1 12 0v3h2v11H4V11zm3 0h6V8a3 3 0 0 0-6 0z"/>` : "";
	const svg = (/** @type {string} */ inside) => `<svg viewBox="0 0 26 24" aria-hidden="true">${inside}</svg>`;
	return svg(lock) + svg(bar.join(""));
}

/** @param {Network | undefined} network */
function option(network) {
	const label = document.createElement("label");
	label.className = "network";
	const radio = document.createElement("input");
	radio.type = "radio";
	radio.name = "network";
	radio.onchange = () => choose(network);
	const name = document.createElement("span");
	name.textContent = network?.ssid ?? text("other");
	label.append(radio, name);
	if (network) {
		// Between what is as good as none, and what is as good as it gets (dBm).
		const bars = Math.max(1, Math.min(4, Math.round((network.rssi + 95) / 11)));
		const hint = document.createElement("span");
		hint.className = "hidden";
		hint.textContent = `, ${text("strength", bars)}${network.secure ? `, ${text("secure")}` : ""}`;
		name.append(hint);
		label.insertAdjacentHTML("beforeend", picture(network, bars));
	}
	return label;
}

/** @param {Network | undefined} network undefined: one that is typed */
function choose(network) {
	part("named").hidden = network !== undefined;
	part("secured").hidden = network !== undefined && !network.secure;
	input("ssid").value = network?.ssid ?? "";
	input("password").value = "";
	(network ? input("password") : input("ssid")).focus();
}

async function search() {
	const list = part("networks");
	part("found").hidden = false;
	part("again").hidden = true;
	list.textContent = text("searching");
	part("named").hidden = part("secured").hidden = true;
	/** @type {Network[]} */
	let networks = [];
	try {
		const body = { udid: sensor.udid, scanWifi: {} };
		const answer = await ask(body, sensor.paired ? await proofOf(body) : undefined);
		networks = answer.scanWifi?.networks ?? [];
	} catch {
		// Then it is typed.
	}
	part("again").hidden = false;
	list.textContent = networks.length > 0 ? "" : text("none");
	list.append(...networks.map(option), option(undefined));
}

/** @param {object} body */
async function proofOf(body) {
	sensor = await ask();
	return sign(sensor.token, uuid, JSON.stringify(body));
}

/** @param {SubmitEvent} event */
async function connect(event) {
	event.preventDefault();
	complain("");
	ssid = input("ssid").value;
	const password = part("secured").hidden ? "" : input("password").value;
	if (sensor.paired && uuid === "") uuid = input("uuid").value.trim();
	if (ssid === "") return complain(text("unnamed"));
	if (password !== "" && password.length < 8) return complain(text("short"));
	const wifi = { ssid, password };
	try {
		progress(sensor.paired ? text("joining", ssid) : text("pairing"));
		const body = sensor.paired
			? { udid: sensor.udid, setWifi: wifi }
			: { udid: sensor.udid, pair: { ...brought, uuid, wifi } };
		const answer = await ask(body, sensor.paired ? await proofOf(body) : undefined);
		if (answer.status !== "ok") return refuse(answer);
		await watch();
	} catch {
		show("choose");
		complain(text("lost"));
	}
}

/** @param {{ code?: string, message?: string }} answer */
function refuse({ code = "", message = "" }) {
	/** @type {Record<string, string>} */
	const known = { "pairing-closed": "closed", "already-paired": "taken", "wrong-secret": "wrong" };
	show("choose");
	if (code === "wrong-secret") {
		uuid = "";
		part("keyed").hidden = false;
	}
	complain(text(known[code] ?? "refused", message));
}

/** Looks how the joining goes until it is known. */
async function watch() {
	progress(text("joining", ssid));
	const limit = Date.now() + PATIENCE;
	while (Date.now() < limit) {
		await new Promise((resolve) => setTimeout(resolve, LOOK));
		try {
			sensor = await ask();
		} catch {
			continue;
		}
		const state = sensor.wifi;
		if (state === "joined") return finish();
		if (state !== undefined && state !== "joining") {
			show("choose");
			return complain(text(state, ssid));
		}
	}
	show("choose");
	complain(text("lost"));
}

function finish() {
	complain("");
	part("done-text").textContent = text("joined", ssid);
	const addresses = [sensor.address && `http://${sensor.address}/`, `http://ambient16-${sensor.udid}.local/`];
	for (const address of addresses) {
		if (!address) continue;
		const line = document.createElement("div");
		line.append(link(address, address));
		part("links").append(line);
	}
	part("key").textContent = uuid;
	const save = link(`data:text/plain,${encodeURIComponent(`${uuid}\n`)}`, text("save"));
	save.download = `ambient16-${sensor.udid}.txt`;
	save.className = "button";
	part("keepers").append(save);
	part("share").hidden = !("share" in navigator);
	show("done");
}

/** @param {string} address @param {string} label */
function link(address, label) {
	const anchor = document.createElement("a");
	anchor.href = address;
	anchor.textContent = label;
	return anchor;
}

/** @param {() => Promise<void>} task */
const quietly = (task) => () => void task().catch(() => {});

/** What is in the fragment never leaves the phone. It is JSON with fields of `pair`. */
function readLink() {
	const fragment = decodeURIComponent(location.hash.slice(1));
	if (fragment === "") return;
	const { uuid: given, name, influx, mqtt } = JSON.parse(fragment);
	brought = { ...(name && { name }), ...(influx && { influx }), ...(mqtt && { mqtt }) };
	if (typeof given !== "string") throw new TypeError();
	uuid = given;
	// Not in the history, nor over somebody's shoulder.
	history.replaceState(null, "", location.pathname);
}

function translate() {
	document.documentElement.lang = language;
	const labels = {
		networks: "networks-title",
		done: "done-title",
		keepTitle: "keep-title",
		keep: "keep-text",
	};
	for (const [key, id] of Object.entries(labels)) part(id).textContent = text(key);
	for (const id of ["ssid", "password", "uuid", "show"]) part(`${id}-label`).textContent = text(id);
	for (const id of ["again", "connect", "copy", "share"]) part(id).textContent = text(id);
}

async function start() {
	translate();
	part("show-row").hidden = false;
	part("done-title").tabIndex = -1;
	input("show").onchange = () => {
		input("password").type = input("show").checked ? "text" : "password";
	};
	part("again").onclick = () => {
		complain("");
		void search();
	};
	part("choose").onsubmit = (event) => void connect(event);
	part("copy").onclick = quietly(async () => {
		await navigator.clipboard.writeText(uuid);
		part("copy").textContent = text("copied");
	});
	part("share").onclick = quietly(() => navigator.share({ title: "Ambient16", text: uuid }));
	try {
		readLink();
	} catch {
		complain(text("link"));
	}
	try {
		sensor = await ask();
	} catch {
		return complain(text("lost"));
	}
	part("udid").textContent = sensor.udid;
	part("intro").textContent = text(sensor.paired ? "moved" : "intro");
	part("keyed").hidden = !sensor.paired;
	if (sensor.paired) choose(undefined);
	else {
		if (uuid === "") uuid = crypto.randomUUID();
		await search();
	}
}

void start();
