import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Limiter, networkOf } from "../../accounts/limiter";
import { startCloud } from "../support/cloud";
import { PASSWORD, signIn, signUp, Visitor } from "../support/visitor";

const MINUTE = 60_000;

describe("a limiter", () => {
	const limiter = (clock: () => number) => new Limiter({ failures: 3, within: 10_000 }, clock);

	test("keeps whoever has failed too often waiting until the first failure is old enough", () => {
		let now = 0;
		const limits = limiter(() => now);
		for (const at of [0, 1_000, 2_000]) {
			now = at;
			assert.equal(limits.wait("a"), 0);
			limits.count("a");
		}
		assert.equal(limits.wait("a"), 8);
		assert.equal(limits.wait("b"), 0);
		now = 10_000;
		assert.equal(limits.wait("a"), 0);
	});

	test("forgets the failures of one who has succeeded", () => {
		const limits = limiter(() => 0);
		for (let i = 0; i < 3; i++) limits.count("a");
		limits.clear("a");
		assert.equal(limits.wait("a"), 0);
	});
});

test("an address of IPv6 stands for its /64, one of IPv4 for itself", () => {
	assert.equal(networkOf("2001:db8:0:1:aaaa:bbbb:cccc:dddd"), "2001:db8:0:1::/64");
	assert.equal(networkOf("2001:db8::1"), "2001:db8:0:0::/64");
	assert.equal(networkOf("fe80::1%eth0"), "fe80:0:0:0::/64");
	assert.equal(networkOf("::1"), "0:0:0:0::/64");
	assert.equal(networkOf("::ffff:192.0.2.1"), "192.0.2.1");
	assert.equal(networkOf("192.0.2.1"), "192.0.2.1");
});

test("a stranger has ten tries; a browser that the owner has used is let in meanwhile", async (t) => {
	const cloud = await startCloud(t);
	const owner = await signUp(cloud, "ada");
	await owner.submit("/profile", {}, "/sign-out");
	const stranger = new Visitor(cloud);
	for (let i = 0; i < 10; i++) {
		const { answer } = await signIn(cloud, "ada", `wrong number ${i}`, stranger);
		assert.equal(answer.status, 403);
	}
	const { answer } = await signIn(cloud, "ada", PASSWORD, stranger);
	assert.equal(answer.status, 429);
	assert.equal(answer.headers["retry-after"], `${15 * 60}`);
	assert.equal((await signIn(cloud, "ada", PASSWORD, owner)).answer.status, 303);
	cloud.time.now += 15 * MINUTE;
	assert.equal((await signIn(cloud, "ada", PASSWORD, stranger)).answer.status, 303);
});

test("a browser of the owner's has ten tries too: somebody else may sit there", async (t) => {
	const cloud = await startCloud(t);
	const owner = await signUp(cloud, "ada");
	await owner.submit("/profile", {}, "/sign-out");
	for (let i = 0; i < 10; i++) await signIn(cloud, "ada", `wrong number ${i}`, owner);
	assert.equal((await signIn(cloud, "ada", PASSWORD, owner)).answer.status, 429);
});

test("a cookie of a known browser is good for its account, and cannot be made up", async (t) => {
	const cloud = await startCloud(t);
	await signUp(cloud, "ada");
	const eve = await signUp(cloud, "eve");
	await eve.submit("/profile", {}, "/sign-out");
	for (let i = 0; i < 10; i++) await signIn(cloud, "ada", `wrong number ${i}`, eve);
	assert.equal((await signIn(cloud, "ada", PASSWORD, eve)).answer.status, 429);
});

test("so many accounts are made from one network, and no more", async (t) => {
	const cloud = await startCloud(t);
	for (let i = 0; i < 5; i++) await signUp(cloud, `person${i}`);
	const { status } = await new Visitor(cloud).submit("/sign-up", { name: "more", password: PASSWORD });
	assert.equal(status, 429);
});
