/** What is used here of Piu and of the simulator of Moddable's SDK 8.2.3. */

declare class Skin {
	constructor(options: { fill: string });
}

declare class Style {
	constructor(options: { font: string; color: string; horizontal: "left" | "center" | "right" });
}

interface Layout {
	left?: number;
	width?: number;
	top?: number;
	height?: number;
	skin?: Skin;
	style?: Style;
	string?: string;
	Behavior?: new () => Behavior;
	contents?: unknown[];
}

declare class Behavior {}

declare class Content {
	constructor(data: unknown, layout: Layout);
	skin: Skin;
}

/** Lines as wide as there is room for. */
declare class Text extends Content {
	string: string;
}

declare class Container extends Content {
	/** Calls what is so named of all behaviors inside. */
	distribute(name: string, data: unknown): void;
}

declare module "ControlsPane" {
	export const ControlsColumn: { template(layout: () => Layout): unknown };
	export function ButtonsRow(row: {
		label: string;
		buttons: { eventDown: string; eventUp: string; label: string }[];
	}): unknown;
}

declare module "DevicePane" {
	export class DeviceBehavior extends Behavior {
		/** To the firmware. */
		postJSON(container: Container, message: object): void;
	}
	export const DeviceContainer: { template(layout: (device: unknown) => Layout): unknown };
	export function DeviceScreen(device: unknown, layout: Layout & { rotation: number }): unknown;
}
