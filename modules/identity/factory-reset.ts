import type { Flash, Host } from "../../hosts/host";
import { eraseStorage } from "../cloud/point-log";
import {
	AUTHORITY_KEYS,
	IDENTITY_KEY,
	LIGHT_KEY,
	RESETTING_KEY,
	SETTINGS_KEY,
	UUID_KEY,
} from "../flash-keys";
import { readSettings } from "../settings";
import { keepGeneration } from "./generation";

/**
 * A factory reset erases several keys, and the power can go between any two of them. So it is written down
 * first, and finished at the next start if need be: from `beginReset` on the device is unpaired.
 */

/** The one step that decides. Throws, and nothing has changed, if the flash fails. */
export function beginReset(flash: Flash): void {
	flash.set(RESETTING_KEY, new Uint8Array([1]));
}

/** Takes it back. Throws if the flash fails. */
export function abandonReset(flash: Flash): void {
	flash.delete(RESETTING_KEY);
}

/** Whether a reset has been decided and is not finished yet. */
export function isResetting(flash: Flash): boolean {
	return flash.get(RESETTING_KEY) !== undefined;
}

/** Erases all that belongs to the owner. May be repeated; throws if the flash fails. */
export function finishReset({ flash, storage }: Pick<Host, "flash" | "storage">): void {
	if (storage) eraseStorage(storage);
	// Before the UUID goes, so that a reset that is cut off here knows it again.
	if (flash.get(UUID_KEY)) keepGeneration(flash, readSettings(flash).keys.generation);
	for (const key of [UUID_KEY, SETTINGS_KEY, ...AUTHORITY_KEYS, IDENTITY_KEY, LIGHT_KEY]) flash.delete(key);
	flash.delete(RESETTING_KEY);
}

/** At start: finishes what a loss of power cut off, be it a factory reset or a pairing. */
export function recover(host: Pick<Host, "flash" | "storage">): void {
	const { flash } = host;
	if (isResetting(flash)) finishReset(host);
	else if (!flash.get(UUID_KEY)) for (const key of [SETTINGS_KEY, ...AUTHORITY_KEYS]) flash.delete(key);
}
