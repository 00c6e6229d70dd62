import { isNewer, listen } from "./live.js";
import { keepUp } from "./time.js";

keepUp();
listen((point) => {
	const card = /** @type {HTMLElement | null} */ (
		document.querySelector(`.sensor[data-sensor="${CSS.escape(point.sensor)}"]`)
	);
	if (!card) return;
	// The first point of a sensor makes another card of it.
	if (Number(card.dataset.time) === 0) location.reload();
	if (!isNewer(card, card.querySelector(".heard"), point)) return;
	const air = card.querySelector(".air");
	if (air && point.air) {
		air.className = `air ${point.air.level}`;
		air.textContent = point.air.text;
	}
	for (const reading of card.querySelectorAll(".reading")) {
		const { quantity = "", decimals } = /** @type {HTMLElement} */ (reading).dataset;
		const value = point.values[quantity];
		const place = reading.querySelector(".value");
		if (place) place.textContent = value === undefined ? "–" : value.toFixed(Number(decimals));
	}
});
