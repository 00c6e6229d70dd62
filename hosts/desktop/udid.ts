import { randomBytes } from "node:crypto";
import { DEVICE_TYPE } from "../../common/device-type";
import { readIfThere, replaceFile } from "./flash";
import { isUdid } from "./options";

/**
 * The udid kept in the file at `path`; made at the first start. `wanted` replaces it. Throws an Error with a
 * line for the user if the file holds something else.
 */
export function keepUdid(path: string, wanted?: string): string {
	const kept = readIfThere(path)?.toString("latin1").trim();
	if (kept !== undefined && !isUdid(kept) && !wanted) throw new Error(`${path} holds no udid`);
	const udid = wanted ?? kept ?? DEVICE_TYPE + randomBytes(4).toString("hex");
	if (udid !== kept) replaceFile(path, `${udid}\n`);
	return udid;
}
