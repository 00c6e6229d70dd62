import { CHANNELS, formatColor, parseColor } from "../../led/color";
import { EFFECTS, type Light, type LightOrder } from "../../led/light";
import { COLOR_DURATION } from "../../limits";
import type { Command } from "../command";
import { Fields } from "../fields";

const NAME = "setColor";
const FIELDS = ["color", "effect", "duration", "intensity"] as const;
/** Percent: [least, default, most]. */
const INTENSITY = [0, 100, 100] as const;

/** `setColor`: shows a color for a while, or until the next order. */
export class SetColor implements Command<LightOrder> {
	static readonly names = [NAME, ...FIELDS, ...CHANNELS];
	readonly #light: Light;

	constructor(light: Light) {
		this.#light = light;
	}

	get name() {
		return NAME;
	}

	get where() {
		return "any" as const;
	}

	get scope() {
		return "l" as const;
	}

	validate(value: unknown): LightOrder {
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
	}

	perform(order: LightOrder): object {
		this.#light.show(order);
		const { color, effect, duration, intensity } = order;
		return { color: formatColor(color), effect, duration, intensity };
	}
}
