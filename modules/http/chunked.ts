import type { Body, Bounds } from "./body";
import { type ChunkFault, ChunkReader } from "./chunk-reader";
import { bodyTooLarge, type Refusal, refuse } from "./errors";

/** Puts the chunks of a request's body together. */
export class ChunkedBody implements Body {
	/** Of its bytes, while it arrives. */
	readonly #most: number;
	readonly #reader: ChunkReader;
	#bytes: Uint8Array | undefined = new Uint8Array(256);
	#length = 0;

	constructor({ body }: Bounds) {
		this.#most = body;
		this.#reader = new ChunkReader(body, (data) => this.add(data));
	}

	get done(): boolean {
		return this.#reader.done;
	}

	take(): Uint8Array {
		const bytes = this.#bytes!.subarray(0, this.#length);
		this.#bytes = undefined;
		return bytes;
	}

	push(bytes: Uint8Array): number | Refusal {
		const taken = this.#reader.push(bytes);
		return typeof taken === "number" ? taken : refusalOf(taken, this.#most);
	}

	private add(data: Uint8Array): void {
		let bytes = this.#bytes!;
		const end = this.#length + data.length;
		if (end > bytes.length) {
			const grown = new Uint8Array(Math.min(Math.max(end, 2 * bytes.length), this.#most));
			grown.set(bytes);
			bytes = this.#bytes = grown;
		}
		bytes.set(data, this.#length);
		this.#length = end;
	}
}

function refusalOf(fault: ChunkFault, most: number): Refusal {
	if (fault === "too-large") return bodyTooLarge(most);
	if (fault === "malformed") return refuse(400, "malformed-chunk", "The chunked body is malformed.");
	return refuse(431, "header-too-large", "The trailers are too long.");
}
