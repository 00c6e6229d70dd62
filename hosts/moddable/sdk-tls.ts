import { checkAuthorities, createIdentity, expiry, fingerprint, TLSSession } from "./tls/tls";
import type { Tls } from "./tls-io";

/** TLS of Mbed TLS. */
export const sdkTls: Tls = {
	serve: (identity) => new TLSSession({ identity }),
	connect: (client) => new TLSSession(client),
	createIdentity: (udid, { address, time, former }) => bytesOf(createIdentity(udid, time, former, address)),
	expiry,
	checkAuthorities,
	fingerprint: (identity) => bytesOf(fingerprint(identity))?.toHex(),
};

function bytesOf(buffer: ArrayBuffer | undefined): Uint8Array | undefined {
	return buffer && new Uint8Array(buffer);
}
