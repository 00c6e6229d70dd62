import assert from "node:assert/strict";
import type { Connect } from "../../hosts/host";
import { type FakeLink, type FakeRequest, FakeServer, takeRequest } from "./server";

/** What a database says; without a status the connection fails. */
export type FakeAnswer =
	| { status: number; retryAfter?: string; body?: string }
	| { status: undefined; error: string };

/** A database that takes what it is told to take. */
export class FakeDatabase extends FakeServer {
	/** What it answers; by default it takes everything; undefined: nothing, ever. */
	answer: (lines: string[]) => number | FakeAnswer | undefined = () => 204;
	/** Time of each line that it has taken, in the order of arrival. */
	readonly taken: number[] = [];
	#requests: (FakeRequest & Connect)[] = [];
	#pending: FakeRequest[] = [];

	get requests(): readonly (FakeRequest & Connect)[] {
		this.settle();
		return this.#requests;
	}

	/** Answers what has been asked, and what is asked thereupon. Returns how many requests that were. */
	work(most = 1_000): number {
		let count = 0;
		for (; count < most; count++) {
			this.settle();
			const next = this.#pending.shift();
			if (!next) break;
			this.#answer(next);
		}
		this.settle();
		return count;
	}

	protected override receive(link: FakeLink): boolean {
		const request = takeRequest(link);
		if (!request) return false;
		this.#requests.push({ ...request, ...link.to });
		this.#pending.push(request);
		return true;
	}

	#answer({ link, body }: FakeRequest): void {
		if (!link.live) return;
		const lines = body.split("\n");
		const answer = this.answer(lines);
		if (answer === undefined) return;
		const said = typeof answer === "number" ? { status: answer } : answer;
		if (said.status === undefined) {
			link.end("error" in said ? said.error : undefined);
			return;
		}
		if (said.status === 204) this.taken.push(...lines.map((line) => Number(line.split(" ").at(-1))));
		const { retryAfter, body: text = "" } = said as { retryAfter?: string; body?: string };
		const fields = [
			`HTTP/1.1 ${said.status} Said`,
			...(retryAfter === undefined ? [] : [`Retry-After: ${retryAfter}`]),
			...(said.status === 204 ? [] : [`Content-Length: ${Buffer.byteLength(text)}`]),
		];
		link.say(`${fields.join("\r\n")}\r\n\r\n${text}`);
	}
}

/** What a CONNECT says (MQTT 3.1.1, 3.1). */
export interface FakeConnect extends Connect {
	clientId: string;
	will: { topic: string; payload: string };
	user?: string;
	password?: string;
}

const CONNECT = 1;
const PUBLISH = 3;
const PUBACK = 4;
const SUBSCRIBE = 8;
const PINGREQ = 12;
const DISCONNECT = 14;

/** A broker that the test opens and closes. */
export class FakeBroker extends FakeServer {
	/** Whether it acknowledges by itself. */
	acknowledges = true;
	/** Whether it lets clients hear of topics. */
	grants = true;
	/** What clients have subscribed to, and which messages they have acknowledged. */
	readonly subscriptions: string[] = [];
	readonly acknowledged: number[] = [];
	#attempts: FakeConnect[] = [];
	#published: { topic: string; payload: string; retain: boolean }[] = [];
	#unacknowledged: (() => void)[] = [];
	#closes = 0;

	get attempts(): readonly FakeConnect[] {
		this.settle();
		return this.#attempts;
	}

	get published(): readonly { topic: string; payload: string; retain: boolean }[] {
		this.settle();
		return this.#published;
	}

	/** Acknowledges what it has kept back. */
	get unacknowledged(): (() => void)[] {
		this.settle();
		return this.#unacknowledged;
	}

	/** How many clients have taken their leave. */
	get closes(): number {
		this.settle();
		return this.#closes;
	}

	/** Whether a client is there, accepted or not. */
	get live(): boolean {
		this.settle();
		return this.#last !== undefined;
	}

	/** Answers what was sent. */
	work(): void {
		this.settle();
	}

	/** Takes in the client that came last. */
	accept(): void {
		this.settle();
		this.#last?.say(Uint8Array.of(0x20, 2, 0, 0));
		this.settle();
	}

	drop(error = "connection lost"): void {
		this.settle();
		this.#last?.end(error);
		this.settle();
	}

	/** Hands a message on to the client, with QoS 1 unless `id` is 0. `flags`: 1 retained, 8 again. */
	deliver(topic: string, payload: string, { id = 1, flags = 0 } = {}): void {
		this.settle();
		const name = Buffer.from(topic);
		const head = id === 0 ? [] : [id >> 8, id & 255];
		const body = Buffer.concat([
			Uint8Array.of(name.length >> 8, name.length & 255),
			name,
			Uint8Array.from(head),
			Buffer.from(payload),
		]);
		const length = [];
		for (let left = body.length; length.length === 0 || left > 0; left >>= 7)
			length.push(left > 127 ? (left & 127) | 128 : left);
		const first = 0x30 | flags | (id === 0 ? 0 : 2);
		this.#last?.say(Buffer.concat([Uint8Array.of(first, ...length), body]));
		this.settle();
	}

	/** The last payload of a topic. */
	retained(topic: string): string | undefined {
		return this.published.findLast((message) => message.retain && message.topic === topic)?.payload;
	}

	/** All payloads of a topic, in order. */
	on(topic: string): string[] {
		return this.published.filter((message) => message.topic === topic).map(({ payload }) => payload);
	}

	get #last(): FakeLink | undefined {
		return this.links.findLast(({ live }) => live);
	}

	protected override receive(link: FakeLink): boolean {
		const packet = takePacket(link);
		if (!packet) return false;
		const { type, flags, body } = packet;
		if (type === CONNECT) this.#attempts.push({ ...link.to, ...readConnect(body) });
		else if (type === PUBLISH) this.#take(link, flags, body);
		else if (type === SUBSCRIBE) this.#subscribe(link, body);
		else if (type === PUBACK) this.acknowledged.push(body.readUInt16BE(0));
		else if (type === PINGREQ) link.say(Uint8Array.of(0xd0, 0));
		else {
			assert.equal(type, DISCONNECT);
			this.#closes++;
			link.end();
		}
		return true;
	}

	#subscribe(link: FakeLink, body: Buffer): void {
		const codes = [];
		for (let at = 2; at < body.length; ) {
			const length = body.readUInt16BE(at);
			this.subscriptions.push(body.subarray(at + 2, at + 2 + length).toString());
			at += 3 + length;
			codes.push(this.grants ? body[at - 1]! : 0x80);
		}
		link.say(Uint8Array.of(0x90, 2 + codes.length, body[0]!, body[1]!, ...codes));
	}

	#take(link: FakeLink, flags: number, body: Buffer): void {
		assert.equal((flags >> 1) & 3, 1, "QoS 1");
		const length = body.readUInt16BE(0);
		const id = body.subarray(2 + length, 4 + length);
		this.#published.push({
			topic: body.subarray(2, 2 + length).toString(),
			payload: body.subarray(4 + length).toString(),
			retain: (flags & 1) === 1,
		});
		const acknowledge = () => link.say(Uint8Array.of(0x40, 2, ...id));
		if (this.acknowledges) acknowledge();
		else this.#unacknowledged.push(acknowledge);
	}
}

/** Takes a packet of MQTT off a connection; undefined if none is whole. */
function takePacket(link: FakeLink): { type: number; flags: number; body: Buffer } | undefined {
	let length = 0;
	for (let i = 1; i < Math.min(link.received.length, 5); i++) {
		const byte = link.received[i]!;
		length += (byte & 127) << (7 * (i - 1));
		if (byte & 128) continue;
		if (link.received.length < i + 1 + length) return undefined;
		const first = link.take(i + 1)[0]!;
		return { type: first >> 4, flags: first & 15, body: link.take(length) };
	}
	return undefined;
}

function readConnect(body: Buffer): Omit<FakeConnect, keyof Connect> {
	const flags = body[7]!;
	let at = 10;
	const text = () => {
		const length = body.readUInt16BE(at);
		at += 2 + length;
		return body.subarray(at - length, at).toString();
	};
	return {
		clientId: text(),
		will: { topic: text(), payload: text() },
		...(flags & 0x80 && { user: text() }),
		...(flags & 0x40 && { password: text() }),
	};
}
