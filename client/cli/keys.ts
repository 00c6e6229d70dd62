import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { UsageError } from "../node.js";

/** The variable of the environment that wins over the file. */
export const VARIABLE = "AMBIENT16_UUID";

/** A UUID, and where it came from: the name of a file, or of a variable of the environment. */
export interface Kept {
	uuid: string;
	place: string;
}

/** Where the UUID of a sensor is kept unless told otherwise. */
export function keyFile(udid: string): string {
	const base = process.env.XDG_CONFIG_HOME || join(homedir(), ".config");
	return join(base, "ambient16", udid);
}

/** The UUID of the environment, if there is one. */
export function fromEnvironment(): Kept | undefined {
	const uuid = process.env[VARIABLE]?.trim();
	return uuid ? { uuid, place: VARIABLE } : undefined;
}

/** The UUID in a file; undefined if there is no file. One that others can read is refused. */
export function readKey(file: string): Kept | undefined {
	try {
		const { mode } = statSync(file);
		if (process.platform !== "win32" && mode & 0o077)
			throw new UsageError(`others can read ${file}: chmod 600 ${file}`);
		return { uuid: readFileSync(file, "utf8").trim(), place: file };
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
		throw error;
	}
}

/**
 * Keeps a UUID for the user's eyes only. What the file held before is moved to `moved`: its sensor was reset, or it
 * is somebody else's. `undo` makes it as it was.
 */
export function writeKey(file: string, uuid: string): { moved: string | undefined; undo(): void } {
	mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
	const moved = existsSync(file) ? free(`${file}.old`) : undefined;
	if (moved !== undefined) renameSync(file, moved);
	const undo = () => {
		rmSync(file, { force: true });
		if (moved !== undefined) renameSync(moved, file);
	};
	try {
		writeFileSync(file, `${uuid}\n`, { flag: "wx", mode: 0o600 });
	} catch (error) {
		undo();
		throw error;
	}
	return { moved, undo };
}

/** The name, or with a number if it is taken. */
function free(name: string): string {
	let taken = name;
	for (let number = 2; existsSync(taken); number++) taken = `${name}-${number}`;
	return taken;
}
