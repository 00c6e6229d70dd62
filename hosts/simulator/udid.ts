import { DEVICE_TYPE } from "../../common/device-type";
import { readFile, replaceFile } from "./disk";
import { isUdid } from "./options";
import { randomBuffer } from "./surroundings";

const RANDOM_BYTES = 4;

/**
 * The udid kept in the file at `path`, made at the first start. `wanted` replaces it. Throws if the file holds
 * something else.
 */
export function keepUdid(path: string, wanted: string | undefined): string {
	const bytes = readFile(path);
	const kept = bytes && new TextDecoder().decode(new Uint8Array(bytes)).trim();
	if (kept !== undefined && !isUdid(kept) && !wanted) throw new Error(`${path} holds no udid`);
	const udid = wanted ?? kept ?? DEVICE_TYPE + new Uint8Array(randomBuffer(RANDOM_BYTES)).toHex();
	if (udid !== kept) replaceFile(path, new TextEncoder().encode(`${udid}\n`));
	return udid;
}
