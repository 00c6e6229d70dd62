import assert from "node:assert/strict";
import { connect } from "node:net";
import type { Wire } from "../conformance/wire";
import { Bench, type Measure, type Scope } from "./bench";
import type { Figure } from "./figures";
import { type BenchOwner, GET, pairedOwner } from "./owner";
import { clientHello } from "./tls-client";

/** TLS connections that there may be at a time. */
export const CONNECTIONS = 2;
/** Bytes of a session in C: two buffers of 16 KiB, of which the chip's are shorter (docs/hardware.md), and the rest. */
const C_HEAP = 52_000;
const HANDSHAKES = 200;
const REQUESTS = 2000;
const COLOR = { setColor: { color: "blue" } };

/** A device with TLS and an owner. */
export async function owned(scope: Scope): Promise<BenchOwner> {
	return pairedOwner(await Bench.start(scope, { tls: true, events: true }));
}

/** The same in HTTPS mode. */
export async function secured(scope: Scope): Promise<BenchOwner> {
	return secure(await owned(scope));
}

async function secure(owner: BenchOwner): Promise<BenchOwner> {
	await prolong(owner, "http");
	// With an MD5 secret over HTTP it is not for so long.
	await prolong(owner, "https");
	// What TLS sets up once.
	await visit(owner);
	return owner;
}

/** HTTPS mode for an hour from now on. */
export async function prolong(owner: BenchOwner, kind: "http" | "https"): Promise<void> {
	await owner.learn(kind);
	const command = owner.md5({ setHttps: { enabled: true, idle: 3600, limit: 3600 } });
	assert.equal((await owner.send(command, kind)).status, 200);
	await owner.bench.advance(1_000);
	// The mode has begun with a token of its own.
	await owner.learn("https");
}

/** One GET on a connection of its own, of which nothing is left afterwards. */
export async function visit(owner: BenchOwner): Promise<void> {
	assert.equal((await owner.send(GET, "https")).status, 200);
	await owner.bench.advance(200);
}

/** Memory of XS and of C that TLS takes. */
export async function measureTlsMemory(scope: Scope): Promise<Figure[]> {
	const owner = await owned(scope);
	const { bench } = owner;
	const plain = await heapOfSocket(owner);
	await secure(owner);
	const figures: Figure[] = [];
	const idle = await settled(bench);
	/** `budget`: slots, and bytes of chunks. */
	const add = (name: string, budget: readonly [number, number], now: Measure) => {
		const one = (value: number, before: number) => Math.round((value - before) / CONNECTIONS);
		const wide = bench.slotSize / 16;
		figures.push(
			{ name, value: one(now.slots, idle.slots), unit: "slots", budget: budget[0] },
			{ name, value: one(now.chunks, idle.chunks), unit: "bytes", budget: budget[1] * wide },
			{ name: `${name}, of C`, value: one(now.heap, idle.heap) - plain, unit: "bytes", budget: C_HEAP },
		);
	};

	const hello = await clientHello();
	const port = (await bench.ports()).https!;
	const half = Array.from({ length: CONNECTIONS }, () => connect(port, "127.0.0.1"));
	// The server's part of the handshake comes.
	await Promise.all(
		half.map(
			(socket) =>
				new Promise((resolve) =>
					socket
						.once("data", resolve)
						.on("error", () => {})
						.write(hello),
				),
		),
	);
	add("a TLS handshake, half done", [150, 64], await bench.measure());
	for (const socket of half) socket.destroy();
	await settled(bench);

	const wires: Wire[] = [];
	for (let i = 0; i < CONNECTIONS; i++) {
		wires.push(await owner.open("https"));
		await exchange(wires[i]!, GET);
	}
	add("a TLS connection, idle", [180, 100], await bench.measure());
	for (const wire of wires) wire.close();
	await settled(bench);

	const wire = await owner.open("https");
	await exchange(wire, GET);
	const ready = await bench.measure();
	await bench.stress(true);
	for (const [name, request, slots, chunks] of [
		["peak of GET over TLS", GET, 90, 650],
		["peak of POST with MD5 over TLS", owner.md5(COLOR), 200, 1_200],
	] as const) {
		await exchange(wire, request);
		const { peakSlots, peakChunks } = await bench.measure();
		const budget = (chunks * bench.slotSize) / 16;
		figures.push({ name, value: peakSlots - ready.slots, unit: "slots", budget: slots });
		figures.push({ name, value: peakChunks - ready.chunks, unit: "bytes", budget });
	}
	await bench.close();
	return figures;
}

/** Meter units of XS for a request on an open TLS connection, and for one on a connection of its own. */
export async function measureTlsWork(scope: Scope): Promise<Figure[]> {
	const owner = await secured(scope);
	const { bench } = owner;
	const wire = await owner.open("https");
	const figures: Figure[] = [];
	const add = async (name: string, budget: number, count: number, task: () => Promise<void>) => {
		for (let i = 0; i < 5; i++) await task();
		const { meter } = await bench.measure();
		for (let i = 0; i < count; i++) await task();
		figures.push({ name, value: ((await bench.measure()).meter - meter) / count, unit: "units", budget });
	};
	await add("GET over TLS", 4_250, 100, () => exchange(wire, GET));
	await add("POST with MD5 over TLS", 9_000, 100, () => exchange(wire, owner.md5(COLOR)));
	wire.close();
	await settled(bench);
	await add("handshake, GET and end of a TLS connection", 16_000, 20, () => visit(owner));
	await bench.close();
	return figures;
}

/** What is in use after many connections and requests, over what was after the first. */
export async function measureTlsGrowth(scope: Scope): Promise<Figure[]> {
	const owner = await secured(scope);
	const { bench } = owner;
	const round = async (handshakes: number) => {
		for (let i = 0; i < handshakes; i += CONNECTIONS) {
			const wires = await Promise.all(Array.from({ length: CONNECTIONS }, () => owner.open("https")));
			for (let k = 0; k < REQUESTS / HANDSHAKES; k++)
				await Promise.all(wires.map((wire) => exchange(wire, k % 3 === 2 ? owner.md5(COLOR) : GET)));
			for (const wire of wires) wire.close();
			await bench.advance(200);
		}
		return settled(bench);
	};
	const before = await round(10);
	const after = await round(HANDSHAKES);
	await bench.close();
	const name = `growth after ${HANDSHAKES} TLS handshakes and ${REQUESTS} requests`;
	return [
		{ name, value: after.slots - before.slots, unit: "slots", budget: 0 },
		{ name, value: after.chunks - before.chunks, unit: "bytes", budget: 64 },
		{ name: `${name}, of C`, value: after.heap - before.heap, unit: "bytes", budget: 0 },
		{ name: `names of members, ${name}`, value: after.keys - before.keys, unit: "slots", budget: 0 },
	];
}

/** Bytes that the bench's C takes for a socket, which on the chip is lwIP's. */
async function heapOfSocket(owner: BenchOwner): Promise<number> {
	const idle = await settled(owner.bench);
	const wire = await owner.open();
	await exchange(wire, GET);
	const { heap } = await owner.bench.measure();
	wire.close();
	return heap - idle.heap;
}

/** Measures once nothing is left of connections. */
export async function settled(bench: Bench): Promise<Measure> {
	await bench.advance(20_000);
	return bench.measure();
}

async function exchange(wire: Wire, request: string): Promise<void> {
	const { status, text } = await wire.send(request).response();
	assert.equal(status, 200, text);
}
