import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { UsageError } from "../node.js";

/** The variables of the environment that win over the file: the owner's UUID, or the key of a program. */
export const UUID_VARIABLE = "AMBIENT16_UUID";
export const KEY_VARIABLE = "AMBIENT16_KEY";

/** A UUID or a key, and where it came from: the name of a file, or of a variable of the environment. */
export interface Kept {
	uuid?: string;
	key?: string;
	place: string;
}

/** Where the UUID of a sensor is kept unless told otherwise. */
export function keyFile(udid: string): string {
	const base = process.env.XDG_CONFIG_HOME || join(homedir(), ".config");
	return join(base, "ambient16", udid);
}

/** What is in the environment, if anything is. */
export function fromEnvironment(): Kept | undefined {
	for (const place of [UUID_VARIABLE, KEY_VARIABLE]) {
		const text = process.env[place]?.trim();
		if (text) return kept(text, place);
	}
	return undefined;
}

/** What is in a file; undefined if there is no file. One that others can read is refused. */
export function readKey(file: string): Kept | undefined {
	try {
		const { mode } = statSync(file);
		if (process.platform !== "win32" && mode & 0o077)
			throw new UsageError(`others can read ${file}: chmod 600 ${file}`);
		return kept(readFileSync(file, "utf8").trim(), file);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
		throw error;
	}
}

/** A UUID has no colon in it. */
export function kept(text: string, place: string): Kept {
	return text.includes(":") ? { key: text, place } : { uuid: text, place };
}

/**
 * Keeps a UUID for the user's eyes only. What the file held before is moved to `moved`: its sensor was reset, or it
 * is somebody else's. `undo` makes it as it was.
 */
export function writeKey(file: string, uuid: string): { moved: string | undefined; undo(): void } {
	const moved = existsSync(file) ? free(`${file}.old`) : undefined;
	if (moved !== undefined) renameSync(file, moved);
	const undo = () => {
		rmSync(file, { force: true });
		if (moved !== undefined) renameSync(moved, file);
	};
	try {
		writeSecret(file, uuid);
	} catch (error) {
		undo();
		throw error;
	}
	return { moved, undo };
}

/** Writes a new file for the user's eyes only. Throws if there is one already. */
export function writeSecret(file: string, text: string): void {
	mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
	writeFileSync(file, `${text}\n`, { flag: "wx", mode: 0o600 });
}

/** Which generation of keys a sensor was last known to take; undefined if it was never told. */
export function readGeneration(file: string): number | undefined {
	try {
		const generation = Number(readFileSync(generationFile(file), "utf8"));
		return Number.isSafeInteger(generation) && generation > 0 ? generation : undefined;
	} catch {
		return undefined;
	}
}

/** Keeps it beside the UUID, for keys that are made while the sensor is out of reach. */
export function keepGeneration(file: string, generation: number): void {
	if (existsSync(file)) writeFileSync(generationFile(file), `${generation}\n`, { mode: 0o600 });
}

/** A new owner, or the same UUID anew: what was known holds no longer. */
export function forgetGeneration(file: string): void {
	rmSync(generationFile(file), { force: true });
}

const generationFile = (file: string) => `${file}.generation`;

/** The name, or with a number if it is taken. */
function free(name: string): string {
	let taken = name;
	for (let number = 2; existsSync(taken); number++) taken = `${name}-${number}`;
	return taken;
}
