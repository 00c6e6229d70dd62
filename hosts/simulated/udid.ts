import { DEVICE_TYPE } from "../../common/device-type";
import type { Host } from "../host";
import type { Files } from "./files";

const RANDOM_BYTES = 4;

/**
 * The udid kept in the file at `path`, made at the first start. `wanted` replaces it. Throws an Error with a line for
 * the user if the file holds something else.
 */
export function keepUdid(
	path: string,
	wanted: string | undefined,
	files: Files,
	random: Host["random"],
): string {
	const bytes = files.read(path);
	const kept = bytes && new TextDecoder().decode(bytes).trim();
	if (kept !== undefined && !isUdid(kept) && !wanted) throw new Error(`${path} holds no udid`);
	const udid = wanted ?? kept ?? DEVICE_TYPE + Array.from(random(RANDOM_BYTES), hex).join("");
	if (udid !== kept) files.replace(path, new TextEncoder().encode(`${udid}\n`));
	return udid;
}

/** Whether a text is twelve lower-case hex digits. */
export function isUdid(text: string): boolean {
	return text.length === 12 && !/[^0-9a-f]/.test(text);
}

function hex(byte: number): string {
	return byte.toString(16).padStart(2, "0");
}
