/** The contents of a file of up to 64 KiB, undefined if there is none. Throws if it cannot be read. */
export const readFile: (path: string) => ArrayBuffer | undefined = native("xs_disk_read");

/**
 * Writes a file so that at any instant, also after a power cut, the old or the new contents are there. Nobody but the
 * user can read it. Throws, and the old contents are there, if it cannot be written.
 */
export const replaceFile: (path: string, contents: Uint8Array) => void = native("xs_disk_replace");

/** One that is not there is left alone. Throws if it cannot be deleted. */
export const removeFile: (path: string) => void = native("xs_disk_remove");

/** Makes a folder and those that it is in. */
export const makeFolder: (path: string) => void = native("xs_disk_makeFolder");

/** In bytes; undefined if there is no such file. */
export const fileSize: (path: string) => number | undefined = native("xs_disk_size");

/** Makes a file of `size` bytes of one value, on the disk as a whole or not at all; returns the size. Throws if it cannot. */
export const fillFile: (path: string, size: number, value: number) => number = native("xs_disk_fill");

/** Bytes of a file, up to 64 KiB of them. Throws if they are not there. */
export const readPart: (path: string, position: number, count: number) => ArrayBuffer =
	native("xs_disk_readPart");

/** Writes within a file. On the disk when it returns; throws if it cannot. */
export const writePart: (path: string, position: number, bytes: Uint8Array) => void =
	native("xs_disk_writePart");
