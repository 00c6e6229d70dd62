import assert from "node:assert/strict";
import { test } from "node:test";
import { Token } from "../../../modules/auth/token";
import { FakeHost } from "../../fakes/host";

function token(host = new FakeHost()): { host: FakeHost; token: Token; drawn: string[] } {
	const drawn: string[] = [];
	return { host, token: new Token(host, (value) => drawn.push(value)), drawn };
}

test("a token is eight lower-case letters", () => {
	const { token: it } = token();
	for (let i = 0; i < 500; i++) {
		assert.match(it.value, /^[a-z]{8}$/);
		it.renew();
	}
});

test("every letter is drawn equally often from all bytes", () => {
	const host = new FakeHost();
	let next = 0;
	host.random = (count) => Uint8Array.from({ length: count }, () => next++ % 256);
	const { token: it } = token(host);
	const counts = new Map<string, number>();
	// 26 * 9 letters come from each round of 256 bytes: 117 tokens are 4 rounds.
	for (let i = 0; i < 117; i++) {
		for (const letter of it.value) counts.set(letter, (counts.get(letter) ?? 0) + 1);
		it.renew();
	}
	assert.equal(counts.size, 26);
	const most = Math.max(...counts.values());
	const least = Math.min(...counts.values());
	assert.ok(most - least <= 9, `${least} to ${most}`);
});

test("bytes that would favor some letters are drawn again", () => {
	const host = new FakeHost();
	const rounds = [new Uint8Array(8).fill(234), new Uint8Array(8).fill(255), new Uint8Array(8).fill(233)];
	host.random = () => rounds.shift() as Uint8Array;
	assert.equal(token(host).token.value, "zzzzzzzz");
});

test("a new token comes at exactly one hour", () => {
	const { host, token: it, drawn } = token();
	const first = it.value;
	host.advance(3_599_999);
	assert.equal(it.value, first);
	host.advance(1);
	assert.notEqual(it.value, first);
	assert.equal(drawn.length, 2);
});

test("the hour does not depend on the wall clock", () => {
	const { host, token: it } = token();
	const first = it.value;
	host.time.jump(Date.UTC(2030, 0, 1));
	host.advance(3_599_999);
	host.time.jump(0);
	assert.equal(it.value, first);
	host.advance(1);
	assert.notEqual(it.value, first);
});

test("a late timer does not let the old token live on", () => {
	const host = new FakeHost();
	const deaf = { once: () => 0, repeat: () => 0, clear() {} };
	const { token: it } = token(Object.assign(host, { timers: deaf }));
	const first = it.value;
	host.time.advance(3_600_000);
	assert.notEqual(it.value, first);
});

test("renewing starts the hour anew", () => {
	const { host, token: it } = token();
	host.advance(3_000_000);
	it.renew();
	const second = it.value;
	host.advance(3_599_999);
	assert.equal(it.value, second);
});

test("closing leaves no timer", () => {
	const { host, token: it } = token();
	it.close();
	assert.equal(host.time.pending, 0);
});
