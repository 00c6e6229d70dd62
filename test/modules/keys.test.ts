import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { afterEach, describe, test } from "node:test";
import fc from "fast-check";
import { Device } from "../../modules/device";
import { GENERATION_KEY, SETTINGS_KEY } from "../../modules/flash-keys";
import { FakeHost } from "../fakes/host";
import { FakeOwner, keySecret, parse, UUID } from "../fakes/owner";

let running: Device[] = [];

function start(host = new FakeHost()) {
	const device = new Device(host);
	running.push(device);
	host.advance(1);
	return { host, device, owner: new FakeOwner(host) };
}

/** A device with an owner. */
function paired() {
	const it = start();
	assert.equal(it.owner.pair().status, 200);
	it.host.advance(1);
	return it;
}

/** A device with an owner, in HTTPS mode. */
function secured() {
	const it = paired();
	enter(it.owner);
	return it;
}

function enter(owner: FakeOwner): void {
	owner.open({ setHttps: { enabled: true, idle: 3600 } });
	owner.host.advance(1);
}

/** Turns the power off and on again. */
function restart({ host, device }: { host: FakeHost; device: Device }) {
	device.close();
	return start(host);
}

const seconds = (host: FakeHost) => Math.floor(host.clock.now() / 1000);
const codeOf = ({ status, body }: ReturnType<FakeOwner["get"]>) => (status === 200 ? "ok" : body.code);

afterEach(() => {
	for (const device of running) device.close();
	running = [];
});

describe("a key", () => {
	test("is as docs/protocol.md computes it", () => {
		const uuid = "01234567-89ab-4def-8123-456789abcdef";
		for (const text of [uuid, uuid.toUpperCase()])
			assert.equal(
				keySecret(text, "grafana.r.1830297600.1"),
				"ee9f57770e725f7bc410b56aeecc01a739b875f4c9ed0b48f73ecd7ecb938f44",
			);
	});

	test("proves a request, signed or with MD5, over HTTP and HTTPS", () => {
		const { owner } = paired();
		const program = owner.program("grafana.r.0.1");
		assert.deepEqual(owner.get().body.auth, ["md5", "hmac-sha256", "key"]);
		for (let i = 0; i < 3; i++) {
			assert.equal(program.signed({ getData: {} }).status, 200);
			assert.equal(program.command({ getData: {} }).status, 200);
		}
		enter(owner);
		assert.equal(program.signed({ getData: {} }, "https").status, 200);
		assert.equal(program.command({ getData: {} }, "https").status, 200);
		assert.equal(owner.command({ setAuth: { md5: false } }, "https").status, 200);
		assert.equal(codeOf(program.command({ getData: {} }, "https")), "md5-off");
		assert.equal(program.signed({ getData: {} }, "https").status, 200);
	});

	test("is the same one whatever the spelling of the UUID was at pairing", () => {
		const { owner, host } = start();
		owner.uuid = UUID.toUpperCase();
		assert.equal(owner.pair().status, 200);
		host.advance(1);
		assert.equal(owner.program("a.r.0.1").signed({ getData: {} }).status, 200);
	});

	test("does what its letters say, and nothing of a request with anything else in it", () => {
		const { owner, host } = secured();
		const code = (scope: string, commands: object) =>
			codeOf(owner.program(`a.${scope}.0.1`).signed(commands, "https"));
		assert.equal(code("r", { getData: {} }), "ok");
		assert.equal(code("l", { setColor: { color: "red" } }), "ok");
		assert.equal(code("m", { getSettings: {} }), "ok");
		const before = host.flash.get(SETTINGS_KEY);
		for (const commands of [
			{ setColor: { color: "red" } },
			{ getData: {}, setColor: { color: "red" } },
			{ getSettings: {} },
			{ setHttps: { enabled: false } },
			{ setInflux: null, getData: {} },
		])
			assert.equal(code("r", commands), "not-in-scope");
		assert.equal(code("lm", { getData: {} }), "not-in-scope");
		for (const commands of [
			{ factoryReset: {} },
			{ setAuth: { md5: false } },
			{ setKeys: { revokeAll: true } },
			{ setKeys: { restore: ["a"] }, getData: {} },
			{ setWifi: { ssid: "a", password: "" } },
			{ scanWifi: {} },
		])
			assert.equal(code("rlm", commands), "not-in-scope");
		assert.equal(code("rlm", { pair: { uuid: UUID } }), "already-paired");
		assert.deepEqual(host.flash.get(SETTINGS_KEY), before);
		assert.equal(host.network.isOpen("https"), true);
	});

	test("that is wrong is refused, counts as a guess, and is told nothing of the right one", () => {
		const { owner, host } = paired();
		const right = owner.program("a.r.0.1");
		const program = (id: string, secret: string) => {
			const it = owner.program(id);
			it.uuid = secret;
			it.address = "192.0.2.77";
			return it;
		};
		for (const [id, secret] of [
			["a.r.0.2", right.uuid],
			["a.rl.0.1", right.uuid],
			["b.r.0.1", right.uuid],
			["a.r.1.1", right.uuid],
			["a.r.0.01", right.uuid],
			["A.r.0.1", right.uuid],
			["a.r.0.1", right.uuid.toUpperCase()],
			["a.r.0.1", UUID],
		] as const) {
			const { status, body } = program(id, secret).signed({ getData: {} });
			assert.deepEqual([status, body.code], [401, "wrong-secret"], id);
		}
		// The secret of a key is none of the owner's.
		const owned = new FakeOwner(host);
		owned.uuid = right.uuid;
		owned.address = "192.0.2.77";
		assert.equal(codeOf(owned.command({ getData: {} })), "wrong-secret");
		assert.equal(codeOf(owned.signed({ getData: {} })), "wrong-secret");
		assert.equal(codeOf(program("a.r.0.9", "x").signed({ getData: {} })), "too-many-attempts");
		right.address = "192.0.2.77";
		assert.equal(right.signed({ getData: {} }).status, 200);
	});

	test("beside an Authorization field, or as no text, is refused", () => {
		const { owner, host } = paired();
		const program = owner.program("a.r.0.1");
		assert.equal(codeOf(program.signed({ getData: {}, key: "a.r.0.1" })), "two-proofs");
		for (const key of [null, 1, ["a.r.0.1"], {}, ""])
			assert.equal(codeOf(owner.command({ getData: {}, key })), "wrong-secret");
		assert.equal(codeOf(owner.post({ udid: host.udid, key: "a.r.0.1", getData: {} })), "wrong-secret");
	});

	test("keys the proof of HTTPS mode", () => {
		const { owner, host } = paired();
		const program = owner.program("hub.m.0.1");
		const { token } = owner;
		const peer = program.openSigned({ setHttps: { enabled: true } });
		host.advance(1);
		const { fingerprint, proof } = parse(peer).body.setHttps;
		assert.equal(proof, createHmac("sha256", program.uuid).update(`${token}\n${fingerprint}`).digest("hex"));
	});

	test("holds HTTPS mode open only if it may begin it", () => {
		for (const [scope, open] of [
			["r", false],
			["m", true],
		] as const) {
			const { owner, host } = paired();
			owner.open({ setHttps: { enabled: true, idle: 60 } });
			host.advance(1);
			const program = owner.program(`a.${scope}.0.1`);
			const orders = scope === "r" ? { getData: {} } : { getSettings: {} };
			for (let i = 0; i < 5; i++) {
				assert.equal(program.signed(orders, "https").status, 200);
				host.advance(11_000);
			}
			host.advance(6_000);
			assert.equal(host.network.isOpen("https"), open, scope);
		}
	});

	test("signed requests are not taken twice, also of keys that were forgotten since", () => {
		const { owner } = paired();
		const programs = Array.from({ length: 12 }, (_, i) => owner.program(`p${i}.r.0.1`));
		const requests = programs.map((program) => program.sign({ getData: {} }));
		for (const request of requests) assert.equal(owner.send(request, "http").status, 200);
		for (const request of requests) assert.equal(codeOf(owner.send(request, "http")), "replayed");
		for (const program of programs) assert.equal(program.signed({ getData: {} }).status, 200);
	});

	test("costs one HMAC more, and none where it was just used", () => {
		const { owner, host } = paired();
		let hmacs = 0;
		const { hmac } = host;
		host.hmac = (...args) => {
			hmacs++;
			return hmac(...args);
		};
		const cost = (who: FakeOwner) => {
			hmacs = 0;
			assert.equal(who.signed({ getData: {} }).status, 200);
			return hmacs;
		};
		const [one, other] = [owner.program("a.r.0.1"), owner.program("b.r.0.1")];
		assert.equal(cost(owner), 1);
		assert.deepEqual([cost(one), cost(one), cost(other), cost(one), cost(one)], [2, 1, 2, 2, 1]);
		assert.equal(cost(owner), 1);
	});
});

describe("the end of a key", () => {
	test("is the second that its id names", () => {
		const { owner, host } = paired();
		const end = seconds(host) + 100;
		const program = owner.program(`a.r.${end}.1`);
		assert.equal(program.signed({ getData: {} }).status, 200);
		host.advance((end - seconds(host)) * 1000);
		assert.equal(codeOf(program.signed({ getData: {} })), "expired-key");
		assert.equal(codeOf(program.command({ getData: {} })), "expired-key");
		assert.equal(owner.program("a.r.0.1").signed({ getData: {} }).status, 200);
	});

	test("is unknown while the clock is not set, and one without an end does not need it", () => {
		const { owner, host } = paired();
		host.time.synced = false;
		for (const until of [1, seconds(host) + 100, 999_999_999_999]) {
			const { status, body } = owner.program(`a.r.${until}.1`).signed({ getData: {} });
			assert.deepEqual([status, body.code], [403, "clock-not-set"]);
		}
		assert.equal(owner.program("a.r.0.1").signed({ getData: {} }).status, 200);
		host.time.synced = true;
		assert.equal(codeOf(owner.program("a.r.1.1").signed({ getData: {} })), "expired-key");
	});

	test("does not come back with a clock that jumps, nor does one without an end go", () => {
		const { owner, host } = paired();
		const program = owner.program(`a.r.${seconds(host) + 100}.1`);
		const lasting = owner.program("b.r.0.1");
		const taken = (wall: number) => {
			host.time.jump(wall);
			assert.equal(lasting.signed({ getData: {} }).status, 200);
			return codeOf(program.signed({ getData: {} }));
		};
		const now = host.clock.now();
		assert.equal(taken(now + 50_000), "ok");
		assert.equal(taken(now - 86_400_000), "ok");
		assert.equal(taken(now + 200_000), "expired-key");
		assert.equal(taken(now), "expired-key");
		assert.equal(taken(0), "expired-key");
	});
});

describe("setKeys", () => {
	test("revokes and restores by name, also over a restart", () => {
		const it = secured();
		const { owner } = it;
		const keys = (who: FakeOwner) => {
			assert.equal(owner.host.network.isOpen("https"), true);
			return ["a.r.0.1", "a.rl.0.1", "b.r.0.1"].map((id) => {
				return codeOf(who.program(id).command({ getData: {} }, "https"));
			});
		};
		assert.deepEqual(keys(owner), ["ok", "ok", "ok"]);
		const revoked = owner.command({ setKeys: { revoke: ["a", "c", "a"] } }, "https").body.setKeys;
		assert.deepEqual(revoked, { generation: 1, revoked: ["a", "c"] });
		assert.deepEqual(keys(owner), ["revoked-key", "revoked-key", "ok"]);
		const again = restart(it);
		enter(again.owner);
		assert.deepEqual(keys(again.owner), ["revoked-key", "revoked-key", "ok"]);
		const restored = again.owner.command({ setKeys: { restore: ["a", "x"] } }, "https").body.setKeys;
		assert.deepEqual(restored, { generation: 1, revoked: ["c"] });
		assert.deepEqual(keys(again.owner), ["ok", "ok", "ok"]);
	});

	test("revokes all that there are: the next generation begins, with nothing revoked", () => {
		const { owner } = secured();
		owner.command({ setKeys: { revoke: ["a"] } }, "https");
		const all = owner.command({ setKeys: { revokeAll: true } }, "https").body.setKeys;
		assert.deepEqual(all, { generation: 2, revoked: [] });
		const code = (id: string) => codeOf(owner.program(id).command({ getData: {} }, "https"));
		assert.deepEqual(["a.r.0.1", "b.r.0.1", "a.r.0.2", "a.r.0.3"].map(code), [
			"revoked-key",
			"revoked-key",
			"ok",
			"revoked-key",
		]);
	});

	test("takes one order, of 1 to 16 names of keys, 16 in all", () => {
		const { owner } = secured();
		const names = (count: number, from = 0) => Array.from({ length: count }, (_, i) => `n${from + i}`);
		const code = (setKeys: unknown) => codeOf(owner.command({ setKeys }, "https"));
		for (const order of [
			{},
			{ revoke: [] },
			{ revoke: "a" },
			{ revoke: ["A"] },
			{ revoke: ["a.r.0.1"] },
			{ revoke: ["a".repeat(25)] },
			{ revoke: [""] },
			{ revoke: [1] },
			{ revoke: names(17) },
			{ restore: ["ä"] },
			{ revokeAll: false },
			{ revokeAll: 1 },
			{ revoke: ["a"], restore: ["a"] },
			{ revoke: ["a"], revokeAll: true },
			null,
			[],
		])
			assert.equal(code(order), "invalid-field", JSON.stringify(order));
		assert.equal(code({ revoke: ["a"], other: 1 }), "unknown-field");
		assert.equal(code({ revoke: names(16) }), "ok");
		assert.equal(code({ revoke: names(1) }), "ok");
		assert.equal(code({ revoke: ["b"] }), "invalid-field");
		assert.equal(code({ restore: names(16) }), "ok");
	});

	test("is for the owner over HTTPS, and changes nothing where the flash fails", () => {
		const { owner, host } = paired();
		assert.equal(codeOf(owner.signed({ setKeys: { revoke: ["a"] } })), "https-only");
		enter(owner);
		host.flash.writesLeft = 0;
		assert.equal(codeOf(owner.command({ setKeys: { revokeAll: true } }, "https")), "flash");
		host.flash.writesLeft = Number.POSITIVE_INFINITY;
		assert.equal(owner.program("a.r.0.1").command({ getData: {} }, "https").status, 200);
	});

	test("is told by getSettings, with the last eight that were used, the last one first", () => {
		const { owner, host } = secured();
		for (let i = 0; i < 10; i++) owner.program(`p${i}.rl.0.1`).command({ getData: {} }, "https");
		owner.program("p5.rl.0.1").signed({ getData: {} }, "https");
		owner.program("p0.rl.0.2").signed({ getData: {} }, "https");
		owner.command({ setKeys: { revoke: ["p1"] } }, "https");
		const { keys } = owner.command({ getSettings: {} }, "https").body.getSettings;
		const time = seconds(host);
		assert.deepEqual(keys, {
			generation: 1,
			revoked: ["p1"],
			seen: ["p5", "p9", "p8", "p7", "p6", "p4", "p3", "p2"].map((name) => ({ name, scope: "rl", time })),
		});
	});
});

describe("after a factory reset", () => {
	/** Resets by the button, and pairs with the same UUID again. */
	const renew = ({ host, owner }: { host: FakeHost; owner: FakeOwner }) => {
		host.hold(11_000);
		host.advance(1);
		assert.equal(owner.pair().status, 200);
		host.advance(1);
	};

	test("keys of before stay dead with the same UUID, whatever was revoked before", () => {
		const it = secured();
		const { owner } = it;
		const first = owner.program("a.r.0.1");
		owner.command({ setKeys: { revoke: ["b"] } }, "https");
		owner.command({ setKeys: { revokeAll: true } }, "https");
		owner.command({ setKeys: { revokeAll: true } }, "https");
		const code = (id: string) => codeOf(owner.program(id).command({ getData: {} }));
		for (let round = 4; round < 7; round++) {
			renew(it);
			for (let generation = 1; generation < round; generation++)
				assert.equal(code(`a.r.0.${generation}`), "revoked-key", `${generation} in ${round}`);
			assert.equal(code(`a.r.0.${round}`), "ok");
			assert.equal(code(`b.r.0.${round}`), "ok");
		}
		assert.equal(codeOf(first.signed({ getData: {} })), "revoked-key");
	});

	test("a device without an owner takes no key, and is as it was from the start", () => {
		const { owner, host } = start();
		host.hold(11_000);
		host.advance(1);
		assert.equal(codeOf(owner.program("a.r.0.1").signed({ getData: {} })), "not-paired");
		assert.equal(owner.pair().status, 200);
		host.advance(1);
		assert.equal(owner.program("a.r.0.1").signed({ getData: {} }).status, 200);
	});

	test("nothing of the owner is left but a number", () => {
		const it = secured();
		it.owner.command({ setKeys: { revoke: ["kitchen-hub"] } }, "https");
		it.host.hold(11_000);
		const left = [...it.host.flash.contents].filter(([key]) => key !== "tls");
		assert.deepEqual(
			left.map(([key, value]) => [key, Buffer.from(value).toString()]),
			[[GENERATION_KEY, "1"]],
		);
	});

	test("power lost at any write lets no key of before come back", () => {
		for (let writes = 0; writes < 12; writes++) {
			let it = secured();
			it.owner.command({ setKeys: { revokeAll: true } }, "https");
			it.host.flash.writesLeft = writes;
			it.host.hold(11_000);
			it.host.flash.writesLeft = Number.POSITIVE_INFINITY;
			it = restart(it);
			for (let more = 0; more < 3 && !it.owner.get().body.paired; more++) {
				it.host.flash.writesLeft = more;
				it.owner.pair();
				it.host.flash.writesLeft = Number.POSITIVE_INFINITY;
				it = restart(it);
			}
			if (!it.owner.get().body.paired) it.owner.pair();
			it.host.advance(1);
			const code = (id: string) => codeOf(it.owner.program(id).command({ getData: {} }));
			assert.equal(code("a.r.0.1"), "revoked-key", `after ${writes} writes`);
			if (writes > 0) assert.equal(code("a.r.0.2"), "revoked-key", `after ${writes} writes`);
		}
	});

	test("flash that cannot be read takes no key of before", () => {
		for (const text of ["", "nonsense", "-1", "0", "1e99"]) {
			const it = paired();
			it.host.hold(11_000);
			it.host.flash.set(GENERATION_KEY, new TextEncoder().encode(text));
			it.host.advance(1);
			assert.equal(it.owner.pair().status, 200);
			it.host.advance(1);
			assert.equal(codeOf(it.owner.program("a.r.0.1").command({ getData: {} })), "revoked-key", text);
		}
		for (const text of [
			"{",
			"[]",
			'{"keys":5}',
			'{"keys":{"generation":"1","revoked":[]}}',
			'{"keys":null}',
		]) {
			const it = paired();
			it.host.flash.set(SETTINGS_KEY, new TextEncoder().encode(text));
			const again = restart(it);
			const code = codeOf(again.owner.program("a.r.0.1").command({ getData: {} }));
			assert.equal(code, text === "[]" ? "ok" : "revoked-key", text);
		}
	});

	test("a device that was paired before there were keys has their first generation", () => {
		const it = paired();
		const old = JSON.stringify({ auth: { md5: true }, wifi: null, influx: null, mqtt: null, update: null });
		it.host.flash.set(SETTINGS_KEY, new TextEncoder().encode(old));
		const again = restart(it);
		assert.equal(again.owner.program("a.r.0.1").command({ getData: {} }).status, 200);
		renew(again);
		assert.equal(codeOf(again.owner.program("a.r.0.1").command({ getData: {} })), "revoked-key");
	});
});

/** Commands over HTTPS with the letter that each needs; undefined: the owner alone. */
const COMMANDS: Record<string, [letter: string | undefined, value: unknown]> = {
	getData: ["r", {}],
	setColor: ["l", { color: "red" }],
	getSettings: ["m", {}],
	setHttps: ["m", { enabled: true, idle: 3600, limit: 3600 }],
	setInflux: ["m", { url: "https://192.0.2.1", database: "a" }],
	setMqtt: ["m", null],
	setAuth: [undefined, { md5: true }],
	setKeys: [undefined, { revoke: ["x"] }],
	setWifi: [undefined, { ssid: "a", password: "" }],
};

test("a key never does what its letters do not say, whatever the combination of commands", () => {
	const { owner, host } = secured();
	const model = {
		generation: 1,
		revoked: new Set<string>(),
		code(name: string, scope: string, until: number, generation: number, commands: string[]): string {
			if (generation !== this.generation || this.revoked.has(name)) return "revoked-key";
			if (until !== 0 && until <= seconds(host)) return "expired-key";
			const allowed = commands.every((command) => {
				const letter = COMMANDS[command]?.[0];
				return letter !== undefined && scope.includes(letter);
			});
			return allowed ? "ok" : "not-in-scope";
		},
	};
	const step = fc.record({
		name: fc.constantFrom("a", "b", "c"),
		scope: fc.constantFrom("r", "l", "m", "rl", "rm", "lm", "rlm"),
		until: fc.constantFrom(0, -10, 10, 1_000_000),
		generation: fc.integer({ min: 1, max: 3 }),
		commands: fc.uniqueArray(fc.constantFrom(...Object.keys(COMMANDS)), { minLength: 1, maxLength: 4 }),
		signed: fc.boolean(),
		order: fc.option(
			fc.constantFrom<object>(
				{ revoke: ["a"] },
				{ restore: ["a"] },
				{ revoke: ["b", "c"] },
				{ restore: ["c"] },
			),
			{ freq: 3 },
		),
		all: fc.nat(30),
	});
	fc.assert(
		fc.property(fc.array(step, { minLength: 1, maxLength: 8 }), (steps) => {
			for (const { name, scope, until, generation, commands, signed, order, all } of steps) {
				if (all === 0 && model.generation < 3) {
					owner.command({ setKeys: { revokeAll: true } }, "https");
					model.generation++;
					model.revoked.clear();
				} else if (order) {
					assert.equal(owner.command({ setKeys: order }, "https").status, 200);
					const { revoke = [], restore = [] } = order as Record<string, string[]>;
					for (const each of revoke) model.revoked.add(each);
					for (const each of restore) model.revoked.delete(each);
				}
				const end = until === 0 ? 0 : seconds(host) + until;
				const program = owner.program(`${name}.${scope}.${end}.${generation}`);
				const before = host.flash.get(SETTINGS_KEY);
				const orders = Object.fromEntries(commands.map((command) => [command, COMMANDS[command]?.[1]]));
				const answer = signed ? program.signed(orders, "https") : program.command(orders, "https");
				const expected = model.code(name, scope, end, generation, commands);
				assert.equal(codeOf(answer), expected);
				if (expected !== "ok") assert.deepEqual(host.flash.get(SETTINGS_KEY), before);
				host.advance(1);
			}
		}),
		{ numRuns: 150 },
	);
});

test("the secret of a key fits no other id, whatever is changed in it", () => {
	const { owner } = paired();
	const id = "grafana.r.1830297600.1";
	const secret = owner.program(id).uuid;
	const letter = fc.constantFrom(..."abrlm019.-+ ", "\t", "A", "٣");
	const change = fc.record({
		at: fc.nat(id.length),
		remove: fc.nat(3),
		put: fc.string({ unit: letter, maxLength: 3 }),
	});
	fc.assert(
		fc.property(change, fc.boolean(), ({ at, remove, put }, signed) => {
			const other = id.slice(0, at) + put + id.slice(at + remove);
			const program = owner.program(other);
			program.uuid = secret;
			const answer = signed ? program.signed({ getData: {} }) : program.command({ getData: {} });
			if (other === id) assert.equal(answer.status, 200);
			else assert.ok([401, 429].includes(answer.status), `${answer.status} for ${other}`);
		}),
		{ numRuns: 500 },
	);
});
