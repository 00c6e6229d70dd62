import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { UsageError } from "../node.js";

/** Where the UUID of a sensor is kept unless told otherwise. */
export function keyFile(udid: string): string {
	const base = process.env.XDG_CONFIG_HOME || join(homedir(), ".config");
	return join(base, "ambient16", udid);
}

/** The UUID from the environment or a file; undefined if there is none. A file that others can read is refused. */
export function readKey(file: string): string | undefined {
	if (process.env.AMBIENT16_UUID) return process.env.AMBIENT16_UUID.trim();
	try {
		const { mode } = statSync(file);
		if (process.platform !== "win32" && mode & 0o077)
			throw new UsageError(`others can read ${file}: chmod 600 ${file}`);
		return readFileSync(file, "utf8").trim();
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
		throw error;
	}
}

/** Keeps a UUID for the user's eyes only. Throws if there is one already. */
export function writeKey(file: string, uuid: string): void {
	mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
	try {
		writeFileSync(file, `${uuid}\n`, { flag: "wx", mode: 0o600 });
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
		throw new UsageError(`there is a key in ${file} already; move it away if its sensor was reset`);
	}
}
