import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BODY } from "../../modules/limits";
import { Wire } from "../conformance/wire";
import { Bench, type Measure, type Scope } from "./bench";
import { type BenchOwner, GET, head, pairedOwner, post } from "./owner";

/** What the firmware takes: a number that is the same in every run and on every machine. */
export interface Figure {
	name: string;
	value: number;
	unit: "slots" | "bytes" | "units" | "instructions";
	/** The most that is allowed: what was measured, and a small margin. */
	budget: number;
}

/** Requests between which nothing may grow. */
const MANY = 20_000;
/** Requests over which the work for one is averaged. */
const SOME = 200;
const CONNECTIONS = 4;

const COLOR = { setColor: { color: "blue" } };
const KEYS = ["hub.l.0.1", "clock.rl.1830297600.1", "phone.l.0.1"];
const COLORS = ["red", "gold", "teal"];
const HOST = "127.0.0.1";

/** What clients that poll send, beside what curl does: requests, aiohttp and a browser. */
const HEADS = [
	"User-Agent: python-requests/2.32.3\r\nAccept-Encoding: gzip, deflate\r\nAccept: */*\r\nConnection: keep-alive\r\n",
	"Accept: */*\r\nAccept-Encoding: gzip, deflate\r\nUser-Agent: Python/3.12 aiohttp/3.11.11\r\n",
	'Connection: keep-alive\r\nsec-ch-ua-platform: "Linux"\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36\r\nsec-ch-ua: "Chromium";v="131", "Not_A Brand";v="24"\r\nsec-ch-ua-mobile: ?0\r\nAccept: */*\r\nOrigin: http://192.168.1.20\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: cors\r\nSec-Fetch-Dest: empty\r\nReferer: http://192.168.1.20/\r\nAccept-Encoding: gzip, deflate\r\nAccept-Language: en-GB,en;q=0.9\r\n',
].map((fields) => `GET / HTTP/1.1\r\nHost: 192.168.1.16\r\n${fields}\r\n`);

/** Memory in use, over that of an empty machine, which has all modules in its flash. */
export async function measureMemory(scope: Scope): Promise<Figure[]> {
	const empty = await (await Bench.startMachine(scope)).measure();
	const bench = await Bench.start(scope);
	const wide = bench.slotSize / 16;
	const figures: Figure[] = [];
	/** `budget`: slots and bytes. */
	const add = (name: string, budget: readonly [number, number], slots: number, chunks: number) => {
		figures.push({ name, value: slots, unit: "slots", budget: budget[0] });
		figures.push({ name, value: chunks, unit: "bytes", budget: budget[1] * wide });
	};
	const addUse = (name: string, budget: readonly [number, number], now: Measure, before: Measure, of = 1) =>
		add(name, budget, (now.slots - before.slots) / of, (now.chunks - before.chunks) / of);
	const addPeak = (name: string, budget: readonly [number, number], now: Measure, before: Measure) =>
		add(name, budget, now.peakSlots - before.slots, now.peakChunks - before.chunks);

	addUse("idle, without an owner", [1415, 3040], await bench.measure(), empty);
	const owner = await pairedOwner(bench);
	await bench.advance(60_000);
	const idle = await bench.measure();
	addUse("idle, with an owner", [1205, 2730], idle, empty);

	const wires: Wire[] = [];
	for (let i = 0; i < CONNECTIONS; i++) wires.push(await owner.open());
	addUse("a connection, idle", [29, 64], await bench.measure(), idle, CONNECTIONS);
	const partial = post(" ".repeat(BODY)).slice(0, -1);
	for (const wire of wires) wire.send(partial);
	addUse(
		"a connection, with a body of 1 KiB all but arrived",
		[54, 1200],
		await bench.measure(),
		idle,
		CONNECTIONS,
	);
	for (const wire of wires) wire.close();
	await bench.measure();

	const wire = await owner.open();
	const ready = await bench.measure();
	await bench.stress(true);
	await exchange(wire, GET);
	addPeak("peak of GET", [58, 1200], await bench.measure(), ready);
	await exchange(wire, owner.md5(COLOR));
	addPeak("peak of POST with MD5", [135, 1300], await bench.measure(), ready);
	await exchange(wire, owner.signed(COLOR));
	addPeak("peak of POST with HMAC", [165, 1680], await bench.measure(), ready);
	const short = Buffer.byteLength(owner.md5(COLOR).split("\r\n\r\n")[1]!);
	await exchange(wire, owner.md5(COLOR, " ".repeat(BODY - short)));
	addPeak("peak of POST with MD5, 1 KiB", [166, 2680], await bench.measure(), ready);
	await exchange(wire, owner.signed(COLOR, KEYS[0]));
	addPeak("peak of POST with HMAC and a key", [211, 2180], await bench.measure(), ready);
	await exchange(wire, owner.md5({ getStatus: {} }));
	addPeak("peak of POST with MD5, getStatus", [256, 2710], await bench.measure(), ready);
	await bench.stress(false);
	await bench.close();
	return figures;
}

/** Meter units of XS, which are bytecodes and their like, for a request on a connection of its own. */
export async function measureWork(scope: Scope): Promise<Figure[]> {
	const bench = await Bench.start(scope);
	const owner = await pairedOwner(bench);
	const port = (await bench.ports()).http!;
	const figures: Figure[] = [];
	for (const [name, next, budget] of requests(owner, [2600, 3640, 7530, 6370, 8420, 10_960])) {
		await repeat(port, 10, next);
		const { meter } = await bench.measure();
		await repeat(port, SOME, next);
		figures.push({ name, value: ((await bench.measure()).meter - meter) / SOME, unit: "units", budget });
	}
	await bench.close();
	return figures;
}

/** What is in use after very many requests, over what was after the first. */
export async function measureGrowth(scope: Scope): Promise<Figure[]> {
	const bench = await Bench.start(scope);
	const owner = await pairedOwner(bench);
	const wrong = [post("{"), post("{}"), head("GET").replace(" / ", " /x ")];
	const round = async (count: number) => {
		const wires: Wire[] = [];
		for (let i = 0; i < CONNECTIONS; i++) wires.push(await owner.open());
		await Promise.all(
			wires.map(async (wire, i) => {
				for (let done = 0; done < count; done += CONNECTIONS) {
					await exchange(wire, GET);
					await exchange(wire, owner.md5(done % 3 ? COLOR : { getData: {} }));
					await exchange(wire, i === 0 ? owner.signed(COLOR) : GET);
					await wire.send(wrong[done % wrong.length]!).response();
				}
			}),
		);
		for (const wire of wires) wire.close();
		await bench.advance(70_000);
		await owner.send(GET);
		await bench.advance(20_000);
		return bench.measure();
	};
	const before = await round(40);
	const after = await round(MANY / CONNECTIONS);
	await bench.close();
	const name = `growth after ${MANY} requests`;
	return [
		{ name, value: after.slots - before.slots, unit: "slots", budget: 0 },
		{ name, value: after.chunks - before.chunks, unit: "bytes", budget: 64 },
		{
			name: `names of members after ${MANY} requests`,
			value: after.keys - before.keys,
			unit: "slots",
			budget: 0,
		},
	];
}

/** Instructions in user space for a request on a connection of its own, counted by valgrind's callgrind. */
export async function measureInstructions(scope: Scope): Promise<Figure[]> {
	const folder = mkdtempSync(join(tmpdir(), "ambient16-xs-"));
	scope.after(() => rmSync(folder, { recursive: true }));
	const out = join(folder, "callgrind");
	const wrapper = ["valgrind", "--quiet", "--tool=callgrind", `--callgrind-out-file=${out}`];
	const bench = await Bench.start(scope, { wrapper });
	const owner = await pairedOwner(bench);
	const port = (await bench.ports()).http!;
	const counted: [name: string, budget: number][] = [];
	for (const [name, next, budget] of requests(
		owner,
		[230_000, 354_000, 587_000, 517_000, 735_000, 972_000],
	)) {
		counted.push([name, budget]);
		await repeat(port, 10, next);
		await bench.dump();
		await repeat(port, SOME / 2, next);
		await bench.dump();
		await repeat(port, SOME + SOME / 2, next);
		await bench.dump();
	}
	await bench.close();
	const dumps = readdirSync(folder).map((file) => readFileSync(join(folder, file), "utf8"));
	const totals = new Map(
		dumps.map((text) => [
			Number(/^part: (\d+)/m.exec(text)?.[1]),
			Number(/^(?:totals|summary): (\d+)/m.exec(text)?.[1]),
		]),
	);
	return counted.map(([name, budget], i) => {
		const [short, long] = [totals.get(3 * i + 2)!, totals.get(3 * i + 3)!];
		return { name, value: Math.round((long - short) / SOME), unit: "instructions", budget };
	});
}

type Budgets = [get: number, turns: number, color: number, data: number, signed: number, key: number];

/** What users send: a connection for each request, and another body each time. */
function requests(owner: BenchOwner, budgets: Budgets): [string, () => string, number][] {
	let count = 0;
	const color = () => ({ setColor: { color: COLORS[count++ % COLORS.length] } });
	return [
		["GET", () => GET, budgets[0]],
		["GET by four kinds of clients in turns", () => [GET, ...HEADS][count++ % 4]!, budgets[1]],
		["POST with MD5, setColor", () => owner.md5(color()), budgets[2]],
		["POST with MD5, getData", () => owner.md5({ getData: {} }), budgets[3]],
		["POST with HMAC, setColor", () => owner.signed(color()), budgets[4]],
		// Several programs in turns: none of the keys was just used.
		[
			"POST with HMAC and a key, setColor",
			() => owner.signed(color(), KEYS[count % KEYS.length]),
			budgets[5],
		],
	];
}

async function exchange(wire: Wire, request: string): Promise<void> {
	const { status, text } = await wire.send(request).response();
	assert.equal(status, 200, text);
}

async function repeat(port: number, count: number, next: () => string): Promise<void> {
	for (let i = 0; i < count; i++) {
		const wire = await Wire.open({ host: HOST, port, secure: false });
		await exchange(wire, next());
		wire.close();
	}
}
