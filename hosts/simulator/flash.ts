import type { Flash } from "../host";
import { makeFolder, readFile, removeFile, replaceFile } from "./disk";

/** A key-value store of one file a key, as on the desktop. */
export class DiskFlash implements Flash {
	readonly #folder: string;

	constructor(folder: string) {
		this.#folder = folder;
		makeFolder(folder);
	}

	get(key: string): Uint8Array | undefined {
		const bytes = readFile(this.#path(key));
		return bytes && new Uint8Array(bytes);
	}

	set(key: string, value: Uint8Array): void {
		replaceFile(this.#path(key), value);
	}

	delete(key: string): void {
		removeFile(this.#path(key));
	}

	#path(key: string): string {
		if (key === "" || key.length > 15 || /[^A-Za-z]/.test(key)) throw new Error("a key is 1 to 15 letters");
		return `${this.#folder}/${key}`;
	}
}
