import { html } from "ghtml";

const MINUTE = 60_000;
const UNITS = [
	["year", 525_600],
	["month", 43_800],
	["day", 1_440],
	["hour", 60],
	["minute", 1],
] as const;

/** How long ago it was, in words; the time itself in the element. */
export function ago(time: number, now: number): string {
	return html`<time datetime="${new Date(time).toISOString()}">${inWords(now - time)}</time>`;
}

function inWords(ms: number): string {
	const minutes = Math.floor(ms / MINUTE);
	const [unit, length] = UNITS.find(([, length]) => minutes >= length) ?? [];
	if (!unit) return "just now";
	const count = Math.floor(minutes / length);
	return `${count} ${unit}${count === 1 ? "" : "s"} ago`;
}
