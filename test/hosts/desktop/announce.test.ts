import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { describe, test } from "node:test";
import { MdnsAnnounce } from "../../../hosts/desktop/announce";

/** A UDP socket that goes nowhere, in the shape of node:dgram's. */
class FakeSocket extends EventEmitter {
	readonly sent: Buffer[] = [];
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
		_port: number,
		_host: string,
		done: (error: Error | null) => void,
	): void {
		assert.ok(!this.closed);
		this.sent.push(message);
		setImmediate(() => done(this.sendError ?? null));
	}

	close(done?: () => void): void {
		this.closed = true;
		done?.();
	}

	addMembership(): void {
		if (this.sendError) throw this.sendError;
	}
	dropMembership(): void {}
	setMulticastTTL(): void {}
	setMulticastLoopback(): void {}
	setMulticastInterface(): void {}

	/** What was sent since the last look, as one text. */
	take(): string {
		return Buffer.concat(this.sent.splice(0)).toString("latin1");
	}
}

const service = { secure: false, port: 8080, udid: "10000fb38278", version: "0.1.0" };

function make(t: { after(callback: () => Promise<void>): void }) {
	const socket = new FakeSocket();
	const problems: string[] = [];
	const announce = new MdnsAnnounce((message) => problems.push(message), { socket });
	t.after(() => announce.close());
	return { socket, problems, announce };
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
