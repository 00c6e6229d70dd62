import type { Flash } from "../host";
import type { Files } from "./files";

/** A key-value store of one file a key. */
export class FileFlash implements Flash {
	readonly #folder: string;
	readonly #files: Files;

	/** `folder`: one that is there. */
	constructor(folder: string, files: Files) {
		this.#folder = folder;
		this.#files = files;
	}

	get(key: string): Uint8Array | undefined {
		return this.#files.read(this.#path(key));
	}

	set(key: string, value: Uint8Array): void {
		this.#files.replace(this.#path(key), value);
	}

	delete(key: string): void {
		this.#files.remove(this.#path(key));
	}

	#path(key: string): string {
		if (key === "" || key.length > 15 || /[^A-Za-z]/.test(key)) throw new Error("a key is 1 to 15 letters");
		return `${this.#folder}/${key}`;
	}
}
