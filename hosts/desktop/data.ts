import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Flash, Storage } from "../host";
import { keepUdid } from "../simulated/udid";
import { files, openFlash } from "./flash";
import { takeLock } from "./lock";
import { openStorage } from "./storage";

/** What a device keeps. */
export interface Data {
	/** The folder's full path. */
	data: string;
	udid: string;
	flash: Flash;
	storage: Storage;
}

/**
 * Opens the data folder, made if it is not there, for this process alone until it ends. Throws an Error with a
 * line for the user.
 */
export function openData(folder: string, udid: string | undefined): Data {
	const data = resolve(folder);
	try {
		mkdirSync(data, { recursive: true, mode: 0o700 });
		process.on("exit", takeLock(join(data, "lock")));
		return {
			data,
			udid: keepUdid(join(data, "udid"), udid, files, randomBytes),
			flash: openFlash(join(data, "flash")),
			storage: openStorage(join(data, "points.bin")),
		};
	} catch (error) {
		throw new Error(`The data folder ${data} cannot be used: ${(error as Error).message}`);
	}
}
