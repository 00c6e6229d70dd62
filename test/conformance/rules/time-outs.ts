import assert from "node:assert/strict";
import { assertBetween, assertError, type Group, pause, Skip } from "../rule";
import type { Trial } from "../trial";
import type { Wire } from "../wire";

const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const HEAD_OF_POST = "POST / HTTP/1.1\r\nHost: a\r\n";
/** A device looks at its connections once a second, and a busy one later: so many seconds too soon or too late. */
const EARLY = 1.1;
const LATE = 3.5;

/** What slow clients may do, and for how long. Each rule waits for most of its time. */
export const timeOuts: Group = {
	name: "time-outs",
	rules: [
		{
			name: "a head that does not end within 5 s is answered with 408",
			async run(t) {
				await timesOut(t, 5, async (wire) => void wire.send("GET / HTTP/1.1\r\nHost:"));
			},
		},
		{
			name: "a head that comes byte by byte has no more time",
			async run(t) {
				await timesOut(t, 5, (wire) => wire.sendByByte(`${HEAD_OF_POST}A: ${"b".repeat(400)}`, 250));
			},
		},
		{
			name: "a body that does not end within 10 s is answered with 408",
			async run(t) {
				await timesOut(t, 10, async (wire) => void wire.send(`${HEAD_OF_POST}Content-Length: 9\r\n\r\n{}`));
			},
		},
		{
			name: "a chunked body that comes byte by byte has no more time",
			async run(t) {
				await timesOut(t, 10, (wire) =>
					wire
						.send(`${HEAD_OF_POST}Transfer-Encoding: chunked\r\n\r\n`)
						.sendByByte(`64\r\n${" ".repeat(100)}`, 250),
				);
			},
		},
		{
			name: "a body that never comes after 100 Continue is answered with 408",
			async run(t) {
				await timesOut(t, 10, async (wire) => {
					wire.send(`${HEAD_OF_POST}Content-Length: 9\r\nExpect: 100-continue\r\n\r\n`);
					assert.equal((await wire.response()).status, 100);
				});
			},
		},
		{
			name: "a connection on which nothing comes is closed after 5 s",
			async run(t) {
				const wire = await t.open();
				const begin = performance.now();
				while (!wire.isOver && performance.now() - begin < 40_000) await pause(50);
				assertBetween((performance.now() - begin) / 1000, 5 - EARLY, 5 + t.subject.slack(LATE));
			},
		},
		{
			name: "a connection is closed, without a word, 35 s after its last request",
			async run(t) {
				const wire = await t.open();
				await wire.send(GET).response("GET");
				const begin = performance.now();
				await wire.closed(80_000);
				assertBetween((performance.now() - begin) / 1000, 35 - EARLY, 35 + t.subject.slack(LATE));
			},
		},
		{
			name: "a request 30 s after the last one is answered on the same connection, as its answers promise",
			async run(t) {
				const wire = await t.open();
				const { headers } = await wire.send(GET).response("GET");
				assert.equal(headers.get("keep-alive"), "timeout=30");
				await pause(30_000);
				assert.equal((await wire.send(GET).response("GET")).status, 200);
			},
		},
		{
			name: "a client that takes no answers holds up nobody",
			async run(t) {
				if (t.subject.capacity < 16) throw new Skip("too many requests for a small device");
				const wire = (await t.open()).stopReading();
				const requests = Buffer.from(GET.repeat(1000));
				// More than all buffers between the two take in answers.
				for (let i = 0; i < 60; i++) wire.send(requests);
				for (let i = 0; i < 10; i++) {
					const begin = performance.now();
					assert.equal((await t.send({ method: "GET" })).status, 200);
					assertBetween((performance.now() - begin) / 1000, 0, t.subject.slack(5));
					await pause(500);
				}
			},
		},
	],
};

/** After `begin` has sent what is unfinished, the device answers 408 in `seconds`, and closes. */
async function timesOut(t: Trial, seconds: number, begin: (wire: Wire) => Promise<void>): Promise<void> {
	const wire = await t.open();
	const start = performance.now();
	await begin(wire);
	const answer = await wire.response("POST", 45_000);
	assertBetween((performance.now() - start) / 1000, seconds - EARLY, seconds + t.subject.slack(LATE));
	assertError(answer, 408, "request-timeout");
	await wire.closed();
}
