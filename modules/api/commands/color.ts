import { CHANNELS, formatColor, parseColor } from "../../led/color";
import type { Light, LightOrder } from "../../led/light";
import { COLOR_DURATION } from "../../limits";
import type { Command } from "../command";
import { Fields } from "../fields";

const NAME = "setColor";
const FIELDS = ["color", "effect", "duration", "intensity"] as const;
const EFFECTS = ["blink", "solid", "breathe"] as const;
/** Percent: [least, default, most]. */
const INTENSITY = [0, 100, 100] as const;

/** `setColor`: shows a color for a while, then the light goes back to what it was. */
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
			throw fields.invalid("color", 'a color name, "#rrggbb" or {red, green, blue} from 0 to 255');
		return {
			color,
			effect: fields.choice("effect", EFFECTS),
			duration: fields.number("duration", COLOR_DURATION),
			intensity: fields.number("intensity", INTENSITY),
		};
	}

	perform(order: LightOrder): object {
		this.#light.show(order);
		const { color, effect, duration, intensity } = order;
		return { color: formatColor(color), effect, duration, intensity };
	}
}
