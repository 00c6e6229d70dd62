/** @param {Intl.DateTimeFormatOptions} options */
const format = (options) => {
	const { format } = new Intl.DateTimeFormat(undefined, options);
	return (/** @type {number} */ ms) => format(ms);
};

/** ms since 1970 as this browser's language writes hours: with 12 or with 24. */
export const minuteOf = format({ hour: "2-digit", minute: "2-digit" });
export const secondOf = format({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
export const dayOf = format({ dateStyle: "medium", timeStyle: "medium" });

/** "9:05": how long it is until then. @param {number} ms */
export function left(ms) {
	const seconds = Math.max(Math.ceil(ms / 1000), 0);
	return `${Math.floor(seconds / 60)}:${`${seconds % 60}`.padStart(2, "0")}`;
}
