import type { DeviceEvent, Readings } from "../host";
import type { Console, Ready } from "./console";
import { describeEvent, describeReadings, describeReady, hexColor, LightChanges, patch } from "./readable";

/** ms between two repaints of the last line. */
const REPAINT = 40;
const PATCH_WIDTH = 4;

export interface TerminalOptions {
	write(text: string): void;
	/** Colors and a last line that is painted over: for a terminal whose user allows it. */
	live: boolean;
	/** Whether keys are read. */
	keys: boolean;
	/** Width of the terminal, in characters. */
	columns(): number;
	/** The hour for a line, as "14:03:12". */
	hour(): string;
}

/** Readable lines; in a live terminal a last line besides, with the light and the latest readings. */
export class TerminalConsole implements Console {
	#options: TerminalOptions;
	#changes = new LightChanges();
	#color = { red: 0, green: 0, blue: 0 };
	#readings: Readings = {};
	#begun = false;
	#repaint: NodeJS.Timeout | undefined;

	constructor(options: TerminalOptions) {
		this.#options = options;
	}

	ready(ready: Ready): void {
		this.#begun = true;
		this.#print(describeReady(ready, this.#options.keys));
	}

	event(event: DeviceEvent): void {
		if (event.event === "window") {
			this.#readings = event.readings;
			this.#paintSoon();
			return;
		}
		const { live, hour } = this.#options;
		const light = event.event === "led" ? this.#changes.describe(event) : undefined;
		const line = light
			? `light    ${live && event.event === "led" ? `${patch(event)} ` : ""}${light}`
			: describeEvent(event);
		if (line) this.#print(`${hour()}  ${line}\n`);
	}

	glow(red: number, green: number, blue: number): void {
		this.#color = { red, green, blue };
		this.#paintSoon();
	}

	close(): void {
		clearTimeout(this.#repaint);
		if (this.#options.live) this.#options.write("\r\x1b[2K");
	}

	#print(text: string): void {
		if (!this.#options.live) this.#options.write(text);
		else this.#options.write(`\r\x1b[2K${text}${this.#lastLine()}`);
	}

	#paintSoon(): void {
		if (!this.#options.live || !this.#begun) return;
		this.#repaint ??= setTimeout(() => {
			this.#repaint = undefined;
			this.#options.write(`\r\x1b[2K${this.#lastLine()}`);
		}, REPAINT).unref();
	}

	/** It must not reach the terminal's edge, or it would become two. */
	#lastLine(): string {
		const text = ` ${hexColor(this.#color)}  ${describeReadings(this.#readings)}`;
		const room = this.#options.columns() - PATCH_WIDTH - 1;
		return room > 0 ? patch(this.#color) + text.slice(0, room) : "";
	}
}
