import { createHash, createHmac } from "node:crypto";
import type { Digest } from "../host";

/** See Host.digest. */
export function digest(algorithm: Digest, bytes: Uint8Array): string {
	return createHash(algorithm === "MD5" ? "md5" : "sha256")
		.update(bytes)
		.digest("hex");
}

/** See Host.hmac. */
export function hmac(key: Uint8Array, bytes: Uint8Array): string {
	return createHmac("sha256", key).update(bytes).digest("hex");
}
