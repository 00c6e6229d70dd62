import keyValue from "embedded:storage/key-value";
import type { Flash } from "../host";

/** At most 15 characters (NVS). */
const NAMESPACE = "ambient16";

/** The part of the SDK's store that is used here. Its typings leave out that `read` may find nothing. */
interface Store {
	read(key: string): ArrayBuffer | undefined;
	write(key: string, value: Uint8Array): void;
	delete(key: string): void;
}

/**
 * ESP-IDF's NVS. A value is written as a blob: its new chunks first, then the index that makes them count, then the
 * old ones are erased, and a start after a power cut finishes whichever of the two is due (components/nvs_flash,
 * Storage::writeItem). The SDK's `preference` module will not do: it erases the old value before it writes.
 *
 * Longest value: the partition less one page, far above what is stored here. The partition must have room for the
 * old and the new value at a time; where it has not, a failed write may take the old value along
 * (github.com/espressif/esp-idf/pull/18827), so it is many times larger than all values together.
 */
export class NvsFlash implements Flash {
	#store: Store;

	/** Throws if there is no NVS partition. */
	constructor() {
		this.#store = keyValue.open({ path: NAMESPACE, format: "buffer" }) as unknown as Store;
	}

	get(key: string): Uint8Array | undefined {
		const bytes = this.#store.read(key);
		return bytes && new Uint8Array(bytes);
	}

	set(key: string, value: Uint8Array): void {
		this.#store.write(key, value);
	}

	delete(key: string): void {
		this.#store.delete(key);
	}
}
