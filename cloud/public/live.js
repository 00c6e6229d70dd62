import { tellHeard } from "./time.js";

/** @typedef {{ sensor: string, time: number, values: Record<string, number>, air?: { level: string, text: string } }} Point */

/** @typedef {{ sensor: string, direction: string, time: number }} Motion */

/** ms until it is tried again where the server has not let us listen; a connection that is lost the browser opens anew. */
const AGAIN = 60_000;

/**
 * Asks for points, and movements, as they come.
 * @param {(point: Point) => void} take @param {(motion: Motion) => void} [move]
 */
export function listen(take, move) {
	const source = new EventSource("/live");
	source.addEventListener("error", () => {
		if (source.readyState === EventSource.CLOSED) setTimeout(() => listen(take, move), AGAIN);
	});
	source.addEventListener("point", ({ data }) => take(JSON.parse(data)));
	if (move) source.addEventListener("motion", ({ data }) => move(JSON.parse(data)));
}

/**
 * Puts a point into what shows its sensor, if it is newer than what is shown: late ones come as well.
 * @param {HTMLElement} place @param {HTMLElement | null} heard @param {Point} point
 */
export function isNewer(place, heard, { time }) {
	if (time <= Number(place.dataset.time)) return false;
	place.dataset.time = `${time}`;
	if (heard) {
		heard.dataset.time = `${time}`;
		tellHeard(heard);
	}
	return true;
}
