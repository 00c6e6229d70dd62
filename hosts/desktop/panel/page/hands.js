/** @import { State } from "../message" */

/** Seconds of device time: a short press, one for sure beyond the 10 s that reset, and those 10 s. */
const SHORT = 0.2;
const LONG = 11;
const RESET = 10;

/** All that a person does to the device. */
export class Hands {
	#now;
	#press;
	/** @type {HTMLElement[]} */
	#switches;
	#wifiHelp;
	/** Orders go one after the other: a release must not overtake its press. */
	#sending = Promise.resolve();
	#holding = false;
	/** Device time at which the button was pressed. */
	#since = 0;

	/** @param {Document} document @param {() => number} now */
	constructor(document, now) {
		/** @param {string} id @returns {HTMLElement} */
		const find = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
		/** @param {string} id @param {object} order */
		const onClick = (id, order) => find(id).addEventListener("click", () => this.#do(order));
		this.#now = now;
		this.#press = find("press");
		this.#switches = [find("network"), find("power"), find("router"), find("newPassword")];
		this.#wifiHelp = find("wifi-help");
		onClick("press-long", { button: LONG });
		onClick("wave-left", { motion: "right-to-left" });
		onClick("wave-right", { motion: "left-to-right" });
		onClick("breathe", { breath: true });
		for (const element of this.#switches)
			element.addEventListener("click", () => this.#do({ [element.id]: element.ariaChecked !== "true" }));
		this.#watchPress();
	}

	/** @param {State} state */
	show(state) {
		if (state.pressed && !this.#press.classList.contains("is-pressed")) {
			this.#since = this.#now();
			requestAnimationFrame(this.#progress);
		}
		this.#press.classList.toggle("is-pressed", state.pressed);
		const { network, power, wifi } = state;
		/** @type {Record<string, boolean | undefined>} */
		const on = { network, power, router: wifi?.router, newPassword: wifi?.newPassword };
		for (const element of this.#switches) {
			element.hidden = on[element.id] === undefined;
			element.ariaChecked = `${on[element.id]}`;
		}
		this.#wifiHelp.hidden = !wifi;
		if (wifi)
			this.#wifiHelp.textContent = [
				wifi.joined ? `In the Wi-Fi “${wifi.joined}”.` : "In no Wi-Fi.",
				...(wifi.accessPoint ? ["Its own access point is open."] : []),
			].join(" ");
	}

	#watchPress() {
		const press = this.#press;
		const isKey = (/** @type {KeyboardEvent} */ { key }) => key === " " || key === "Enter";
		press.addEventListener("pointerdown", (event) => {
			if (event.button !== 0) return;
			press.setPointerCapture(event.pointerId);
			this.#hold();
		});
		for (const end of ["pointerup", "pointercancel", "lostpointercapture", "blur"])
			press.addEventListener(end, () => this.#release());
		window.addEventListener("pagehide", () => this.#release());
		press.addEventListener("contextmenu", (event) => event.preventDefault());
		press.addEventListener("keydown", (event) => {
			if (!isKey(event)) return;
			event.preventDefault();
			this.#hold();
		});
		press.addEventListener("keyup", (event) => {
			if (!isKey(event)) return;
			event.preventDefault();
			this.#release();
		});
		// Neither pointer nor key: a screen reader's.
		press.addEventListener("click", (event) => {
			if (event.detail === 0) this.#do({ button: SHORT });
		});
	}

	#hold() {
		if (this.#holding) return;
		this.#holding = true;
		this.#do({ pressed: true });
	}

	#release() {
		if (!this.#holding) return;
		this.#holding = false;
		this.#do({ pressed: false });
	}

	#progress = () => {
		const pressed = this.#press.classList.contains("is-pressed");
		const held = pressed ? (this.#now() - this.#since) / 1000 : 0;
		this.#press.style.setProperty("--held", `${Math.min(held / RESET, 1)}`);
		const label = /** @type {HTMLElement} */ (this.#press.firstElementChild);
		label.textContent = pressed ? `Held ${Math.floor(held)} s` : "Press and hold";
		if (pressed) requestAnimationFrame(this.#progress);
	};

	/** @param {object} order */
	#do(order) {
		const init = {
			method: "POST",
			headers: { "X-Ambient16": "panel" },
			body: JSON.stringify(order),
			keepalive: true,
		};
		this.#sending = this.#sending
			.then(() => fetch("/do", init))
			.then(
				() => {},
				() => {},
			);
	}
}
