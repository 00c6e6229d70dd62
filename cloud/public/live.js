import { tellHeard } from "./time.js";

/** @typedef {{ sensor: string, time: number, values: Record<string, number>, air?: { level: string, text: string } }} Point */

/** ms until it is tried again where the server has not let us listen; a connection that is lost the browser opens anew. */
const AGAIN = 60_000;

/** Asks for points as they come. @param {(point: Point) => void} take */
export function listen(take) {
	const source = new EventSource("/live");
	source.addEventListener("error", () => {
		if (source.readyState === EventSource.CLOSED) setTimeout(() => listen(take), AGAIN);
	});
	source.addEventListener("point", ({ data }) => take(JSON.parse(data)));
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
