import { CHANNELS, formatColor, parseColor } from "../../led/color";
import { EFFECTS, type LightOrder } from "../../led/light";
import { COLOR_DURATION } from "../../limits";
import type { Command } from "../command";
import { Fields } from "../fields";

const NAME = "setColor";
const FIELDS = ["color", "effect", "duration", "intensity"] as const;
/** Percent: [least, default, most]. */
const INTENSITY = [0, 100, 100] as const;

/** `setColor`: shows a color for a while, or until the next order. */
export const setColor: Command<LightOrder> = {
	name: NAME,
	fields: [...FIELDS, ...CHANNELS],
	where: "any",
	scope: "l",

	validate(value) {
		const fields = new Fields(NAME, value, FIELDS);
		const color = parseColor(fields.any("color"));
		if (color === undefined)
			throw fields.invalid(
				"color",
				'"off", a color name, "#rrggbb", "#rgb" or {red, green, blue} from 0 to 255',
			);
		return {
			color,
			effect: fields.choice("effect", EFFECTS),
			duration: fields.numberOrNull("duration", COLOR_DURATION),
			intensity: fields.number("intensity", INTENSITY),
		};
	},

	perform(order, { light }) {
		light.show(order);
		const { color, effect, duration, intensity } = order;
		return { color: formatColor(color), effect, duration, intensity };
	},
};
