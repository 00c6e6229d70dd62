import assert from "node:assert/strict";
import type { AddressInfo } from "node:net";
import { createServer, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import {
	ACCESS_POINT_TIME,
	ATTEMPT_ADDRESSES,
	ATTEMPTS,
	BODY,
	CA_BYTES,
	CREDENTIAL_BYTES,
	DEVICE_NAME,
	EVENTS_WAITING,
	HEADER_BLOCK,
	KEY_NAME,
	KEYS_REVOKED,
	KEYS_SEEN,
	NAME_BYTES,
	PASSPHRASE_MAX,
	PROBLEM_SHOWN,
	PROBLEMS_KEPT,
	REQUEST_LINE,
	SECURE_BODY,
	SSID_BYTES,
	TOPIC_BYTES,
	URL_BYTES,
} from "../../modules/limits";
import { Wire } from "../conformance/wire";
import { Bench, CREATION, type Scope } from "./bench";
import { HostileBroker } from "./broker";
import { type BenchOwner, GET, pairedOwner, post, UDID } from "./owner";

/** Bytes of XS's memory that have to be left whatever comes. */
export const SPARE = 8_192;

/** ms to wait for an answer that may never come, as the request is noise. */
const PATIENCE = 100;
/** Connections that a port has at a time. */
export const CONNECTIONS = { http: 4, https: 2 };
type Kind = keyof typeof CONNECTIONS;
const BODIES_MOST = { http: BODY, https: SECURE_BODY };

/** What the device connects to. */
interface Server {
	port: number;
	/** Its connections. */
	sockets: ReadonlySet<Socket>;
}

/** Listens at a port of its own; reads what comes, and says nothing by itself. */
async function listen(scope: Scope, onConnection?: (socket: Socket) => void): Promise<Server> {
	const sockets = new Set<Socket>();
	const server = createServer((socket) => {
		sockets.add(socket);
		socket.on("error", () => {});
		socket.on("close", () => sockets.delete(socket));
		socket.resume();
		onConnection?.(socket);
	});
	scope.after(() => {
		for (const socket of sockets) socket.destroy();
		server.close();
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	return { port: (server.address() as AddressInfo).port, sockets };
}

/** As long as it may be. */
function certificate(letter: string): string {
	const frame = "-----BEGIN CERTIFICATE-----\n\n-----END CERTIFICATE-----\n";
	return frame.replace("\n\n", `\n${letter.repeat(CA_BYTES - frame.length)}\n`);
}

/** Settings that take as much as they can; `letter` tells one set from another. */
function longest(letter: string, database: number, broker: number): object {
	const url = (start: string) => `${start}/${letter.repeat(URL_BYTES - start.length - 1)}`;
	return {
		setInflux: {
			url: url(`http://127.0.0.1:${database}`),
			org: letter.repeat(NAME_BYTES),
			bucket: letter.repeat(NAME_BYTES),
			token: letter.repeat(CREDENTIAL_BYTES),
			ca: certificate(letter),
		},
		setMqtt: {
			url: `mqtt://127.0.0.1:${broker}`,
			user: letter.repeat(NAME_BYTES),
			password: letter.repeat(CREDENTIAL_BYTES),
			topic: letter.repeat(TOPIC_BYTES),
			light: true,
			ca: certificate(letter),
		},
		update: { url: url(`http://127.0.0.1:${database}`), daily: true, ca: certificate(letter) },
		setName: { name: "\u{1f4a1}".repeat(DEVICE_NAME) },
	};
}

/** A device whose memory holds as much as an owner can give it to hold, and is `SPARE` bytes smaller than the chip's. */
export class Burdened {
	readonly bench: Bench;
	readonly owner: BenchOwner;
	readonly #database: Server;
	readonly #broker: Server;
	/** The last connection to the broker. */
	readonly #hostile: () => HostileBroker | undefined;
	/** No point leaves before it has its time. */
	readonly #unset: boolean;
	#letter = 0;

	private constructor(
		owner: BenchOwner,
		database: Server,
		broker: Server,
		hostile: () => HostileBroker | undefined,
		unset: boolean,
	) {
		this.#unset = unset;
		this.#hostile = hostile;
		this.bench = owner.bench;
		this.owner = owner;
		this.#database = database;
		this.#broker = broker;
	}

	/** `region`: bytes, if it is another one. `wifi`: it has Wi-Fi, with a name and password as long as they may be. `unset`: its clock is not set. */
	static async start(
		scope: Scope,
		region = CREATION.static - SPARE,
		{ wifi = false, unset = false } = {},
	): Promise<Burdened> {
		// Neither ever has enough of it: points and events wait.
		const database = await listen(scope);
		let hostile: HostileBroker | undefined;
		const bodies = Object.values(BODIES);
		let count = 0;
		const broker = await listen(scope, (socket) => {
			hostile = new HostileBroker(socket, () => bodies[count++ % bodies.length]!(BODY));
		});
		const bench = await Bench.start(scope, { region, dials: true, wifi, unset });
		const network = { ssid: "s".repeat(SSID_BYTES), password: "p".repeat(PASSPHRASE_MAX) };
		const burdened = new Burdened(
			await pairedOwner(bench, wifi ? network : undefined),
			database,
			broker,
			() => hostile,
			unset,
		);
		for (let i = 0; i < PROBLEMS_KEPT; i++)
			await bench.act("problem", String(i).padStart(PROBLEM_SHOWN, "problem "));
		// Until its access point has closed.
		if (wifi) await bench.advance(ACCESS_POINT_TIME);
		await burdened.owner.learn();
		await burdened.secure();
		await burdened.set();
		await burdened.revoke();
		await burdened.plain();
		await burdened.useKeys();
		await burdened.guess();
		return burdened;
	}

	/** Into HTTPS mode, where the clouds are left. */
	async secure(): Promise<void> {
		const command = this.owner.md5({ setHttps: { enabled: true, idle: 3600, limit: 3600 } });
		await this.#ask(command, "http");
		await this.bench.advance(4_000);
		await this.owner.learn("https");
	}

	/** Other settings, as long as those before. */
	async set(): Promise<void> {
		// One at a time: a body has room for one certificate.
		for (const command of this.settings()) await this.#ask(command, "https");
	}

	/** As many keys as can be revoked one by one, with names as long as they may be. */
	async revoke(): Promise<void> {
		const names = Array.from({ length: KEYS_REVOKED }, (_, i) => `${i}`.padEnd(KEY_NAME, "k"));
		await this.#ask(this.owner.md5({ setKeys: { revoke: names } }), "https");
	}

	/** As many programs as are remembered come with a key each. */
	async useKeys(): Promise<void> {
		for (let i = 0; i < KEYS_SEEN; i++)
			await this.#ask(this.owner.signed({ getData: {} }, `${`${i}`.padEnd(KEY_NAME, "p")}.rlm.0.1`), "http");
	}

	/** Wrong secrets of as many addresses as are remembered, and so many of each as count. */
	async guess(): Promise<void> {
		const { http } = await this.bench.ports();
		for (let address = 1; address <= ATTEMPT_ADDRESSES; address++)
			for (let guess = 0; guess <= ATTEMPTS; guess++) {
				const secret = `${guess}`.padStart(32, "0");
				const endpoint = { host: "127.0.0.1", port: http!, secure: false };
				const wire = await Wire.open(endpoint, { from: `127.100.100.${100 + address}` });
				const { status } = await wire.send(post(JSON.stringify({ udid: UDID, secret }))).response();
				assert.equal(status, guess < ATTEMPTS ? 401 : 429);
				wire.close();
			}
	}

	/** Requests with other settings than before. */
	settings(): string[] {
		const letter = "abcdefgh"[this.#letter++ % 8]!;
		const settings = longest(letter, this.#database.port, this.#broker.port);
		return Object.entries(settings).map(([name, value]) => this.owner.md5({ [name]: value }));
	}

	/** Back to plain HTTP, with as many events as can wait. */
	async plain(): Promise<void> {
		await this.#ask(this.owner.md5({ setHttps: { enabled: false } }), "https");
		await this.bench.advance(600_000);
		await this.owner.learn();
		for (let i = 0; i < EVENTS_WAITING; i++)
			await this.bench.act("motion", i % 2 ? "left-to-right" : "right-to-left");
	}

	/**
	 * Each request on a connection of its own, to one port or each to its own: a part of each first, then the rest of
	 * each, in an order.
	 */
	async together(
		requests: readonly Uint8Array[],
		kind: Kind | readonly Kind[] = "http",
		order: readonly number[] = [...requests.keys()],
		cut: (length: number) => number = (length) => length - 1,
	): Promise<void> {
		if (kind === "http" && !this.#unset) await this.#loaded();
		const wires: Wire[] = [];
		const cuts = requests.map(({ length }) => cut(length));
		for (const [i, request] of requests.entries())
			wires.push(
				(await this.owner.open(typeof kind === "string" ? kind : kind[i])).send(request.subarray(0, cuts[i])),
			);
		await this.bench.act("nothing");
		if (kind === "http") this.#hostile()?.next();
		for (const i of order) wires[i]!.send(requests[i]!.subarray(cuts[i]));
		for (const wire of wires) await wire.response("POST", PATIENCE).catch(() => this.bench.act("nothing"));
		for (const wire of wires) wire.close();
		await this.bench.advance(200);
	}

	/** The button opens the access point, and with it both ports, for who sets it up anew. */
	async openAccessPoint(): Promise<void> {
		await this.bench.act("button", "down");
		await this.bench.act("button", "up");
		await this.bench.advance(1_000);
	}

	/** The owner is served as ever. */
	async serves(kind: "http" | "https" = "http"): Promise<void> {
		await this.#ask(GET, kind);
		await this.bench.advance(200);
	}

	async #ask(request: string, kind: "http" | "https"): Promise<void> {
		const { status, text } = await this.owner.send(request, kind);
		assert.equal(status, 200, text);
	}

	/** Points are on their way. */
	async #loaded(): Promise<void> {
		for (let i = 0; i < 100 && this.#database.sockets.size === 0; i++) {
			await this.bench.advance(5_000);
			await pause(0);
		}
		assert.ok(this.#database.sockets.size > 0, "no points are sent");
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
	"60 fields": manyFields,
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
	const text = BODIES[body]!(BODIES_MOST[kind]);
	const bytes = Buffer.from(text, body.includes("no UTF-8") ? "latin1" : "utf8").subarray(
		0,
		BODIES_MOST[kind],
	);
	const length = chunked ? "Transfer-Encoding: chunked\r\n" : `Content-Length: ${bytes.length}\r\n`;
	const fields = HEADS[head]!(HEADER_BLOCK - "Host: a\r\n".length - length.length);
	const target = `/?${"q".repeat(REQUEST_LINE - "POST /? HTTP/1.1".length)}`;
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

/** What anybody may do at once, as a seed decides. */
export async function attack(
	burdened: Burdened,
	random: (below: number) => number,
	kind: "http" | "https",
): Promise<void> {
	const { owner } = burdened;
	const any = (names: Readonly<Record<string, unknown>>) => {
		const all = Object.keys(names);
		return all[random(all.length)]!;
	};
	const mix = () => {
		const requests = [
			GET,
			owner.md5({ getData: {} }),
			owner.md5({ setColor: { color: "blue" } }),
			owner.signed({ getData: {} }),
			owner.md5({ getStatus: {} }),
		];
		return Buffer.from(
			Array.from({ length: 1 + random(6) }, () => requests[random(requests.length)]).join(""),
		);
	};
	const noise = () => {
		const bytes = Uint8Array.from({ length: random(1_000) }, () => random(256));
		const request = largest(any(HEADS), any(BODIES), kind, random(2) === 0);
		request.set(bytes, random(request.length - bytes.length));
		return request;
	};
	const one = () => {
		const which = random(8);
		if (which === 0) return mix();
		if (which === 1) return noise();
		return largest(any(HEADS), any(BODIES), kind, random(4) === 0);
	};
	const requests = Array.from({ length: CONNECTIONS[kind] }, one);
	const order = [...requests.keys()];
	for (let i = order.length - 1; i > 0; i--) {
		const j = random(i + 1);
		[order[i], order[j]] = [order[j]!, order[i]!];
	}
	const whole = random(2) === 0;
	await burdened.together(requests, kind, order, (length) => (whole ? length - 1 : random(length)));
}
