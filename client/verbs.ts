import type { Color, ColorOptions, Data, Status } from "./types.js";

export type Commands = Record<string, object | null>;

/** What a sensor takes by whatever way it is reached. Rejects with a SensorError, always. */
export abstract class Verbs {
	/** Any commands of docs/protocol.md, in one request: all of them are carried out, or none. */
	abstract send(commands: Commands): Promise<Record<string, unknown>>;

	/** Shows a color for a while, or until the next order: as docs/protocol.md has it, also without its "#". */
	async setColor(
		color: Color,
		options: ColorOptions = {},
	): Promise<Required<ColorOptions> & { color: string }> {
		return (await this.send({ setColor: { color: spell(color), ...options } })).setColor as never;
	}

	/** The latest window and the event counters. */
	async data(): Promise<Data> {
		return (await this.send({ getData: {} })).getData as Data;
	}

	/** How it is: why it started and when, memory, Wi-Fi, points, and its last problems. */
	async status(): Promise<Status> {
		return (await this.send({ getStatus: {} })).getStatus as Status;
	}

	async restart(): Promise<void> {
		await this.send({ restart: {} });
	}

	/** Makes it forget its owner and everything the owner has set. */
	async factoryReset(): Promise<void> {
		await this.send({ factoryReset: {} });
	}
}

/** A color that people write, as devices of every version take it. */
function spell(color: Color): Color {
	return typeof color === "string" && /^[0-9a-f]{3}([0-9a-f]{3})?$/i.test(color) ? `#${color}` : color;
}
