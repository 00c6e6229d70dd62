import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { httpsProof, keySecret, md5Secret, sign, untilClosed } from "../../support/owner";
import { assertError, assertOk, type Group, pause, Skip } from "../rule";
import type { Trial } from "../trial";

/** Of this run, so that a key of an earlier one is no surprise. */
const NAME = `suite-${randomUUID().slice(0, 8)}`;

/** Keys: what programs have in place of the UUID. */
export const keys: Group = {
	name: "keys",
	need: "owner",
	rules: [
		{
			name: "GET / tells that keys are taken",
			async run(t) {
				assert.ok((await t.identify()).auth?.includes("key"));
			},
		},
		{
			name: "a key of the wrong generation is refused as revoked, whatever it may do",
			async run(t) {
				for (const scope of ["r", "l", "m", "rl", "rm", "lm", "rlm"])
					assertError(
						await t.command({ getData: {} }, { key: `${NAME}.${scope}.0.999999999` }),
						401,
						"revoked-key",
					);
			},
		},
		{
			name: "an id that is not spelled exactly is refused, with the right secret for it, too",
			async run(t) {
				for (const id of [
					"",
					NAME,
					`${NAME}.r.0`,
					`${NAME}.r.0.1.1`,
					`${NAME}.lr.0.1`,
					`${NAME}.rr.0.1`,
					`${NAME}.x.0.1`,
					`${NAME}..0.1`,
					`.r.0.1`,
					`${NAME.toUpperCase()}.r.0.1`,
					`${"a".repeat(25)}.r.0.1`,
					`${NAME}.R.0.1`,
					`${NAME}.r.00.1`,
					`${NAME}.r.-1.1`,
					`${NAME}.r.+1.1`,
					`${NAME}.r.0.0`,
					`${NAME}.r.0.01`,
					`${NAME}.r.1e3.1`,
					`${NAME}.r.0.1 `,
					` ${NAME}.r.0.1`,
				]) {
					const from = await t.subject.impostor();
					assertError(await t.command({ getData: {} }, { key: id, from }), 401, "wrong-secret");
				}
			},
		},
		{
			name: "the secret of one key is none of another, of the owner, nor is the UUID one of a key",
			async run(t) {
				const id = `${NAME}.r.0.1`;
				const secret = keySecret(t.uuid, id);
				await t.subject.signing(async (nonce) => {
					const body = JSON.stringify({ udid: t.udid, getData: {} });
					const { token = "" } = await t.identify();
					for (const [uuid, key] of [
						[secret, `${NAME}.rl.0.1`],
						[secret, `${NAME}.r.0.2`],
						[secret, undefined],
						[t.uuid, id],
						[secret.toUpperCase(), id],
					] as const) {
						const named = key === undefined ? "" : `key="${key}", `;
						const authorization = sign({ token, nc: nonce(), uuid, body }).replace("mac=", `${named}mac=`);
						const from = await t.subject.impostor();
						assertError(await t.post(body, { from, headers: { authorization } }), 401, "wrong-secret");
					}
				});
			},
		},
		withKeys("a key is taken, signed and with MD5", async (t, id) => {
			assertOk(await t.command({ getData: {} }, { secure: true, key: id("r") }));
			if ((await t.identify({ secure: true })).auth?.includes("md5"))
				assertOk(await t.commandMd5({ getData: {} }, { secure: true, key: id("r") }));
		}),
		withKeys(
			"a key does what its letters say, and nothing of a request with anything else in it",
			async (t, id) => {
				const over = (scope: string) => ({ secure: true, key: id(scope) });
				assertOk(await t.command({ getData: {} }, over("r")));
				assertOk(await t.command({ setColor: { color: "black", duration: 1 } }, over("l")));
				assertOk(await t.command({ getSettings: {} }, over("m")));
				const settings = async () => {
					const { auth, keys, ...others } = (await t.command({ getSettings: {} }, { secure: true })).json
						.getSettings as Record<string, unknown>;
					const { generation, revoked } = keys as Record<string, unknown>;
					const { wifi, influx, mqtt } = others;
					return { auth, generation, revoked, wifi, influx, mqtt };
				};
				const before = await settings();
				for (const [scope, orders] of [
					["r", { setColor: { color: "red" } }],
					["r", { getData: {}, setColor: { color: "red" } }],
					["r", { getSettings: {} }],
					["rl", { setHttps: { enabled: false } }],
					["rl", { setInflux: null }],
					["rl", { setMqtt: null, getData: {} }],
					["rl", { setName: { name: "a" } }],
					["rl", { restart: {} }],
					["m", { getData: {} }],
					["m", { setColor: { color: "red" } }],
					["rlm", { setAuth: { md5: false } }],
					["rlm", { setKeys: { revoke: ["a"] } }],
					["rlm", { getData: {}, factoryReset: {} }],
					["rlm", { setWifi: { ssid: "a", password: "" } }],
				] as const)
					assertError(await t.command(orders, over(scope)), 403, "not-in-scope");
				const pair = { uuid: "6d9f0a4c-31e8-4b57-9c2a-e05b7f1d8a36" };
				assertError(await t.command({ pair }, over("rlm")), 409, "already-paired");
				assert.deepEqual(await settings(), before);
			},
		),
		withKeys("a key ends at its second, and one without an end does not", async (t, id) => {
			const { window } = (await t.command({ getData: {} }, { secure: true })).json.getData ?? {};
			if (typeof window?.time !== "number") throw new Skip("the device's clock is not set");
			const over = (until: number) => ({ secure: true, key: id("r", until) });
			for (const until of [1, window.time - 1])
				assertError(await t.command({ getData: {} }, over(until)), 401, "expired-key");
			assertOk(await t.command({ getData: {} }, over(999_999_999_999)));
			assertOk(await t.command({ getData: {} }, over(0)));
		}),
		withKeys(
			"a signed request with a key is not taken twice, nor another with a lower counter",
			async (t, id) => {
				await t.subject.signing(async (nonce) => {
					const body = JSON.stringify({ udid: t.udid, getData: {} });
					const { token = "" } = await t.identify({ secure: true });
					const low = nonce();
					const post = async (nc: number, scope: string) => {
						const Authorization = sign({ token, nc, uuid: t.uuid, key: id(scope), body });
						return t.post(body, { secure: true, headers: { Authorization } });
					};
					const nc = nonce();
					assertOk(await post(nc, "r"));
					assertError(await post(nc, "r"), 401, "replayed");
					assertError(await post(low, "r"), 401, "replayed");
					for (let i = 0; i < 9; i++) {
						const body = JSON.stringify({ udid: t.udid, getData: {} });
						const key = `${NAME}-${i}.r.0.${id("r").split(".")[3]}`;
						const Authorization = sign({ token, nc: nonce(), uuid: t.uuid, key, body });
						assertOk(await t.post(body, { secure: true, headers: { Authorization } }));
					}
					// It was forgotten since, and its counter not.
					assertError(await post(nc, "r"), 401, "replayed");
				});
			},
		),
		withKeys("setKeys revokes and restores by name, at once", async (t, id) => {
			const owner = { secure: true };
			const program = { secure: true, key: id("r") };
			const other = { secure: true, key: id("r").replace(NAME, `${NAME}-other`) };
			const before = (await t.command({ getSettings: {} }, owner)).json.getSettings?.keys.revoked ?? [];
			if (before.length > 15) throw new Skip("as many keys are revoked as can be");
			const revoked = await t.command({ setKeys: { revoke: [NAME] } }, owner);
			try {
				assertOk(revoked);
				assert.deepEqual(revoked.json.setKeys?.revoked, [...before, NAME]);
				assertError(await t.command({ getData: {} }, program), 401, "revoked-key");
				assertError(await t.command({ getData: {} }, { ...program, key: id("rlm") }), 401, "revoked-key");
				assertOk(await t.command({ getData: {} }, other));
			} finally {
				const restored = await t.command({ setKeys: { restore: [NAME] } }, owner);
				assert.deepEqual(restored.json.setKeys?.revoked, before);
			}
			assertOk(await t.command({ getData: {} }, program));
		}),
		withKeys("setKeys refuses what is not one order of names of keys, and changes nothing", async (t) => {
			const owner = { secure: true };
			const keysOf = async () => {
				const { generation, revoked } =
					(await t.command({ getSettings: {} }, owner)).json.getSettings?.keys ?? {};
				return { generation, revoked };
			};
			const before = await keysOf();
			for (const setKeys of [
				{},
				null,
				[],
				{ revoke: [] },
				{ revoke: "a" },
				{ revoke: ["A"] },
				{ revoke: ["a.r.0.1"] },
				{ revoke: [""] },
				{ revoke: [1] },
				{ revoke: ["a".repeat(25)] },
				{ revoke: Array.from({ length: 17 }, (_, i) => `n${i}`) },
				{ restore: [null] },
				{ revokeAll: false },
				{ revokeAll: 1 },
				{ revoke: ["a"], restore: ["a"] },
				{ revoke: ["a"], revokeAll: true },
			])
				assertError(await t.command({ setKeys }, owner), 400, "invalid-field");
			assertError(await t.command({ setKeys: { revoke: ["a"], names: 1 } }, owner), 400, "unknown-field");
			assert.deepEqual(await keysOf(), before);
		}),
		withKeys("getSettings tells which keys were used, the last one first", async (t, id) => {
			assertOk(await t.command({ getData: {} }, { secure: true, key: id("rl") }));
			assertOk(await t.command({ getData: {} }, { secure: true, key: id("r") }));
			const { seen = [] } =
				(await t.command({ getSettings: {} }, { secure: true })).json.getSettings?.keys ?? {};
			assert.ok(seen.length >= 2 && seen.length <= 8);
			for (const { name, time } of seen) {
				assert.match(name, /^[a-z0-9-]{1,24}$/);
				assert.ok(time === null || Number.isInteger(time), `time is ${time}`);
			}
			assert.deepEqual(
				seen.slice(0, 2).map(({ name, scope }) => [name, scope]),
				[
					[NAME, "r"],
					[NAME, "rl"],
				],
			);
		}),
		{
			name: "setKeys is not taken over HTTP",
			async run(t) {
				assertError(await t.command({ setKeys: { revoke: ["a"] } }), 403, "https-only");
			},
		},
		withKeys("a key keys the proof of HTTPS mode", async (t, id) => {
			const key = id("m");
			const { token = "" } = await t.identify({ secure: true });
			const { setHttps } = (await t.command({ setHttps: { enabled: true } }, { secure: true, key })).json;
			assert.equal(setHttps?.proof, httpsProof(keySecret(t.uuid, key), token, setHttps?.fingerprint ?? ""));
		}),
		{
			name: "a wrong secret of a key counts as any other",
			async run(t) {
				const from = await t.subject.stranger();
				if (!from) throw new Skip("it would make this computer wait, which has one address only");
				if (!(await t.identify()).auth?.includes("md5")) throw new Skip("MD5 secrets are switched off");
				const post = (i: number) =>
					t.post(
						{ udid: t.udid, key: `${NAME}.r.0.1`, secret: md5Secret("x", `${i}`), getData: {} },
						{ from },
					);
				for (let i = 0; i < 10; i++) assertError(await post(i), 401, "wrong-secret");
				assertError(await post(10), 429, "too-many-attempts");
			},
		},
	],
};

/** What ends all keys; only on a device that the suite has paired itself. */
export const lostKeys: Group = {
	name: "keys",
	need: "ours",
	rules: [
		withKeys(
			"setKeys revokes all at once: the next generation begins, with nothing revoked",
			async (t, id) => {
				const owner = { secure: true };
				const old = id("r");
				assertOk(await t.command({ setKeys: { revoke: [NAME] } }, owner));
				const { setKeys } = (await t.command({ setKeys: { revokeAll: true } }, owner)).json;
				const generation = Number(old.split(".")[3]) + 1;
				assert.deepEqual(setKeys, { generation, revoked: [] });
				assertError(await t.command({ getData: {} }, { secure: true, key: old }), 401, "revoked-key");
				assertOk(await t.command({ getData: {} }, { secure: true, key: `${NAME}.r.0.${generation}` }));
			},
		),
		{
			name: "after factory reset and pairing with the same UUID no key of before is taken",
			async run(t) {
				const { uuid } = t;
				let generation = 0;
				await mode(t, async () => {
					({ generation = 0 } =
						(await t.command({ getSettings: {} }, { secure: true })).json.getSettings?.keys ?? {});
				});
				assertOk(await t.command({ factoryReset: {} }));
				t.subject.uuid = undefined;
				await until(async () => (await t.identify({ secure: true })).paired === false);
				assertOk(await t.post({ udid: t.udid, pair: { uuid } }, { secure: true }));
				t.subject.uuid = uuid;
				await until(async () => (await t.identify()).paired === true);
				for (let old = 1; old <= generation; old++)
					assertError(await t.command({ getData: {} }, { key: `${NAME}.r.0.${old}` }), 401, "revoked-key");
				await mode(t, async () => {
					const now = (await t.command({ getSettings: {} }, { secure: true })).json.getSettings?.keys
						.generation;
					assert.ok((now ?? 0) > generation, `generation ${now} after ${generation}`);
				});
			},
		},
	],
};

/** A rule in HTTPS mode. `id`: of a key of the generation in force. */
function withKeys(
	name: string,
	run: (t: Trial, id: (scope: string, until?: number) => string) => Promise<void>,
) {
	return {
		name,
		run: (t: Trial) => {
			if (!t.subject.https) throw new Skip("no --https");
			return mode(t, async () => {
				const { keys } = (await t.command({ getSettings: {} }, { secure: true })).json.getSettings ?? {};
				assert.ok(keys && Number.isInteger(keys.generation) && keys.generation >= 1);
				await run(t, (scope, until = 0) => {
					const id = `${NAME}.${scope}.${until}.${keys.generation}`;
					// It is not to come back either.
					t.subject.secrets.add(keySecret(t.uuid, id));
					return id;
				});
			});
		},
	};
}

/** Enters HTTPS mode for `task`; plain HTTP is back when it is done. */
async function mode(t: Trial, task: () => Promise<void>): Promise<void> {
	assertOk(await t.command({ setHttps: { enabled: true } }));
	try {
		await until(() => t.identify({ secure: true }));
		await task();
	} finally {
		await t.command({ setHttps: { enabled: false } }, { secure: true });
		await until(() => t.identify());
		await untilClosed(() => t.identify({ secure: true }));
	}
}

/** Waits until `probe` gives something that is true, and does not fail. */
async function until(probe: () => Promise<unknown>): Promise<void> {
	const end = performance.now() + 60_000;
	for (;;) {
		try {
			if (await probe()) return;
		} catch {}
		assert.ok(performance.now() < end, "it did not come");
		await pause(50);
	}
}
