/** The computer's files, each by its path. All throw if they fail. */
export interface Files {
	/** The contents, undefined if there is no such file. */
	read(path: string): Uint8Array | undefined;
	/**
	 * Writes a file so that at any instant, also after a power cut, the old or the new contents are there. Nobody but the
	 * user can read it.
	 */
	replace(path: string, contents: Uint8Array): void;
	/** One that is not there is left alone. */
	remove(path: string): void;
}
