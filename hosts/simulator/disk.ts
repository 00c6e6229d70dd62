import type { Storage } from "../host";
import type { Files } from "../simulated/files";
import { ERASED, STORAGE_SIZE, storageIn } from "../simulated/storage";

/** Bytes of a file that is read as a whole. */
const LARGEST = 65_536;

/** See Files. */
const replaceFile: Files["replace"] = native("xs_disk_replace");
const removeFile: Files["remove"] = native("xs_disk_remove");

/** Makes a folder and those that it is in. */
export const makeFolder: (path: string) => void = native("xs_disk_makeFolder");

/** In bytes; undefined if there is no such file. */
const fileSize: (path: string) => number | undefined = native("xs_disk_size");

/** Makes a file of `size` bytes of one value, on the disk as a whole or not at all; returns the size. Throws if it cannot. */
const fillFile: (path: string, size: number, value: number) => number = native("xs_disk_fill");

/** Bytes of a file, up to 64 KiB of them. Throws if they are not there. */
const readPart: (path: string, position: number, count: number) => ArrayBuffer = native("xs_disk_readPart");

/** Writes within a file. On the disk when it returns; throws if it cannot. */
const writePart: (path: string, position: number, bytes: Uint8Array) => void = native("xs_disk_writePart");

/** What of the computer's files is used for what a device keeps. */
export const files: Files = {
	read(path) {
		const size = fileSize(path);
		if (size === undefined) return undefined;
		if (size > LARGEST) throw new Error("the file is too large");
		return new Uint8Array(readPart(path, 0, size));
	},
	replace: replaceFile,
	remove: removeFile,
};

/** The device's storage in a file, made if it is not there. Throws an Error with a line for the user. */
export function openStorage(path: string): Storage {
	return storageIn({
		path,
		size: fileSize(path) ?? fillFile(path, STORAGE_SIZE, ERASED),
		read: (count, position) => readPart(path, position, count),
		write: (bytes, position) => writePart(path, position, bytes),
	});
}
