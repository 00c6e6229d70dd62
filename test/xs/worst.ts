import assert from "node:assert/strict";
import type { AddressInfo } from "node:net";
import { createServer, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import type { Wire } from "../conformance/wire";
import { Bench, CREATION, type Scope } from "./bench";
import { type BenchOwner, GET, pairedOwner, UDID } from "./owner";

/** Bytes of XS's memory that have to be left whatever comes. */
export const SPARE = 8_192;

const PLAIN = 4;
const SECURE = 2;
const BODY = { http: 1024, https: 4096 };
const FIELDS = 2048;
const LINE = 512;
const EVENTS = 64;

/** Takes connections, says what `answer` makes of the first bytes, and nothing more. */
async function listen(scope: Scope, answer: (bytes: Buffer) => Uint8Array | undefined): Promise<number> {
	const sockets = new Set<Socket>();
	const server = createServer((socket) => {
		sockets.add(socket);
		socket.on("error", () => {});
		socket.on("data", (bytes) => {
			const said = answer(bytes);
			if (said) socket.write(said);
		});
	});
	scope.after(() => {
		for (const socket of sockets) socket.destroy();
		server.close();
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	return (server.address() as AddressInfo).port;
}

/** As long as it may be. */
function certificate(letter: string): string {
	const frame = "-----BEGIN CERTIFICATE-----\n\n-----END CERTIFICATE-----\n";
	return frame.replace("\n\n", `\n${letter.repeat(3_000 - frame.length)}\n`);
}

/** Settings that take as much as they can; `letter` tells one set from another. */
function longest(letter: string, database: number, broker: number): object {
	const url = (start: string) => `${start}/${letter.repeat(256 - start.length - 1)}`;
	return {
		setInflux: {
			url: url(`http://127.0.0.1:${database}`),
			org: letter.repeat(128),
			bucket: letter.repeat(128),
			token: letter.repeat(256),
			ca: certificate(letter),
		},
		setMqtt: {
			url: `mqtt://127.0.0.1:${broker}`,
			user: letter.repeat(128),
			password: letter.repeat(256),
			topic: letter.repeat(64),
			ca: certificate(letter),
		},
	};
}

/** A device whose memory holds as much as an owner can give it to hold, with `spare` bytes less than the chip has. */
export class Burdened {
	readonly bench: Bench;
	readonly owner: BenchOwner;
	readonly #database: number;
	readonly #broker: number;
	#letter = 0;

	private constructor(owner: BenchOwner, database: number, broker: number) {
		this.bench = owner.bench;
		this.owner = owner;
		this.#database = database;
		this.#broker = broker;
	}

	static async start(scope: Scope, region = CREATION.static - SPARE): Promise<Burdened> {
		// Neither ever has enough of it: points and events wait.
		const database = await listen(scope, () => undefined);
		const broker = await listen(scope, (bytes) =>
			bytes[0] === 0x10 ? Uint8Array.of(0x20, 2, 0, 0) : undefined,
		);
		const bench = await Bench.start(scope, { region, dials: true });
		const burdened = new Burdened(await pairedOwner(bench), database, broker);
		await burdened.secure();
		await burdened.set();
		await burdened.plain();
		return burdened;
	}

	/** Into HTTPS mode, where the clouds are left. */
	async secure(): Promise<void> {
		const command = this.owner.md5({ setHttps: { enabled: true, idle: 3600, limit: 3600 } });
		assert.equal((await this.owner.send(command)).status, 200);
		await this.bench.advance(4_000);
		await this.owner.learn("https");
	}

	/** Other settings, as long as those before; one cloud at a time, as a body takes one certificate only. */
	async set(
		open: (request: string) => Promise<unknown> = (request) => this.owner.send(request, "https"),
	): Promise<void> {
		const settings = longest("abcdefgh"[this.#letter++ % 8]!, this.#database, this.#broker);
		for (const [name, value] of Object.entries(settings)) await open(this.owner.md5({ [name]: value }));
	}

	/** Back to plain HTTP, with as many points and events under way and waiting as there can be. */
	async plain(): Promise<void> {
		const { status, text } = await this.owner.send(this.owner.md5({ setHttps: { enabled: false } }), "https");
		assert.equal(status, 200, text);
		await this.bench.advance(300_000);
		await this.owner.learn();
		for (let i = 0; i < EVENTS; i++)
			await this.bench.act("motion", i % 2 ? "left-to-right" : "right-to-left");
		await this.bench.advance(10_000);
		await pause(1);
	}

	/** Each request on a connection of its own, all but their last bytes first, and then these in an order. */
	async together(
		requests: readonly (string | Uint8Array)[],
		kind: "http" | "https",
		order: readonly number[],
	): Promise<void> {
		const wires: Wire[] = [];
		const bytes = requests.map((request) => Buffer.from(request as string));
		for (const each of bytes) wires.push((await this.owner.open(kind)).send(each.subarray(0, -1)));
		await this.bench.act("nothing");
		for (const i of order) wires[i]!.send(bytes[i]!.subarray(-1));
		for (const wire of wires)
			await wire.response("POST").catch((error) => this.bench.act("nothing").then(() => error));
		for (const wire of wires) wire.close();
		await this.bench.advance(200);
	}

	/** The owner is served as ever. */
	async serves(kind: "http" | "https"): Promise<void> {
		assert.equal((await this.owner.send(GET, kind)).status, 200);
		await this.bench.advance(200);
	}
}

/** A text of `size` bytes made of a part. */
function fill(part: string, size: number): string {
	const count = Math.floor(size / Buffer.byteLength(part));
	return part.repeat(Math.max(count, 0));
}

const FIXED = "POST / HTTP/1.1\r\nHost: a\r\n";

/** Header fields that take as many bytes as they may, beside those that a request needs. */
export const HEADS: Readonly<Record<string, (room: number) => string>> = {
	"one field": (room) => `X: ${fill("x", room - 5)}\r\n`,
	"60 fields": (room) => `${"abcdefgh".repeat(3)}: b\r\n`.repeat(60).slice(0, 0) + manyFields(room),
	"long names": (room) => `${fill("n", room - 5)}: \r\n`,
	"bytes beyond ASCII": (room) => `X: ${fill("\xe9", room - 5)}\r\n`,
	"a signature": (room) => `Authorization: Ambient16 ${fill('mac="a",', room - 27)}\r\n`,
	"a signature without end": (room) => `Authorization: ${fill("a", room - 17)}\r\n`,
	"a type with spaces": (room) => `Content-Type: application/json;${fill(" ", room - 40)}x\r\n`,
	"an origin": (room) => `Origin: http://${fill("a", room - 17)}\r\n`,
	options: (room) => `Connection: ${fill("close,", room - 14)}\r\n`,
	little: () => "",
};

function manyFields(room: number): string {
	const size = Math.floor(room / 60) - 5;
	let fields = "";
	for (let i = 0; i < 60; i++) fields += `${String(i).padStart(size, "f")}: x\r\n`;
	return fields;
}

/** Bodies that take as many bytes as they may. */
export const BODIES: Readonly<Record<string, (size: number) => string>> = {
	"a long text": (size) => `{"a":"${fill("b", size - 8)}"}`,
	"a known name's long text": (size) => `{"udid":"${fill("b", size - 11)}"}`,
	escapes: (size) => `{"udid":"${fill("\\\\", size - 11)}"}`,
	"escaped characters": (size) => `{"udid":"${fill("\\u00e9", size - 11)}"}`,
	"text beyond ASCII": (size) => `{"udid":"${fill("é", size - 11)}"}`,
	"bytes that are no UTF-8": (size) => fill("\xff", size),
	brackets: (size) => fill("[", size),
	braces: (size) => fill('{"udid":', size),
	"empty arrays": (size) => `[${fill("[],", size - 4)}[]]`,
	"empty objects": (size) => `{"getData":[${fill("{},", size - 16)}{}]}`,
	numbers: (size) => `{"udid":[${fill("1,", size - 12)}1]}`,
	fractions: (size) => `{"udid":[${fill("1.5e9,", size - 12)}1]}`,
	"unknown names": (size) =>
		`{${Array.from({ length: Math.floor((size - 10) / 9) }, (_, i) => `"n${String(i).padStart(3, "0")}":1`).join(",")}}`,
	"known names": (size) => `{${fill('"udid":1,', size - 12)}"udid":1}`,
	"long unknown names": (size) => `{"${fill("n", size / 2 - 8)}":1,"${fill("m", size / 2 - 8)}":1}`,
	spaces: (size) => fill(" ", size),
	"the owner's, with a wrong secret": (size) =>
		`{"udid":"${UDID}","secret":"${fill("0", size - 60)}","getData":{}}`,
	"commands, with a wrong secret": (size) =>
		`{"udid":"${UDID}","secret":"0123456789abcdef0123456789abcdef",${fill('"setColor":{"color":"red","effect":"blink"},', size - 110)}"getData":{}}`,
};

/** A request with the largest head and body of a kind that the port takes. */
export function largest(head: string, body: string, kind: "http" | "https", chunked = false): Uint8Array {
	const text = BODIES[body]!(BODY[kind]);
	const bytes = Buffer.from(text, body.includes("no UTF-8") ? "latin1" : "utf8").subarray(0, BODY[kind]);
	const length = chunked ? "Transfer-Encoding: chunked\r\n" : `Content-Length: ${bytes.length}\r\n`;
	const fields = HEADS[head]!(FIELDS - "Host: a\r\n".length - length.length);
	const target = `/?${"q".repeat(LINE - "POST /? HTTP/1.1".length)}`;
	const start = Buffer.from(`${FIXED.replace("/", target)}${length}${fields}\r\n`, "latin1");
	if (!chunked) return Buffer.concat([start, bytes]);
	const half = bytes.length >> 1;
	const size = (part: Uint8Array) => `${part.length.toString(16)}\r\n`;
	const parts = [bytes.subarray(0, half), bytes.subarray(half)];
	return Buffer.concat([
		start,
		...parts.flatMap((part) => [Buffer.from(size(part)), part, Buffer.from("\r\n")]),
		Buffer.from("0\r\n\r\n"),
	]);
}

/** Numbers below `below` that a seed decides. */
export function randomFrom(seed: number): (below: number) => number {
	let state = seed >>> 0;
	return (below) => {
		state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
		return Math.floor((state / 2 ** 32) * below);
	};
}

export function shuffled(count: number, random: (below: number) => number): number[] {
	const order = Array.from({ length: count }, (_, i) => i);
	for (let i = count - 1; i > 0; i--) {
		const j = random(i + 1);
		[order[i], order[j]] = [order[j]!, order[i]!];
	}
	return order;
}

/** Connections that a port has at a time. */
export const CONNECTIONS = { http: PLAIN, https: SECURE };
