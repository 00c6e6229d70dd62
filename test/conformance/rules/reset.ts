import assert from "node:assert/strict";
import { md5Secret, sign, untilClosed } from "../../support/owner";
import { assertError, assertOk, type Group, pause } from "../rule";
import type { Trial } from "../trial";

/** A board may take this long to start, or to make a new key. */
const PATIENCE = 60_000;

/** What ends or forgets something; only on a device that the suite has paired itself. */
export const reset: Group = {
	name: "restart and reset",
	need: "ours",
	rules: [
		{
			name: "after restart the device has another token, the same owner and the same settings",
			async run(t) {
				await setMd5(t, false);
				const { token } = await t.identify();
				const answer = await t.command({ restart: {} });
				assertOk(answer);
				assert.deepEqual(answer.json.restart, { restarting: true });
				await until(async () => (await t.identify()).token !== token, "another token");
				const after = await t.identify();
				assert.deepEqual([after.paired, after.auth], [true, ["hmac-sha256", "key"]]);
				assertOk(await t.command({ getData: {} }));
			},
		},
		{
			name: "a restart in HTTPS mode comes back in plain HTTP",
			async run(t) {
				assertOk(await t.command({ setHttps: { enabled: true } }));
				await until(() => t.identify({ secure: true }), "HTTPS");
				assertOk(await t.command({ restart: {} }, { secure: true }));
				await until(() => t.identify(), "HTTP");
				await untilClosed(() => t.identify({ secure: true }));
			},
		},
		{
			name: "factory reset makes the UUID, the token and the settings worth nothing",
			async run(t) {
				const { token = "" } = await t.identify();
				const old = await certificate(t);
				const { uuid } = t;
				const answer = await t.command({ factoryReset: {} });
				assertOk(answer);
				assert.deepEqual(answer.json.factoryReset, { resetting: true });
				await until(async () => (await t.identify()).paired === false, "a device without an owner");
				t.subject.uuid = undefined;
				const after = await t.identify();
				assert.notEqual(after.token, token, "the token is still the same");
				assert.deepEqual(after.auth, ["md5", "hmac-sha256", "key"]);
				const body = JSON.stringify({ udid: t.udid, getData: {} });
				for (const named of [token, after.token ?? ""]) {
					const secret = md5Secret(named, uuid);
					assertError(await t.post({ udid: t.udid, secret, getData: {} }), 409, "not-paired");
					const authorization = sign({ token: named, nc: Date.now(), uuid, body });
					assertError(await t.post(body, { headers: { authorization } }), 409, "not-paired");
				}
				await until(() => t.identify({ secure: true }), "HTTPS for pairing");
				assert.notEqual(await shown(t), old, "the certificate is still the same");
			},
		},
		{
			name: "after factory reset it can be paired again, even with the same UUID",
			async run(t) {
				const uuid = [...t.subject.secrets][0] as string;
				const answer = await t.post({ udid: t.udid, pair: { uuid } }, { secure: true });
				assertOk(answer);
				t.subject.uuid = uuid;
				await until(async () => (await t.identify()).paired === true, "a device with an owner");
				assertOk(await t.command({ getData: {} }));
			},
		},
		{
			name: "factory reset in HTTPS mode, too, leaves a device without an owner, in plain HTTP",
			async run(t) {
				assertOk(await t.command({ setHttps: { enabled: true } }));
				await until(() => t.identify({ secure: true }), "HTTPS");
				assertOk(await t.commandMd5({ factoryReset: {} }, { secure: true }));
				await until(async () => (await t.identify()).paired === false, "a device without an owner");
				t.subject.uuid = undefined;
				await until(() => t.identify({ secure: true }), "HTTPS for pairing");
			},
		},
	],
};

async function setMd5(t: Trial, md5: boolean): Promise<void> {
	assertOk(await t.command({ setHttps: { enabled: true } }));
	await until(() => t.identify({ secure: true }), "HTTPS");
	assertOk(await t.command({ setAuth: { md5 }, setHttps: { enabled: false } }, { secure: true }));
	await until(() => t.identify(), "HTTP");
}

/** The certificate of a device that has an owner. */
async function certificate(t: Trial): Promise<string | undefined> {
	assertOk(await t.command({ setHttps: { enabled: true } }));
	await until(() => t.identify({ secure: true }), "HTTPS");
	const fingerprint = await shown(t);
	assertOk(await t.command({ setHttps: { enabled: false } }, { secure: true }));
	await until(() => t.identify(), "HTTP");
	return fingerprint;
}

async function shown(t: Trial): Promise<string | undefined> {
	const wire = await t.open({ secure: true });
	wire.close();
	return wire.fingerprint;
}

/** Waits until `probe` gives something that is true, or at least does not fail. */
async function until(probe: () => Promise<unknown>, wanted: string): Promise<void> {
	const end = performance.now() + PATIENCE;
	for (;;) {
		try {
			if (await probe()) return;
		} catch {}
		assert.ok(performance.now() < end, `waited ${PATIENCE / 1000} s for ${wanted}`);
		await pause(50);
	}
}
