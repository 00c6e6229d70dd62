import { createHash, timingSafeEqual } from "node:crypto";
import { lookup as systemLookup } from "node:dns";
import { connect as connectTcp, isIP, type LookupFunction, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import type { Connect } from "../host";
import type { Resumptions } from "../resumptions";
import { Failure } from "./failure";
import { GROUPS, SUITES } from "./suites";
import { readable } from "./trust";

/** Resolves a name to all its addresses; a test gives its own. */
export type Lookup = (
	name: string,
	done: (error: Error | null, addresses: { address: string; family: number }[]) => void,
) => void;

export interface DialOptions {
	/** TLS sessions of earlier connections. */
	resumptions: Resumptions<Buffer>;
	lookup?: Lookup;
}

/** `dial`, or what stands in for it. */
export type Dial = (
	to: Connect,
	options: DialOptions,
	done: (error: unknown, socket?: Socket) => void,
) => () => void;

/**
 * Connects to a server, over TLS if the endpoint is secure, and makes sure that it is the right one before
 * anything is sent. `done` is called once with the socket or the reason why there is none, never before the
 * return; not at all after the function returned has been called, which ends the attempt. There is no time limit.
 */
export const dial: Dial = (to, { resumptions, lookup = lookupAll }, done) => {
	const { secure, host, port } = to.endpoint;
	let open = true;
	let socket: Socket | undefined;
	const isAllowed = (address: string) => {
		try {
			return to.allowAddress(address);
		} catch {
			return false;
		}
	};
	const finish = (error: unknown) => {
		if (!open) return;
		open = false;
		if (error) socket?.destroy();
		done(error, error ? undefined : socket);
	};
	if (isIP(host) && !isAllowed(host)) {
		setImmediate(() => finish(outside(host)));
	} else {
		// Node.js asks this lookup for names only, and connects to what it answers: nothing is resolved twice.
		const checked: LookupFunction = (name, _options, answer) =>
			lookup(name, (error, addresses) => {
				const allowed = addresses?.filter(({ address }) => isAllowed(address)) ?? [];
				const refusal = addresses?.[0] ? outside(addresses[0].address) : new Failure("the name is not known");
				answer(error ?? (allowed.length > 0 ? null : refusal), allowed);
			});
		const tcp = connectTcp({ host, port, lookup: checked, autoSelectFamily: true, noDelay: true });
		socket = tcp;
		tcp.on("error", finish);
		tcp.on("close", () => finish(new Failure("the connection was cut")));
		tcp.on("connect", () => {
			if (!open) return;
			if (!secure) return finish(undefined);
			try {
				socket = shakeHands(tcp, to, resumptions, finish);
			} catch {
				finish(new Failure("TLS could not be started"));
			}
		});
	}
	return () => {
		open = false;
		socket?.destroy();
	};
};

function shakeHands(
	tcp: Socket,
	to: Connect,
	resumptions: Resumptions<Buffer>,
	done: (error: unknown) => void,
): TLSSocket {
	const { host } = to.endpoint;
	const { ca, fingerprint } = to.trust;
	const resumed = resumptions.take(to);
	let session: Buffer | undefined;
	let right = false;
	const tls = connectTls({
		socket: tcp,
		// Against this the certificate is checked, name or address.
		host,
		// RFC 6066, 3: no addresses, no dot at the end.
		...(!isIP(host) && { servername: host.endsWith(".") ? host.slice(0, -1) : host }),
		...(ca !== undefined && { ca: readable(ca) }),
		// A pinned certificate needs no authority, name or date.
		rejectUnauthorized: fingerprint === undefined,
		minVersion: "TLSv1.2",
		ciphers: SUITES,
		ecdhCurve: GROUPS,
		...(resumed && { session: resumed }),
	});
	const keep = () => {
		if (right && session) resumptions.keep(to, session);
	};
	tls.on("error", done);
	tls.on("close", () => done(new Failure("the connection was cut")));
	// Before the handshake is done (TLS 1.2) or after it.
	tls.on("session", (bytes: Buffer) => {
		session = bytes;
		keep();
	});
	tls.on("secureConnect", () => {
		// Of a session that is resumed Node.js shows no certificate. It is one that began under this trust.
		right = fingerprint === undefined || tls.isSessionReused() || isPinned(tls, fingerprint);
		keep();
		done(right ? undefined : new Failure("certificate is not the pinned one"));
	});
	return tls;
}

function isPinned(tls: TLSSocket, fingerprint: string): boolean {
	const certificate = tls.getPeerX509Certificate();
	if (!certificate) return false;
	const shown = createHash("sha256").update(certificate.raw).digest();
	const pinned = Buffer.from(fingerprint, "hex");
	return shown.length === pinned.length && timingSafeEqual(shown, pinned);
}

function outside(address: string): Failure {
	return new Failure(`the address ${address} is outside the home`);
}

const lookupAll: Lookup = (name, done) => systemLookup(name, { all: true }, done);
