import { Hands } from "./hands.js";
import { Plots } from "./plots.js";
import { Sight } from "./sight.js";
import { dayOf, secondOf } from "./time.js";

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
/** Nobody tells any more: all that is shown is from before. */
let lost = false;

/** Device time, ms since 1970. */
const now = () => clock.now + (performance.now() - clock.at) * clock.rate;

const sight = new Sight(document, now);
const hands = new Hands(document, now);
const plots = new Plots(find("#plots"), find("#bands"), now);

const source = new EventSource("/events");
source.onopen = () => lose(false);
source.onerror = () => lose(true);
source.onmessage = ({ data }) => take(JSON.parse(data));

/** @param {boolean} isLost */
function lose(isLost) {
	lost = isLost;
	// Time stands still until somebody tells what it is.
	if (lost) clock = { now: now(), rate: 0, at: performance.now() };
	find("#lost").hidden = !lost;
	document.body.classList.toggle("is-lost", lost);
	find(".hands").inert = lost;
	age();
}

/** Readings that are not of now are not shown as if they were. */
function age() {
	plots.isLive(!lost && state?.power !== false);
}

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
		age();
	}
	if (message.windows) plots.add(message.windows);
	if (message.whole) plots.begin();
	for (const gesture of message.gestures ?? []) sight.gesture(gesture);
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
	for (const content of [secondOf(time), what, answer]) row.insertCell().textContent = content;
	if (status !== undefined) row.lastElementChild?.classList.add(status < 400 ? "ok" : "refused");
	return row;
}

setInterval(() => {
	if (!state || lost || document.hidden) return;
	const pace = clock.rate === 1 ? "" : `, ${clock.rate} times as fast`;
	find("#clock").textContent = `${dayOf(now())}${pace}`;
	sight.tick(state);
}, TICK);
