/*
	The board in the window of Moddable's simulator: a light, a display and a button, all in sight in the window as it
	opens. The simulator reads it when it starts (npm run sim names this folder).

	What the firmware posts: {"led":0xrrggbb}, {"text":[line, …]}. What it is sent: {"button":1} pressed, 0 let go.
*/
import { ButtonsRow, ControlsColumn } from "ControlsPane";
import { DeviceBehavior, DeviceContainer, DeviceScreen } from "DevicePane";

const WIDTH = 310;
const HEIGHT = 360;
const LIGHT = 160;
const MARGIN = 16;

const skins = {
	frame: new Skin({ fill: "#1c1c1e" }),
	dark: new Skin({ fill: "#000000" }),
};
const style = new Style({ font: "12px Open Sans", color: "#f2f2f2", horizontal: "left" });

class BoardBehavior extends DeviceBehavior {
	/** @param {Container} container */
	onButtonDown(container) {
		this.postJSON(container, { button: 1 });
	}

	/** @param {Container} container */
	onButtonUp(container) {
		this.postJSON(container, { button: 0 });
	}

	/**
	 * @param {Container} container
	 * @param {{ led?: number, text?: string[] }} message
	 */
	onJSON(container, { led, text }) {
		if (led !== undefined) container.distribute("onLight", led);
		if (text !== undefined) container.distribute("onText", text);
	}
}

class LightBehavior extends Behavior {
	/**
	 * @param {Content} content
	 * @param {number} color
	 */
	onLight(content, color) {
		content.skin = new Skin({ fill: `#${color.toString(16).padStart(6, "0")}` });
	}
}

class DisplayBehavior extends Behavior {
	/**
	 * @param {Text} text
	 * @param {string[]} lines
	 */
	onText(text, lines) {
		text.string = lines.join("\n");
	}
}

export default {
	// What npm run sim builds: for a board of the SDK that has a light of any color and a button.
	applicationName: "moddable_six/debug/.*",
	title: "Ambient16",
	Workers: {},
	ControlsTemplate: ControlsColumn.template(() => ({
		contents: [
			ButtonsRow({
				label: "Button",
				buttons: [{ eventDown: "onButtonDown", eventUp: "onButtonUp", label: "Press" }],
			}),
		],
	})),
	DeviceTemplates: {
		0: DeviceContainer.template((device) => ({
			Behavior: BoardBehavior,
			width: WIDTH,
			height: HEIGHT,
			skin: skins.frame,
			contents: [
				new Content(null, {
					left: (WIDTH - LIGHT) / 2,
					width: LIGHT,
					top: MARGIN,
					height: LIGHT,
					skin: skins.dark,
					Behavior: LightBehavior,
				}),
				new Text(null, {
					left: MARGIN,
					width: WIDTH - 2 * MARGIN,
					top: LIGHT + 2 * MARGIN,
					height: HEIGHT - LIGHT - 2 * MARGIN,
					style,
					Behavior: DisplayBehavior,
				}),
				// The firmware runs in this; it draws nothing.
				DeviceScreen(device, { left: 0, width: 0, top: 0, height: 0, rotation: 0 }),
			],
		})),
	},
};
