import assert from "node:assert/strict";
import { createServer } from "node:net";
import { describe, test } from "node:test";
import { createServer as createTlsServer, type SecureVersion, type TLSSocket } from "node:tls";
import type { Lookup } from "../../../hosts/desktop/dial";
import type { DesktopNetwork } from "../../../hosts/desktop/network";
import type { Connect, Trust } from "../../../hosts/host";
import { isHomeAddress } from "../../../modules/net/home";
import { Authority, type Issued } from "../../support/authority";
import { closedPort, desktopNetwork, resolvesTo, type Served, serve, serveRaw } from "../../support/servers";
import { until } from "./loopback";

interface Test {
	after(callback: () => Promise<void> | void): void;
}

const authority = await Authority.create();
const stranger = await Authority.create();
const good = await authority.issue();

interface Wish {
	port: number;
	host?: string;
	secure?: boolean;
	trust?: Trust;
	allowAddress?(address: string): boolean;
}

const to = ({
	port,
	host = "127.0.0.1",
	secure = false,
	trust = {},
	allowAddress = () => true,
}: Wish): Connect => ({
	endpoint: { secure, host, port, path: "" },
	trust,
	allowAddress,
});

/** What comes of a connection over which one word is sent: the other side's, or why there is none. */
function ask(network: DesktopNetwork, wish: Wish): Promise<string> {
	return new Promise((resolve) => {
		let heard = "";
		let sent = false;
		const stream = network.connect(to(wish), {
			onWritable() {
				if (!sent) stream.write(new TextEncoder().encode("word"));
				sent = true;
			},
			onReadable() {
				for (let bytes = stream.read(1_000); bytes; bytes = stream.read(1_000))
					heard += new TextDecoder().decode(bytes);
				if (heard !== "taken") return;
				stream.close();
				resolve(heard);
			},
			onError: (reason) => resolve(reason ?? `ended after "${heard}"`),
		});
	});
}

/** A server that takes the word. */
const taking = (t: Test) => serveRaw(t, (socket) => void socket.on("data", () => socket.write("taken")));

describe("the address", { timeout: 20_000 }, () => {
	const home = { allowAddress: isHomeAddress };
	const outside = "the address 8.8.8.8 is outside the home";

	test("a name that resolves outside the home is not connected to", async (t) => {
		const served = await taking(t);
		const { network } = desktopNetwork(t, { lookup: resolvesTo("8.8.8.8") });
		assert.equal(await ask(network, { ...served, host: "database.local", ...home }), outside);
		assert.equal(served.connections, 0);
	});

	test("an address outside the home is not connected to", async (t) => {
		const { network } = desktopNetwork(t);
		assert.equal(await ask(network, { port: 80, host: "8.8.8.8", ...home }), outside);
		assert.equal(
			await ask(network, { port: 80, host: "2001:4860:4860::8888", ...home }),
			"the address 2001:4860:4860::8888 is outside the home",
		);
	});

	test("of several addresses only those in the home are tried", async (t) => {
		const served = await taking(t);
		const { network } = desktopNetwork(t, { lookup: resolvesTo("8.8.8.8", "2001:db8::1", "127.0.0.1") });
		assert.equal(await ask(network, { ...served, host: "database.local", ...home }), "taken");
	});

	test("the one that was allowed is the one connected to, whatever the name resolves to next", async (t) => {
		const served = await taking(t);
		const answers = ["127.0.0.1", "8.8.8.8", "8.8.8.8"];
		let lookups = 0;
		const lookup: Lookup = (name, done) => resolvesTo(answers[lookups++] ?? "")(name, done);
		const { network } = desktopNetwork(t, { lookup });
		const seen: string[] = [];
		const allowAddress = (address: string) => {
			seen.push(address);
			return isHomeAddress(address);
		};
		assert.equal(await ask(network, { ...served, host: "database.local", allowAddress }), "taken");
		assert.deepEqual([lookups, seen], [1, ["127.0.0.1"]]);
	});

	test("it is asked again for every new connection (DNS rebinding)", async (t) => {
		const served = await taking(t);
		const addresses = ["127.0.0.1", "8.8.8.8"];
		const lookup: Lookup = (name, done) => resolvesTo(addresses.shift() ?? "")(name, done);
		const { network } = desktopNetwork(t, { lookup });
		const wish = { ...served, host: "database.local", ...home };
		assert.equal(await ask(network, wish), "taken");
		assert.equal(await ask(network, wish), outside);
	});

	test("a name that is not known, or has no address, is an error", async (t) => {
		const fails: Lookup = (_name, done) =>
			setImmediate(done, Object.assign(new Error("secret"), { code: "ENOTFOUND" }), []);
		for (const lookup of [fails, resolvesTo()]) {
			const { network } = desktopNetwork(t, { lookup });
			assert.equal(await ask(network, { port: 80, host: "nowhere.local" }), "the name is not known");
		}
	});

	test("a closed port is an error", async (t) => {
		const { network } = desktopNetwork(t);
		assert.equal(await ask(network, { port: await closedPort() }), "connection refused");
	});
});

describe("a connection", { timeout: 9_000 }, () => {
	test("nothing is told before it has returned", async (t) => {
		const { network } = desktopNetwork(t);
		let returned = false;
		await new Promise<void>((resolve) => {
			network.connect(to({ port: 80, host: "8.8.8.8", allowAddress: () => false }), {
				onReadable() {},
				onWritable() {},
				onError() {
					assert.ok(returned);
					resolve();
				},
			});
			returned = true;
		});
	});

	test("its end is told when all that came before has been read", async (t) => {
		for (const secure of [false, true]) {
			const hangUp = (socket: { end(text: string): void }) => socket.end("x".repeat(50_000));
			const served = secure ? await serve(t, createTlsServer(good, hangUp)) : await serveRaw(t, hangUp);
			const { network } = desktopNetwork(t);
			let bytes = 0;
			await new Promise<void>((resolve, reject) => {
				let waiting = false;
				const read = () => {
					waiting = false;
					const part = stream.read(700);
					bytes += part?.length ?? 0;
					if (part) later();
				};
				const later = () => {
					if (!waiting) setTimeout(read, 1);
					waiting = true;
				};
				const stream = network.connect(to({ ...served, secure, trust: { ca: authority.ca } }), {
					onReadable: later,
					onWritable() {},
					onError: (reason) => (reason === undefined ? resolve() : reject(new Error(reason))),
				});
			});
			assert.equal(bytes, 50_000);
			await until(() => served.open.size === 0);
		}
	});

	test("closed while it is tried: nothing is told and nothing left", async (t) => {
		const served = await taking(t);
		const { network } = desktopNetwork(t);
		const silent = {
			onReadable: () => assert.fail(),
			onWritable: () => assert.fail(),
			onError: () => assert.fail(),
		};
		network.connect(to(served), silent).close();
		const stream = network.connect(to({ ...served, secure: true }), silent);
		await until(() => served.open.size === 1);
		stream.close();
		stream.close();
		await until(() => served.open.size === 0);
		assert.equal(stream.read(1), undefined);
		assert.equal(stream.write(new Uint8Array(1)), 0);
	});

	test("what was written is sent before it closes", async (t) => {
		const received: Buffer[] = [];
		const served = await serveRaw(t, (socket) => void socket.on("data", (bytes) => received.push(bytes)));
		const { network } = desktopNetwork(t);
		const stream = network.connect(to(served), {
			onReadable() {},
			onWritable(count) {
				stream.write(new Uint8Array(count));
				stream.close();
			},
			onError: () => assert.fail(),
		});
		await until(() => served.connections === 1 && served.open.size === 0);
		assert.ok(Buffer.concat(received).length >= 16_384);
	});

	test("a server that goes on sending after the close is cut off", async (t) => {
		// It does not mind that the device will send no more.
		const server = createServer({ allowHalfOpen: true }, (socket) => {
			const more = () => {
				while (socket.writable && socket.write("x".repeat(10_000)));
			};
			socket.on("drain", more);
			more();
		});
		const served = await serve(t, server);
		const { network } = desktopNetwork(t);
		let closed = false;
		const stream = network.connect(to(served), {
			onReadable() {
				stream.close();
				closed = true;
			},
			onWritable() {},
			onError: () => assert.fail(),
		});
		await until(() => closed && served.open.size === 0);
	});

	test("an exception in the handler is told and ends it", async (t) => {
		const served = await taking(t);
		const { network, exceptions } = desktopNetwork(t);
		const reason = await new Promise((resolve) =>
			network.connect(to(served), {
				onReadable() {},
				onWritable() {
					throw new Error("mine");
				},
				onError: resolve,
			}),
		);
		assert.equal(reason, "it failed");
		assert.equal(exceptions.length, 1);
		await until(() => served.open.size === 0);
	});
});

interface Secured {
	identity?: Issued;
	maxVersion?: SecureVersion;
	/** Key exchange groups, and cipher suites. */
	ecdhCurve?: string;
	ciphers?: string;
}

describe("TLS", { timeout: 20_000 }, () => {
	/** A TLS server that takes the word, and counts how often it did, and how often a session was resumed. */
	async function secured(t: Test, { identity = good, maxVersion, ...other }: Secured = {}) {
		const counts = { words: 0, resumed: 0 };
		const old = { minVersion: "TLSv1", ciphers: "ALL:@SECLEVEL=0" } as const;
		const server = createTlsServer(
			{ ...identity, ...(maxVersion && { maxVersion, ...old }), ...other },
			(socket: TLSSocket) => {
				if (socket.isSessionReused()) counts.resumed++;
				socket.on("error", () => {});
				socket.on("data", () => {
					counts.words++;
					socket.write("taken");
				});
			},
		);
		server.on("tlsClientError", () => {});
		return { served: await serve(t, server), counts };
	}

	/** What comes of a connection, and whether the server got a word. */
	async function attempt(t: Test, server: Secured, trust: Trust, wish: Partial<Wish> = {}, lookup?: Lookup) {
		const { served, counts } = await secured(t, server);
		const { network } = desktopNetwork(t, lookup ? { lookup } : {});
		const result = await ask(network, { ...served, secure: true, trust, ...wish });
		return { result, words: counts.words };
	}
	const refused = (result: string) => ({ result, words: 0 });
	const accepted = { result: "taken", words: 1 };
	const own = { ca: authority.ca };

	test("a certificate of the CA for this address or name is taken", async (t) => {
		assert.deepEqual(await attempt(t, {}, own), accepted);
		assert.deepEqual(await attempt(t, {}, own, { host: "localhost" }), accepted);
		const lookup = resolvesTo("127.0.0.1");
		assert.deepEqual(await attempt(t, {}, own, { host: "localhost." }, lookup), accepted);
	});

	test("one damaged certificate does not spoil a bundle, and alone vouches for nobody", async (t) => {
		const damaged = authority.ca.replace("-----\nMII", "-----\nMIJ");
		assert.deepEqual(await attempt(t, {}, { ca: damaged + authority.ca }), accepted);
		assert.deepEqual(await attempt(t, {}, { ca: damaged }), refused("certificate not issued by the CA"));
	});

	test("of another CA: nothing is sent", async (t) => {
		const refusal = refused("certificate not issued by the CA");
		assert.deepEqual(await attempt(t, {}, { ca: stranger.ca }), refusal);
		assert.deepEqual(await attempt(t, {}, {}), refusal);
	});

	test("self-signed: nothing is sent", async (t) => {
		const identity = await authority.issue({ selfSigned: true });
		assert.deepEqual(await attempt(t, { identity }, own), refused("certificate is self-signed"));
		assert.deepEqual(await attempt(t, { identity }, {}), refused("certificate is self-signed"));
	});

	test("expired, or not valid yet: nothing is sent", async (t) => {
		const expired = await authority.issue({ from: -3, until: -1 });
		assert.deepEqual(await attempt(t, { identity: expired }, own), refused("certificate has expired"));
		const early = await authority.issue({ from: 1, until: 3 });
		assert.deepEqual(await attempt(t, { identity: early }, own), refused("certificate is not valid yet"));
	});

	test("for another name or address: nothing is sent", async (t) => {
		const identity = await authority.issue({ names: ["other.local", "192.0.2.1"] });
		const refusal = refused("certificate is for another host");
		assert.deepEqual(await attempt(t, { identity }, own), refusal);
		assert.deepEqual(await attempt(t, { identity }, own, { host: "localhost" }), refusal);
		const lookup = resolvesTo("127.0.0.1");
		assert.deepEqual(await attempt(t, { identity }, own, { host: "other.local" }, lookup), accepted);
	});

	test("the pinned certificate is taken, whoever signed it, for any name and time", async (t) => {
		assert.deepEqual(await attempt(t, {}, { fingerprint: good.fingerprint }), accepted);
		const identity = await stranger.issue({ selfSigned: true, names: ["x.local"], from: -3, until: -1 });
		assert.deepEqual(await attempt(t, { identity }, { fingerprint: identity.fingerprint }), accepted);
	});

	test("any other than the pinned one: nothing is sent", async (t) => {
		const fingerprint = (await authority.issue()).fingerprint;
		assert.deepEqual(await attempt(t, {}, { fingerprint }), refused("certificate is not the pinned one"));
		assert.deepEqual(await attempt(t, {}, { fingerprint: "" }), refused("certificate is not the pinned one"));
	});

	test("a server that speaks TLS 1.1 at most: nothing is sent", async (t) => {
		const refusal = refused("no TLS version or cipher suite in common");
		assert.deepEqual(await attempt(t, { maxVersion: "TLSv1.1" }, own), refusal);
		assert.deepEqual(await attempt(t, { maxVersion: "TLSv1.2" }, own), accepted);
	});

	test("a server that has no ephemeral elliptic curve, or no authenticated encryption: nothing is sent", async (t) => {
		const refusal = refused("no TLS version or cipher suite in common");
		for (const offer of [
			{ ecdhCurve: "ffdhe2048" },
			{ ciphers: "DHE-RSA-AES128-GCM-SHA256", maxVersion: "TLSv1.2" },
			{ ciphers: "AES128-GCM-SHA256", maxVersion: "TLSv1.2" },
			{ ciphers: "ECDHE-ECDSA-AES128-SHA256", maxVersion: "TLSv1.2" },
		] as const)
			assert.deepEqual(await attempt(t, offer, own), refusal, JSON.stringify(offer));
		const ciphers = "ECDHE-ECDSA-AES256-GCM-SHA384";
		assert.deepEqual(await attempt(t, { ciphers, maxVersion: "TLSv1.2" }, own), accepted);
	});

	test("a server that does not speak TLS: nothing is sent, and it is told as that", async (t) => {
		for (const said of ["HTTP/1.1 400 Bad Request\r\n\r\n", "\x20\x02\0\0", "220 mail ESMTP\r\n"]) {
			const heard: string[] = [];
			const served: Served = await serveRaw(t, (socket) =>
				socket.on("data", (bytes) => {
					heard.push(bytes.toString("latin1"));
					socket.end(Buffer.from(said.padEnd(5), "latin1"));
				}),
			);
			const { network } = desktopNetwork(t);
			const result = await ask(network, { ...served, secure: true, trust: own });
			assert.equal(result, "TLS is not spoken there", said);
			assert.ok(!heard.join("").includes("word"));
		}
	});

	test("a handshake cut anywhere is an error", async (t) => {
		const served = await serveRaw(t, (socket) => socket.once("data", () => socket.destroy()));
		const { network } = desktopNetwork(t);
		assert.equal(await ask(network, { ...served, secure: true, trust: own }), "the connection was cut");
	});

	test("a CA that is none: nothing is sent", async (t) => {
		const ca = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
		assert.deepEqual(await attempt(t, {}, { ca }), refused("certificate not issued by the CA"));
	});

	for (const maxVersion of ["TLSv1.2", "TLSv1.3"] as const)
		test(`a session of ${maxVersion} is resumed under the same trust, and under no other`, async (t) => {
			const { served, counts } = await secured(t, { maxVersion });
			const { network } = desktopNetwork(t);
			const pin = { fingerprint: good.fingerprint };
			const connect = async (trust: Trust) => {
				const { resumed } = counts;
				const result = await ask(network, { ...served, secure: true, trust });
				await until(() => served.open.size === 0);
				return [result, counts.resumed > resumed];
			};
			assert.deepEqual(await connect(own), ["taken", false]);
			assert.deepEqual(await connect(own), ["taken", true]);
			assert.deepEqual(await connect(pin), ["taken", false]);
			assert.deepEqual(await connect(own), ["taken", false]);
			assert.deepEqual(await connect({ ca: stranger.ca }), ["certificate not issued by the CA", false]);
			assert.deepEqual(await connect(pin), ["taken", false]);
			assert.deepEqual(await connect(pin), ["taken", true]);
			const other = { fingerprint: "00".repeat(32) };
			assert.deepEqual(await connect(other), ["certificate is not the pinned one", false]);
		});
});
