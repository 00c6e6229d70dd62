import {
	closeSync,
	fsyncSync,
	mkdirSync,
	openSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	unlinkSync,
	writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import type { Flash } from "../host";
import type { Files } from "../simulated/files";
import { FileFlash } from "../simulated/flash";

/** Of a value that is being written: left over when the power went. No key has a dot. */
const UNFINISHED = ".new";

/** The device's flash in a folder. Throws when that cannot be made or read. */
export function openFlash(folder: string): Flash {
	mkdirSync(folder, { recursive: true, mode: 0o700 });
	for (const name of readdirSync(folder))
		if (name.endsWith(UNFINISHED)) rmSync(join(folder, name), { force: true });
	return new FileFlash(folder, files);
}

/** What of the computer's files is used for what a device keeps. */
export const files: Files = {
	read(path) {
		const bytes = readIfThere(path);
		return bytes && new Uint8Array(bytes);
	},
	replace: replaceFile,
	remove(path) {
		try {
			unlinkSync(path);
		} catch (error) {
			if (isMissing(error)) return;
			throw error;
		}
		syncFolder(dirname(path));
	},
};

/** The contents of a file, undefined if there is none. */
export function readIfThere(path: string): Buffer | undefined {
	try {
		return readFileSync(path);
	} catch (error) {
		if (isMissing(error)) return undefined;
		throw error;
	}
}

/** Writes a file so that at any instant, also after a power cut, the old or the new contents are there. */
export function replaceFile(path: string, contents: Uint8Array | string): void {
	const unfinished = path + UNFINISHED;
	try {
		const file = openSync(unfinished, "w", 0o600);
		try {
			writeFileSync(file, contents);
			fsyncSync(file);
		} finally {
			closeSync(file);
		}
		renameSync(unfinished, path);
	} catch (error) {
		rmSync(unfinished, { force: true });
		throw error;
	}
	syncFolder(dirname(path));
}

/** A rename or unlink is on the disk only when its folder is. */
function syncFolder(folder: string): void {
	// Windows does not open folders; NTFS journals their entries.
	if (process.platform === "win32") return;
	const file = openSync(folder, "r");
	try {
		fsyncSync(file);
	} finally {
		closeSync(file);
	}
}

function isMissing(error: unknown): boolean {
	return (error as NodeJS.ErrnoException).code === "ENOENT";
}
