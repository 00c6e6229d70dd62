import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { describe, test } from "node:test";
import { MdnsAnnounce } from "../../../hosts/desktop/announce";

/** A UDP socket that goes nowhere, in the shape of node:dgram's. */
class FakeSocket extends EventEmitter {
	readonly sent: Buffer[] = [];
	/** The interface that each of them left by, and where to. */
	readonly ways: string[] = [];
	#interface = "";
	bindError: string | undefined;
	sendError: Error | undefined;
	closed = false;

	bind(_port: number, _address: unknown, done: () => void): void {
		setImmediate(() => {
			if (this.bindError) this.emit("error", Object.assign(new Error("bind"), { code: this.bindError }));
			else {
				this.emit("listening");
				done();
			}
		});
	}

	send(
		message: Buffer,
		_from: number,
		_length: number,
		port: number,
		host: string,
		done: (error: Error | null) => void,
	): void {
		assert.ok(!this.closed);
		this.sent.push(message);
		this.ways.push(`${this.#interface} to ${host}:${port}`);
		setImmediate(() => done(this.sendError ?? null));
	}

	close(done?: () => void): void {
		this.closed = true;
		done?.();
	}

	addMembership(_group: string, address: string): void {
		if (this.sendError) throw this.sendError;
		this.joined.push(address);
	}

	readonly joined: string[] = [];
	dropMembership(): void {}
	setMulticastTTL(): void {}
	setMulticastLoopback(): void {}
	setMulticastInterface(address: string): void {
		if (address === this.gone) throw Object.assign(new Error("gone"), { code: "EADDRNOTAVAIL" });
		this.#interface = address;
	}

	/** An interface that is there no more. */
	gone = "";

	/** Somebody asks for the host's address. */
	ask(address: string, port = 5353): void {
		const labels = ["ambient16-10000fb38278", "local"].map(
			(label) => `${String.fromCharCode(label.length)}${label}`,
		);
		const question = Buffer.from(`\0\0\0\0\0\x01\0\0\0\0\0\0${labels.join("")}\0\0\x01\0\x01`, "latin1");
		this.emit("message", question, { address, port });
	}

	/** What was sent since the last look, as one text. */
	take(): string {
		return Buffer.concat(this.sent.splice(0)).toString("latin1");
	}
}

const service = { secure: false, port: 8080, udid: "10000fb38278", version: "0.1.0" };

function make(t: { after(callback: () => Promise<void>): void }) {
	const socket = new FakeSocket();
	const problems: string[] = [];
	const links = [HOME];
	const announce = new MdnsAnnounce((message) => problems.push(message), { socket, links: () => links });
	t.after(() => announce.close());
	return { socket, problems, announce, links };
}

const HOME = { address: "192.168.1.16", netmask: "255.255.255.0" };
const DOCKER = { address: "172.17.0.1", netmask: "255.255.0.0" };

/** Whether a packet holds an IPv4 address as a record of 4 bytes. */
function holds(packet: Uint8Array | undefined, address: string): boolean {
	return Buffer.from(packet ?? []).includes(Buffer.from([0, 4, ...address.split(".").map(Number)]));
}

/** Lets all that the fake socket has put off happen. */
async function settle(): Promise<void> {
	for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
}

describe("announce", () => {
	test("names the device, its type and HTTP service, and its records", async (t) => {
		const { socket, announce } = make(t);
		announce.publish(service);
		await settle();
		const packets = socket.take();
		for (const part of [
			"Ambient16 10000fb38278",
			"_ambient16",
			"_http",
			"udid=10000fb38278",
			"version=0.1.0",
		])
			assert.ok(packets.includes(part), part);
		assert.ok(packets.includes("path=/") && packets.includes("ambient16-10000fb38278"));
		assert.ok(!packets.includes("_https"));
	});

	test("in HTTPS mode the HTTP service goes and the HTTPS service comes", async (t) => {
		const { socket, announce } = make(t);
		announce.publish(service);
		await settle();
		socket.take();
		announce.publish({ ...service, secure: true, port: 8443 });
		await settle();
		assert.match(socket.take(), /_http\b[\s\S]*_https\b/);
	});

	test("what is announced already is not announced again", async (t) => {
		const { socket, announce } = make(t);
		announce.publish(service);
		await settle();
		socket.take();
		announce.publish({ ...service });
		await settle();
		assert.equal(socket.take(), "");
	});

	test("withdraw says goodbye once", async (t) => {
		const { socket, announce } = make(t);
		announce.publish(service);
		await settle();
		socket.take();
		announce.withdraw();
		announce.withdraw();
		await settle();
		assert.equal(socket.sent.length, 1);
		assert.ok(socket.take().includes("_ambient16"));
	});

	test("when the network goes nobody hears a goodbye, and all is announced anew when it is back", async (t) => {
		const { socket, announce, problems } = make(t);
		announce.publish(service);
		await settle();
		socket.take();
		announce.drop();
		announce.publish({ ...service, secure: true, port: 8443 });
		await settle();
		assert.deepEqual([socket.take(), socket.closed], ["", true]);
		// As a new one would be.
		socket.removeAllListeners();
		socket.closed = false;
		announce.restore();
		await settle();
		assert.match(socket.take(), /_https\b/);
		assert.deepEqual(problems, []);
	});

	test("close says goodbye, frees the port, and may be called without anything announced", async (t) => {
		const { socket, announce } = make(t);
		await announce.close();
		announce.publish(service);
		await settle();
		socket.take();
		await announce.close();
		assert.ok(socket.take().includes("_ambient16"));
		assert.ok(socket.closed);
	});

	for (const code of ["EADDRINUSE", "EACCES"])
		test(`when the port cannot be had (${code}) there is one problem and no exception`, async (t) => {
			const { socket, problems, announce } = make(t);
			socket.bindError = code;
			announce.publish(service);
			await settle();
			announce.publish({ ...service, port: 1 });
			announce.withdraw();
			await settle();
			assert.deepEqual(problems, ["the device cannot be announced by mDNS here"]);
			assert.deepEqual(socket.sent, []);
		});

	test("where there is no multicast nothing happens", async (t) => {
		const { socket, problems, announce } = make(t);
		socket.sendError = Object.assign(new Error("send"), { code: "ENETUNREACH" });
		announce.publish(service);
		await settle();
		announce.withdraw();
		await settle();
		assert.deepEqual(problems, []);
	});
});

/** OctoPrint#4359: a computer with docker0 told its network an address that nobody there can reach. */
describe("on a computer with several interfaces", () => {
	test("each hears the address that the computer has there, and no other", async (t) => {
		const { socket, announce, links } = make(t);
		links.push(DOCKER);
		announce.publish(service);
		await settle();
		assert.deepEqual(socket.joined, [HOME.address, DOCKER.address]);
		assert.deepEqual(
			socket.ways,
			[HOME, DOCKER].map(({ address }) => `${address} to 224.0.0.251:5353`),
		);
		for (const [index, link] of [HOME, DOCKER].entries())
			for (const { address } of [HOME, DOCKER])
				assert.equal(holds(socket.sent[index], address), address === link.address);
	});

	test("who asks is answered on the interface where it is, with the address there", async (t) => {
		const { socket, announce, links } = make(t);
		links.push(DOCKER);
		announce.publish(service);
		await settle();
		for (const [asker, link] of [
			["192.168.1.99", HOME],
			["172.17.4.2", DOCKER],
		] as const) {
			socket.take();
			socket.ways.length = 0;
			// A port of its own: answered at once, to it alone.
			socket.ask(asker, 40_000);
			await settle();
			assert.deepEqual(socket.ways, [`${link.address} to ${asker}:40000`]);
			assert.equal(holds(socket.sent[0], link.address), true);
		}
	});

	test("who asks from elsewhere is not answered (RFC 6762, 11)", async (t) => {
		const { socket, announce } = make(t);
		announce.publish(service);
		await settle();
		socket.take();
		socket.ask("203.0.113.5", 40_000);
		await settle();
		assert.deepEqual(socket.sent, []);
	});

	test("an interface that goes takes nothing from the others", async (t) => {
		const { socket, announce, links, problems } = make(t);
		links.unshift(DOCKER);
		announce.publish(service);
		await settle();
		socket.take();
		socket.gone = DOCKER.address;
		announce.publish({ ...service, secure: true, port: 8443 });
		await settle();
		assert.ok(holds(socket.sent.at(-1), HOME.address));
		links.shift();
		announce.restore();
		socket.take();
		announce.withdraw();
		await settle();
		assert.equal(socket.sent.length, 1);
		assert.deepEqual(problems, []);
	});
});
