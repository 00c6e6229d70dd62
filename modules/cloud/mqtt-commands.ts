import { COMMAND_BYTES_WAITING, COMMANDS_WAITING } from "../limits";

/** What is said to a command. */
export interface CommandAnswer {
	payload: string;
	/** It is with the broker, or lost. */
	sent?: () => void;
}

/**
 * Carries out a command that came as a message of that topic; undefined: one too long to be read. `respond` is called
 * once, at once or later; undefined: nothing is to be said to it.
 */
export type Execute = (
	topic: string,
	message: Uint8Array | undefined,
	respond: (answer: CommandAnswer | undefined) => void,
) => void;

export interface CommandsDevice {
	readonly mqttApi: { execute: Execute };
}

/** Publishes; `done` when the broker has it. False if there is no broker: `done` is not called then. */
type Publish = (payload: string, done: () => void) => boolean;

/**
 * Commands that came through a broker, one after the other: the next one when the broker has the answer to the one
 * before, so that nobody can have more of them done than it takes answers to. Of more than a few that wait no notice is
 * taken.
 */
export class MqttCommands {
	readonly #device: CommandsDevice;
	readonly #publish: Publish;
	#waiting: { topic: string; message: Uint8Array | undefined }[] = [];
	#busy = false;
	/** The answer that the broker has not acknowledged yet. */
	#answer: CommandAnswer | undefined;

	constructor(device: CommandsDevice, publish: Publish) {
		this.#device = device;
		this.#publish = publish;
	}

	take(topic: string, message: Uint8Array | undefined): void {
		if (this.#hasRoom(message)) this.#waiting.push({ topic, message });
		this.#next();
	}

	/** The connection has ended: what waits was sent to a device that could answer, and is forgotten. */
	lose(): void {
		this.#waiting = [];
		if (this.#answer) this.#finish(this.#answer);
	}

	#hasRoom(message: Uint8Array | undefined): boolean {
		let bytes = message?.length ?? 0;
		for (const waiting of this.#waiting) bytes += waiting.message?.length ?? 0;
		return this.#waiting.length < COMMANDS_WAITING && bytes <= COMMAND_BYTES_WAITING;
	}

	#next(): void {
		const next = this.#busy ? undefined : this.#waiting.shift();
		if (!next) return;
		this.#busy = true;
		this.#device.mqttApi.execute(next.topic, next.message, (answer) => this.#respond(answer));
	}

	#respond(answer: CommandAnswer | undefined): void {
		this.#answer = answer;
		if (!answer || !this.#publish(answer.payload, () => this.#finish(answer))) this.#finish(answer);
	}

	#finish(answer: CommandAnswer | undefined): void {
		if (this.#answer !== answer) return;
		this.#answer = undefined;
		this.#busy = false;
		answer?.sent?.();
		this.#next();
	}
}
