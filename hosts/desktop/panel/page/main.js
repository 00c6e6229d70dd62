import { Hands } from "./hands.js";
import { Plots } from "./plots.js";
import { Sight } from "./sight.js";

/** @import { Entry, Message, State } from "../message" */

/** As many as the server remembers. */
const ENTRIES = 100;
/** ms between two looks at what only time changes. */
const TICK = 250;

/** @param {string} selector @returns {HTMLElement} */
const find = (selector) => /** @type {HTMLElement} */ (document.querySelector(selector));

const rows = find("#log tbody");
let clock = { now: 0, rate: 1, at: 0 };
/** @type {State | undefined} */
let state;

/** Device time, ms since 1970. */
const now = () => clock.now + (performance.now() - clock.at) * clock.rate;

const sight = new Sight(document, now);
const hands = new Hands(document, now);
const plots = new Plots(find("#plots"), find("#bands"), now);

const source = new EventSource("/events");
source.onopen = () => {
	find("#lost").hidden = true;
};
source.onerror = () => {
	find("#lost").hidden = false;
};
source.onmessage = ({ data }) => take(JSON.parse(data));

/** @param {Message} message */
function take(message) {
	clock = { ...message.clock, at: performance.now() };
	if (message.whole) {
		state = undefined;
		rows.replaceChildren();
		plots.clear();
	}
	if (message.state) {
		state = /** @type {State} */ ({ ...state, ...message.state });
		sight.show(state);
		hands.show(state);
		plots.waiting(state.cloud.waiting);
	}
	if (message.windows) plots.add(message.windows);
	if (message.outages) plots.shade(message.outages);
	if (message.entries) enter(message.entries);
}

/** The newest on top. @param {Entry[]} entries */
function enter(entries) {
	rows.prepend(...entries.slice(-ENTRIES).reverse().map(rowOf));
	while (rows.childElementCount > ENTRIES) rows.lastElementChild?.remove();
}

/** @param {Entry} entry */
function rowOf({ time, kind, status, text }) {
	const row = document.createElement("tr");
	const answer = status === undefined ? "" : `${status}`;
	const what = kind === "request" ? text : `${kind}: ${text}`;
	for (const content of [new Date(time).toTimeString().slice(0, 8), what, answer])
		row.insertCell().textContent = content;
	if (status !== undefined) row.lastElementChild?.classList.add(status < 400 ? "ok" : "refused");
	return row;
}

setInterval(() => {
	if (!state || document.hidden) return;
	const pace = clock.rate === 1 ? "" : `, ${clock.rate} times as fast`;
	find("#clock").textContent = `${new Date(now()).toLocaleString()}${pace}`;
	sight.tick(state);
}, TICK);
