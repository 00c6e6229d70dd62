import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { Resolver } from "node:dns/promises";
import { once } from "node:events";
import { describe, test } from "node:test";
import { answerDns } from "../../../hosts/esp32/dns";

const ADDRESS = [192, 168, 4, 1];

function question(
	name: string,
	{ type = 1, kind = 1, flags = 0x01, count = 1, more = [0, 0, 0, 0, 0, 0] } = {},
) {
	const labels = name.split(".").flatMap((label) => [label.length, ...Buffer.from(label)]);
	return Uint8Array.from([0x12, 0x34, flags, 0, 0, count, ...more, ...labels, 0, 0, type, 0, kind]);
}

describe("answerDns", () => {
	test("every name is the device, for a resolver that is not ours", async () => {
		const server = createSocket("udp4");
		server.on("message", (query, from) => {
			const answer = answerDns(query, ADDRESS);
			if (answer) server.send(answer, from.port, from.address);
		});
		server.bind(0, "127.0.0.1");
		await once(server, "listening");
		try {
			const resolver = new Resolver({ timeout: 2_000 });
			resolver.setServers([`127.0.0.1:${server.address().port}`]);
			for (const name of [
				"captive.apple.com",
				"connectivitycheck.gstatic.com",
				"www.msftconnecttest.com",
				"detectportal.firefox.com",
				`${"a".repeat(63)}.example`,
			])
				assert.deepEqual(await resolver.resolve4(name), ["192.168.4.1"]);
			await assert.rejects(resolver.resolve6("captive.apple.com"), { code: "ENODATA" });
			await assert.rejects(resolver.resolveMx("captive.apple.com"), { code: "ENODATA" });
		} finally {
			server.close();
		}
	});

	test("the id and the wish for recursion are the question's", () => {
		const answer = answerDns(question("a.b"), ADDRESS)!;
		assert.deepEqual([...answer.subarray(0, 12)], [0x12, 0x34, 0x85, 0, 0, 1, 0, 1, 0, 0, 0, 0]);
		assert.equal(answerDns(question("a.b", { flags: 0 }), ADDRESS)![2], 0x84);
	});

	test("a question with EDNS is answered without", () => {
		const query = Uint8Array.from([
			...question("a.b", { more: [0, 0, 0, 0, 0, 1] }),
			...[0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0],
		]);
		const answer = answerDns(query, ADDRESS)!;
		assert.equal(answer.length, question("a.b").length + 16);
		assert.equal(answer[11], 0);
	});

	const wrong: [string, Uint8Array][] = [
		["a response", question("a.b", { flags: 0x80 })],
		["another operation", question("a.b", { flags: 0x28 })],
		["no question", question("a.b", { count: 0 })],
		["two questions", question("a.b", { count: 2 })],
		["answers of its own", question("a.b", { more: [0, 1, 0, 0, 0, 0] })],
		["a pointer for a name", Uint8Array.from([0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xc0, 12, 0, 1, 0, 1])],
		["a name without an end", question("a.b").subarray(0, 15)],
		["a name and no more", question("a.b").subarray(0, 17)],
		["a label beyond the end", Uint8Array.from([0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 63, 1])],
		["more than 512 bytes", Uint8Array.from([...question("a.b"), ...new Uint8Array(600)])],
		["nothing", new Uint8Array(0)],
	];
	for (const [what, query] of wrong)
		test(`${what} is not answered`, () => {
			assert.equal(answerDns(query, ADDRESS), undefined);
		});

	test("no bytes whatever make it throw, or answer with much more than was asked", () => {
		let state = 7;
		const dice = () => {
			state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
			return state >> 16;
		};
		for (let i = 0; i < 20_000; i++) {
			const query = question("aa.bb");
			for (let change = 0; change < 3; change++) query[dice() % query.length] = dice() & 0xff;
			const answer = answerDns(query.subarray(0, dice() % (query.length + 1)), ADDRESS);
			assert.ok(!answer || answer.length <= query.length + 16);
		}
	});
});
