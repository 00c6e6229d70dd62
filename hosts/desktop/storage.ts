import { existsSync, fdatasyncSync, fstatSync, openSync, readSync, writeSync } from "node:fs";
import type { Storage } from "../host";
import { ERASED, STORAGE_SIZE, storageIn } from "../simulated/storage";
import { replaceFile } from "./flash";

/**
 * The device's storage in a file, made if it is not there. Nobody but the user can read it. Throws an Error with a line
 * for the user.
 */
export function openStorage(path: string): Storage {
	if (!existsSync(path)) replaceFile(path, new Uint8Array(STORAGE_SIZE).fill(ERASED));
	const file = openSync(path, "r+");
	return storageIn({
		path,
		size: fstatSync(file).size,
		read(count, position) {
			const bytes = new Uint8Array(count);
			for (let done = 0; done < count; ) {
				const read = readSync(file, bytes, done, count - done, position + done);
				if (read === 0) throw new Error("the file has become shorter");
				done += read;
			}
			return bytes.buffer;
		},
		write(bytes, position) {
			for (let done = 0; done < bytes.length; )
				done += writeSync(file, bytes, done, bytes.length - done, position + done);
			fdatasyncSync(file);
		},
	});
}
