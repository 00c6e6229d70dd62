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
