import type { SensorMessage } from "./broker";
import { parseTopic, SAID } from "./topics";

/** Those who hear what sensors say. One that throws keeps none of the others from it. */
export class Listeners {
	readonly #all = new Set<(message: SensorMessage) => void>();
	readonly #onError: (error: unknown) => void;

	constructor(onError: (error: unknown) => void) {
		this.#onError = onError;
	}

	add(listener: (message: SensorMessage) => void): () => void {
		this.#all.add(listener);
		return () => void this.#all.delete(listener);
	}

	/** What is no sensor's is passed over. */
	tell(topic: string, payload: Uint8Array | string): void {
		const parsed = parseTopic(topic);
		const name = SAID.find((it) => it === parsed?.name);
		if (!parsed || !name) return;
		const message = { ...parsed, name, payload: payload.toString() };
		for (const listener of this.#all)
			try {
				listener(message);
			} catch (error) {
				this.#onError(error);
			}
	}
}
