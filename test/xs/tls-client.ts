import { connect, type Socket } from "node:net";
import { Duplex } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { connect as connectTls } from "node:tls";
import type { Bench } from "./bench";

/** What a client says first. */
export function clientHello(): Promise<Buffer> {
	return new Promise((resolve) => {
		const socket = new Duplex({
			read() {},
			write(bytes: Buffer, _encoding, done) {
				done();
				resolve(bytes);
			},
		});
		connectTls({ socket }).on("error", () => {});
	});
}

export interface Tampering {
	/** Bytes that pass, before nothing more does. */
	cut?: number;
	/** The connection ends there. */
	ends?: boolean;
	/** The byte of which one bit is changed. */
	flip?: number;
}

/** A connection to the port of HTTPS on which anything may be said. */
export class Intruder {
	isOver = false;
	/** Bytes that came. */
	received = 0;
	sent = 0;
	readonly #bench: Bench;
	readonly #socket: Socket;

	private constructor(bench: Bench, port: number) {
		this.#bench = bench;
		this.#socket = connect({ host: "127.0.0.1", port, allowHalfOpen: true });
		this.#socket.setNoDelay();
		this.#socket.on("error", () => {});
		this.#socket.on("data", (bytes) => {
			this.received += bytes.length;
		});
		for (const event of ["end", "close"])
			this.#socket.once(event, () => {
				this.isOver = true;
				this.#socket.destroy();
			});
	}

	static async open(bench: Bench): Promise<Intruder> {
		return new Intruder(bench, (await bench.ports()).https!);
	}

	/** A client that would send `request`, but for what befalls its bytes. */
	static async tamper(
		bench: Bench,
		request: string,
		{ cut = Infinity, ends, flip }: Tampering,
	): Promise<Intruder> {
		const intruder = await Intruder.open(bench);
		const pipe = new Duplex({
			read() {},
			write(bytes: Buffer, _encoding, done) {
				done();
				const passing = bytes.subarray(0, Math.max(cut - intruder.sent, 0));
				const place = flip === undefined ? -1 : flip - intruder.sent;
				if (place >= 0 && place < passing.length) passing[place]! ^= 1 << (flip! % 8);
				intruder.send(passing);
				if (intruder.sent >= cut && ends) intruder.#socket.end();
			},
		});
		intruder.#socket.on("data", (bytes) => pipe.push(bytes));
		const secure = connectTls({ socket: pipe, rejectUnauthorized: false }, () => secure.write(request));
		secure.on("error", () => {});
		return intruder;
	}

	send(bytes: string | Uint8Array): this {
		const data = Buffer.from(bytes);
		this.sent += data.length;
		if (this.#socket.writable && data.length > 0) this.#socket.write(data);
		return this;
	}

	end(): this {
		this.#socket.end();
		return this;
	}

	destroy(): void {
		this.#socket.destroy();
	}

	/** Waits until neither side has anything more to say. */
	async quiet(): Promise<this> {
		for (let same = 0, before = -1; same < 2; ) {
			await this.#bench.act("nothing");
			await pause(1);
			const now = this.received + this.sent;
			same = now === before ? same + 1 : 0;
			before = now;
		}
		return this;
	}

	/** Lets the device's time pass until the device has closed it; false if it does not. */
	async isClosed(): Promise<boolean> {
		await this.quiet();
		for (let seconds = 0; seconds < 40 && !this.isOver; seconds++) {
			await this.#bench.advance(1_000);
			await pause(1);
		}
		this.destroy();
		return this.isOver;
	}
}
