/** Seconds after the beginning of a window when the next one should long have come. */
const STALE = 60;
/** ms */
const OFTEN = 5_000;

/** How long ago: points/pages.ts says it in the same words. @param {number} seconds */
export function ago(seconds) {
	if (seconds < STALE) return "now";
	if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
	if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
	return `${Math.floor(seconds / 86_400)} d ago`;
}

/** Keeps up what pages say of when a sensor was heard. */
export function keepUp() {
	const tell = () => {
		for (const element of document.querySelectorAll(".heard"))
			tellHeard(/** @type {HTMLElement} */ (element));
	};
	tell();
	setInterval(tell, OFTEN);
}

/** @param {HTMLElement} element */
export function tellHeard(element) {
	const text = ago(Date.now() / 1000 - Number(element.dataset.time));
	element.classList.toggle("now", text === "now");
	if (element.textContent !== text) element.textContent = text;
}

/** Seconds since 1970 in the words of the browser's language. @param {Intl.DateTimeFormatOptions} options */
export function format(options) {
	const { format } = new Intl.DateTimeFormat(undefined, options);
	return (/** @type {number} */ seconds) => format(seconds * 1000);
}
