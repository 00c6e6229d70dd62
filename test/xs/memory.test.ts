import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { PROBLEMS_KEPT } from "../../modules/limits";
import { missingNarrow } from "./engine";
import { attack, BODIES, Burdened, CONNECTIONS, HEADS, largest, randomFrom, SPARE } from "./worst";

/** Of random attacks; a longer one is test/xs/fuzz.ts. */
const ROUNDS = 100;

/** 0 to `count` - 1 in every order. */
function orders(count: number): number[][] {
	if (count === 0) return [[]];
	return orders(count - 1).flatMap((order) =>
		Array.from({ length: count }, (_, at) => [...order.slice(0, at), count - 1, ...order.slice(at)]),
	);
}

/**
 * With the longest settings for both clouds, points on their way and events waiting, and that much less memory than a
 * chip has. "Memory full" is the end of the device, and so of the test.
 */
describe(`memory is never full, with ${SPARE} bytes to spare`, { skip: await missingNarrow() }, () => {
	const tasks: (() => unknown)[] = [];
	let burdened: Burdened;
	before(async () => {
		burdened = await Burdened.start({ after: (task) => tasks.push(task) });
	});
	after(async () => {
		try {
			assert.deepEqual(await burdened.bench.events("exception"), []);
		} finally {
			for (const task of tasks) await task();
		}
	});

	/** The same on all connections. */
	const four = (head: string, body: string, kind: "http" | "https") =>
		Array.from({ length: CONNECTIONS[kind] }, () => largest(head, body, kind));

	for (const body of Object.keys(BODIES))
		test(`four strangers' bodies, largest heads: ${body}`, async () => {
			for (const head of Object.keys(HEADS)) await burdened.together(four(head, body, "http"));
			await burdened.serves();
		});

	test("heads that all end together, whatever is in them", async () => {
		for (const head of Object.keys(HEADS)) {
			const cut = Buffer.from(largest(head, "brackets", "http")).indexOf("\r\n\r\n") + 3;
			await burdened.together(four(head, "a long text", "http"), "http", undefined, () => cut);
		}
		await burdened.serves();
	});

	test("four different requests that end in every order", async () => {
		const requests = [
			largest("60 fields", "unknown names", "http"),
			largest("long names", "text beyond ASCII", "http"),
			largest("an origin", "a long text", "http", true),
			largest("bytes beyond ASCII", "long unknown names", "http"),
		];
		for (const order of orders(4)) await burdened.together(requests, "http", order);
		await burdened.serves();
	});

	test("the owner's pipelined requests beside three strangers", async () => {
		const { owner } = burdened;
		for (let round = 0; round < 20; round++) {
			const mix = [owner.md5({ getData: {}, setColor: { color: "blue" } }), owner.signed({ getData: {} })];
			const strangers = four("60 fields", "a long text", "http").slice(1);
			await burdened.together([Buffer.from(mix.join("").repeat(5)), ...strangers]);
		}
		await burdened.serves();
	});

	test("the owner asks how the device is, on all connections and beside strangers", async () => {
		const { owner } = burdened;
		const ask = Buffer.from(owner.md5({ getStatus: {} }));
		const { status, text } = await owner.send(String(ask));
		assert.equal(status, 200, text);
		const { problems, memory } = JSON.parse(text).getStatus;
		assert.equal(problems.length, PROBLEMS_KEPT);
		assert.ok(memory.xs.free > memory.xs.least, text);
		await burdened.together([ask, ask, ask, ask]);
		for (const body of Object.keys(BODIES))
			await burdened.together([ask, ...four("60 fields", body, "http").slice(1)]);
		await burdened.serves();
	});

	test("anything, in any order, cut anywhere", async () => {
		const random = randomFrom(1);
		for (let round = 0; round < ROUNDS; round++) await attack(burdened, random, "http");
		await burdened.serves();
	});

	// Last, as the slots that the device has taken for strangers stay taken.
	test("two requests over HTTPS with the largest bodies, and settings replaced by others as large meanwhile", async () => {
		await burdened.secure();
		for (const body of Object.keys(BODIES))
			for (const head of Object.keys(HEADS)) await burdened.together(four(head, body, "https"), "https");
		for (let round = 0; round < 4; round++)
			for (const command of burdened.settings())
				await burdened.together(
					[Buffer.from(command), largest("an origin", "a long text", "https")],
					"https",
				);
		await burdened.serves("https");
		await burdened.plain();
		await burdened.together(four("60 fields", "a long text", "http"));
		await burdened.serves();
	});
});

/** Set up anew over its access point, a device has both ports open. Its clouds wait meanwhile. */
describe(`memory is never full while a phone sets the device up, with ${SPARE} bytes to spare`, {
	skip: await missingNarrow(),
}, () => {
	const tasks: (() => unknown)[] = [];
	let burdened: Burdened;
	before(async () => {
		burdened = await Burdened.start({ after: (task) => tasks.push(task) }, undefined, { wifi: true });
		await burdened.openAccessPoint();
	});
	after(async () => {
		try {
			assert.deepEqual(await burdened.bench.events("exception"), []);
		} finally {
			for (const task of tasks) await task();
		}
	});

	const KINDS = ["http", "http", "http", "http", "https", "https"] as const;
	const page = Buffer.from("GET /setup HTTP/1.1\r\nHost: 192.168.4.1\r\n\r\n");
	const probe = Buffer.from("GET /hotspot-detect.html HTTP/1.1\r\nHost: captive.apple.com\r\n\r\n");

	for (const body of Object.keys(BODIES))
		test(`all connections of both ports: ${body}`, async () => {
			for (const head of Object.keys(HEADS))
				await burdened.together(
					KINDS.map(() => largest(head, body, "http")),
					KINDS,
				);
			await burdened.serves("https");
		});

	test("the page goes to one phone while the other connections hold bodies", async () => {
		for (const body of Object.keys(BODIES)) {
			const held = KINDS.slice(1).map(() => largest("60 fields", body, "http"));
			await burdened.together(
				[...held, page],
				[...KINDS.slice(1), "https"].slice(0, 6) as (typeof KINDS)[number][],
			);
			await burdened.together(
				[page, ...held.slice(0, 5)],
				["https", "http", "http", "http", "http", "https"],
			);
		}
		await burdened.serves("https");
	});

	test("phones ask for the Internet, and are explained where to go, on all connections", async () => {
		for (let round = 0; round < 10; round++) {
			await burdened.together([probe, probe, page, page, page, page], KINDS);
			const scan = Buffer.from(burdened.owner.signed({ scanWifi: {} }));
			await burdened.together([page, page, page, page, scan, page], KINDS);
		}
		await burdened.serves("https");
	});
});

test("memory is never full on a device that no time server answers, for hours", {
	skip: await missingNarrow(),
}, async (t) => {
	const burdened = await Burdened.start(t, undefined, { unset: true });
	for (let hour = 0; hour < 2; hour++) {
		await burdened.bench.advance(3_600_000);
		await burdened.owner.learn();
		for (const body of Object.keys(BODIES))
			await burdened.together(
				Array.from({ length: CONNECTIONS.http }, () => largest("60 fields", body, "http")),
			);
		await burdened.serves();
	}
	assert.deepEqual(await burdened.bench.events("exception"), []);
});
