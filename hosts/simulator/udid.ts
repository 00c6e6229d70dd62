import { readFile, replaceFile } from "./disk";
import { isUdid } from "./options";
import { randomBuffer } from "./surroundings";

/** The device's type, with which every udid begins. */
const DEVICE_TYPE = "1000";
const RANDOM_BYTES = 4;

/** The udid kept in the file at `path`, made at the first start. `wanted` replaces it. */
export function keepUdid(path: string, wanted: string | undefined): string {
	const bytes = readFile(path);
	const kept = bytes && new TextDecoder().decode(new Uint8Array(bytes)).trim();
	const known = wanted ?? kept;
	const udid =
		known && isUdid(known) ? known : DEVICE_TYPE + new Uint8Array(randomBuffer(RANDOM_BYTES)).toHex();
	if (udid !== kept) replaceFile(path, new TextEncoder().encode(`${udid}\n`));
	return udid;
}
