import { formatColor, parseColor } from "../../led/color";
import type { Light, LightOrder } from "../../led/light";
import { COLOR_DURATION } from "../../limits";
import type { Command } from "../command";
import { Fields } from "../fields";

/** `setColor`: shows a colour for a while, then the light goes back to what it was. */
export function setColor(light: Light): Command<LightOrder> {
	return {
		where: "any",
		validate(value) {
			const fields = new Fields("setColor", value, ["color", "effect", "duration", "intensity"]);
			const color = parseColor(fields.any("color"));
			if (!color)
				throw fields.invalid("color", 'a color name, "#rrggbb" or {red, green, blue} from 0 to 255');
			return {
				color,
				effect: fields.choice("effect", ["blink", "solid", "breathe"]),
				duration: fields.number("duration", COLOR_DURATION),
				intensity: fields.number("intensity", [0, 100, 100]),
			};
		},
		perform(order) {
			light.show(order);
			return { ...order, color: formatColor(order.color) };
		},
	};
}
