import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { describe, test } from "node:test";
import { md5Secret, Owner, request } from "../support/owner";
import { simulate, skip, type Usage } from "./simulator";

const CONNECTIONS = 4;
const ROUNDS = 50;
/** Bodies as long as plain HTTP takes them, that would make much of little. */
const HOSTILE = {
	brackets: "[".repeat(1024),
	"empty arrays": `{"getData":[${Array(330).fill("[]").join(",")}]}`,
	"empty objects": `{"getData":[${Array(330).fill("{}").join(",")}]}`,
	numbers: `{"getData":[${Array(500).fill("1").join(",")}]}`,
	quotes: `{"getData":"${'\\"'.repeat(500)}"}`,
	backslashes: `{"getData":"${"\\\\".repeat(500)}"}`,
	"not ASCII": `{"getData":"${"ü".repeat(500)}"}`,
	"an unknown name": `{"name":"${"b".repeat(1000)}"}`,
	spaces: `{${" ".repeat(1022)}}`,
};

/**
 * What a chip has for chunks, slots of 16 bytes and the stack together. Chunks are counted as they are here; those that
 * hold slots are half as large there.
 */
const { static: CHIP, stack: STACK } = JSON.parse(readFileSync("hosts/esp32/manifest.json", "utf8")).creation;
const CHIP_SLOT = 16;

function onChip({ chunkHeap, slotHeap }: Usage): number {
	return chunkHeap + (slotHeap + STACK) * CHIP_SLOT;
}

describe("the memory of the firmware on XS", { skip }, () => {
	test("suffices on the smallest chip, and does not grow, whatever comes", async (t) => {
		const uuid = randomUUID();
		const { simulator, http } = await simulate(t, { uuid, instrument: true });
		const { udid, token = "" } = await new Owner(http).identify();
		const proof = { udid, secret: md5Secret(token, uuid) };
		const body = JSON.stringify({ ...proof, getData: {}, setColor: { color: "blue" } });
		await load(http, body);
		// The first unknown name has XS make those that requests may have, once.
		await request(http, { body: JSON.stringify({ ...proof, another: 1 }) });
		const before = await simulator.usage();

		await load(http, body);
		for (const [name, hostile] of Object.entries(HOSTILE)) {
			const headers = { "X-Long": "x".repeat(1_500) };
			const strangers = Array.from({ length: CONNECTIONS }, () => request(http, { headers, body: hostile }));
			for (const { status } of await Promise.all(strangers))
				assert.ok(status >= 400 && status < 500, `${name}: ${status}`);
		}
		// XS keeps each name that an object has ever had (hosts of names: Shelly CVE-2025-11243).
		for (let i = 0; i < 20; i++) {
			const names = Object.fromEntries(Array.from({ length: 120 }, (_, j) => [`made-up-${i}-${j}`, 1]));
			await request(http, { body: JSON.stringify({ ...proof, ...names }) });
			await request(http, { body: JSON.stringify({ ...proof, setColor: names }) });
			await request(`${http}/${i}?q=${i}`, {
				headers: { [`X-Made-Up-${i}`]: "1", Authorization: `Basic ${i}` },
			});
		}
		await load(http, body);
		const after = await simulator.usage();

		const stack = Math.max(...simulator.usages.map((usage) => usage.stack));
		t.diagnostic(`before ${JSON.stringify(before)}, after ${JSON.stringify(after)}, stack ${stack}`);
		assert.ok(onChip(after) < CHIP, `${onChip(after)} bytes on a chip`);
		assert.ok(stack < STACK * 0.8, `${stack} slots of stack`);
		assert.ok(after.keys <= before.keys + 2, `${after.keys - before.keys} names more`);
		assert.ok(after.slotHeap <= before.slotHeap, "the slots grew");
		assert.ok(after.chunkHeap <= before.chunkHeap, "the chunks grew");
	});
});

/** GET and commands mixed, over as many connections as the device holds. */
async function load(url: string, body: string): Promise<void> {
	const { hostname, port } = new URL(url);
	const get = `GET / HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`;
	const post = `POST / HTTP/1.1\r\nHost: ${hostname}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
	const one = () =>
		new Promise<void>((resolve, reject) => {
			const socket = connect(Number(port), hostname);
			let text = "";
			let left = ROUNDS;
			socket.on("connect", () => socket.write(get + post));
			socket.on("error", reject);
			socket.on("close", () => (left === 0 ? resolve() : reject(new Error(`closed: ${text}`))));
			socket.on("data", (bytes) => {
				text += bytes;
				if (text.split('"token"').length < 2 || text.split('"status":"ok"').length < 2) return;
				text = "";
				if (--left > 0) socket.write(get + post);
				else socket.end();
			});
		});
	await Promise.all(Array.from({ length: CONNECTIONS }, one));
}
