/** What a light shows before gamma: 0xrrggbb. */
export type Color = number;

/** The names taken; "off" is not CSS's. XS keeps each name that a property was asked for by, so that they are no properties. */
const NAMES: readonly string[] = [
	"black",
	"silver",
	"gray",
	"white",
	"maroon",
	"red",
	"purple",
	"fuchsia",
	"green",
	"lime",
	"olive",
	"yellow",
	"navy",
	"blue",
	"teal",
	"aqua",
	"orange",
	"pink",
	"cyan",
	"magenta",
	"violet",
	"turquoise",
	"gold",
	"indigo",
	"off",
];

/** Their values in CSS Color 4, 6.1: its "green" is half as bright as its "lime". */
const VALUES: readonly Color[] = [
	0x000000, 0xc0c0c0, 0x808080, 0xffffff, 0x800000, 0xff0000, 0x800080, 0xff00ff, 0x008000, 0x00ff00,
	0x808000, 0xffff00, 0x000080, 0x0000ff, 0x008080, 0x00ffff, 0xffa500, 0xffc0cb, 0x00ffff, 0xff00ff,
	0xee82ee, 0x40e0d0, 0xffd700, 0x4b0082, 0x000000,
];

/** The parts of a color that is given as an object. */
export const CHANNELS = ["red", "green", "blue"] as const;

/**
 * The color that a name, "#rrggbb", "#rgb" (all in any case) or `{red, green, blue}` (integers 0 to 255, and
 * nothing beside them) stands for; undefined for everything else.
 */
export function parseColor(value: unknown): Color | undefined {
	if (typeof value === "string") {
		const at = NAMES.indexOf(value.toLowerCase());
		if (at >= 0) return VALUES[at];
		const digits = value.slice(1);
		if (value[0] !== "#" || /[^0-9A-Fa-f]/.test(digits)) return undefined;
		if (digits.length === 3) return spread(Number.parseInt(digits, 16));
		return digits.length === 6 ? Number.parseInt(digits, 16) : undefined;
	}
	if (typeof value !== "object" || value === null || Object.keys(value).length !== 3) return undefined;
	const red = channel(value, "red");
	const green = channel(value, "green");
	const blue = channel(value, "blue");
	if (red === undefined || green === undefined || blue === undefined) return undefined;
	return (red << 16) | (green << 8) | blue;
}

/** "#rrggbb", in lower case. */
export function formatColor(color: Color): string {
	return `#${(0x1000000 + color).toString(16).slice(1)}`;
}

/** A color at a fraction of its brightness, `factor` from 0 to 1. */
export function scale(color: Color, factor: number): Color {
	if (factor === 1) return color;
	const red = Math.round((color >> 16) * factor);
	const green = Math.round(((color >> 8) & 0xff) * factor);
	const blue = Math.round((color & 0xff) * factor);
	return (red << 16) | (green << 8) | blue;
}

/** "#rgb" stands for "#rrggbb" (CSS Color 4, 5.2). */
function spread(color: number): Color {
	return (((color & 0xf00) << 8) | ((color & 0x0f0) << 4) | (color & 0x00f)) * 0x11;
}

function channel(value: object, name: (typeof CHANNELS)[number]): number | undefined {
	if (!Object.hasOwn(value, name)) return undefined;
	const level: unknown = (value as Record<string, unknown>)[name];
	return Number.isInteger(level) && (level as number) >= 0 && (level as number) <= 255
		? (level as number)
		: undefined;
}
