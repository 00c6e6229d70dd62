/** What a light shows before gamma: integers, 0 to 255. */
export interface Color {
	readonly red: number;
	readonly green: number;
	readonly blue: number;
}

/** The names taken, with the values of CSS Color 4, 6.1: its "green" is half as bright as its "lime". */
const NAMES: Readonly<Record<string, number>> = {
	black: 0x000000,
	silver: 0xc0c0c0,
	gray: 0x808080,
	white: 0xffffff,
	maroon: 0x800000,
	red: 0xff0000,
	purple: 0x800080,
	fuchsia: 0xff00ff,
	green: 0x008000,
	lime: 0x00ff00,
	olive: 0x808000,
	yellow: 0xffff00,
	navy: 0x000080,
	blue: 0x0000ff,
	teal: 0x008080,
	aqua: 0x00ffff,
	orange: 0xffa500,
	pink: 0xffc0cb,
	cyan: 0x00ffff,
	magenta: 0xff00ff,
	violet: 0xee82ee,
	turquoise: 0x40e0d0,
	gold: 0xffd700,
	indigo: 0x4b0082,
};

/**
 * The color that a name, "#rrggbb" (both in any case) or `{red, green, blue}` (integers 0 to 255, and
 * nothing beside them) stands for; undefined for everything else.
 */
export function parseColor(value: unknown): Color | undefined {
	if (typeof value === "string") {
		if (value.startsWith("#") && /^#[0-9a-f]{6}$/i.test(value))
			return unpack(Number.parseInt(value.slice(1), 16));
		const name = value.toLowerCase();
		// XS keeps every name that a property was asked for by, so first it has to be one of these.
		return Object.keys(NAMES).includes(name) ? unpack(NAMES[name]!) : undefined;
	}
	if (typeof value !== "object" || value === null || Object.keys(value).length !== 3) return undefined;
	const red = channel(value, "red");
	const green = channel(value, "green");
	const blue = channel(value, "blue");
	if (red === undefined || green === undefined || blue === undefined) return undefined;
	return unpack(pack(red, green, blue));
}

/** "#rrggbb", in lower case. */
export function formatColor({ red, green, blue }: Color): string {
	return `#${(0x1000000 + pack(red, green, blue)).toString(16).slice(1)}`;
}

/** A color as one number, 0xrrggbb. */
export function pack(red: number, green: number, blue: number): number {
	return (red << 16) | (green << 8) | blue;
}

function unpack(color: number): Color {
	return { red: color >> 16, green: (color >> 8) & 0xff, blue: color & 0xff };
}

function channel(value: object, name: "red" | "green" | "blue"): number | undefined {
	if (!Object.hasOwn(value, name)) return undefined;
	const level: unknown = (value as Record<string, unknown>)[name];
	return Number.isInteger(level) && (level as number) >= 0 && (level as number) <= 255
		? (level as number)
		: undefined;
}
