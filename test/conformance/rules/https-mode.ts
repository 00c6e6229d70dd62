import assert from "node:assert/strict";
import { httpsProof, md5Secret, sign, untilClosed } from "../../support/owner";
import { assertBetween, assertError, assertOk, type Group, pause, Skip } from "../rule";
import type { Trial } from "../trial";
import { endpointOf, Wire } from "../wire";
import { assertWindow } from "./commands";

/** A new port, and the end of a mode, may take this long, in seconds; on a board TLS takes some. */
const SLACK = 3;

/** HTTPS mode: how it is entered, what holds in it, and how it ends. */
export const httpsMode: Group = {
	name: "https-mode",
	need: "https",
	rules: [
		{
			name: "the answer tells where, with which certificate, and a proof that only owner and device can give",
			async run(t) {
				const { token = "" } = await t.identify();
				const answer = await t.command({ setHttps: { enabled: true } });
				try {
					assertOk(answer);
					const {
						enabled,
						url,
						fingerprint = "",
						proof,
						idle,
						limit,
						...others
					} = answer.json.setHttps ?? {};
					assert.deepEqual(
						{ enabled, idle, limit, others },
						{ enabled: true, idle: 120, limit: 900, others: {} },
					);
					assert.match(fingerprint, /^[0-9a-f]{64}$/);
					assert.equal(proof, httpsProof(t.uuid, token, fingerprint));
					assert.match(url ?? "", /^https:\/\/[^/]+\/$/);
					const { host } = t.subject.http;
					assert.deepEqual(endpointOf(url ?? ""), { ...t.subject.https, host });
					assert.equal(await certificate(t), fingerprint);
				} finally {
					await leave(t);
				}
			},
		},
		{
			name: "the MD5 secret is enough to enter and to leave, where it is taken",
			async run(t) {
				if (!(await t.identify()).auth?.includes("md5")) throw new Skip("MD5 secrets are switched off");
				assertOk(await t.commandMd5({ setHttps: { enabled: true } }));
				try {
					await open(t, "https");
					assertOk(await t.commandMd5({ setHttps: { enabled: false } }, { secure: true }));
					await open(t, "http");
				} finally {
					await leave(t);
				}
			},
		},
		{
			name: "plain HTTP is closed, HTTPS tells the same identity with a new token",
			async run(t) {
				const identity = await t.identify();
				await mode(t, async () => {
					await untilClosed(() => t.identify());
					const { token, ...others } = await t.identify({ secure: true });
					assert.notEqual(token, identity.token, "the token is still the same");
					assert.deepEqual({ ...others, token: identity.token }, identity);
					assertOk(await t.command({ setHttps: { enabled: true } }, { secure: true }));
					assert.equal((await t.identify({ secure: true })).token, token, "another one without a beginning");
				});
			},
		},
		{
			name: "one secret heard on plain HTTP changes nothing over HTTPS",
			async run(t) {
				const { token = "", auth, paired } = await t.identify();
				if (!auth?.includes("md5")) throw new Skip("MD5 secrets are switched off");
				const heard = { udid: t.udid, secret: md5Secret(token, t.uuid) };
				const body = JSON.stringify({ udid: t.udid, getData: {} });
				const over = { secure: true };
				let before: unknown;
				await mode(t, async () => {
					before = (await t.command({ getSettings: {} }, over)).json.getSettings;
				});
				const { token: again = "" } = await t.identify();
				heard.secret = md5Secret(again, t.uuid);
				const entered = await t.post({ ...heard, setHttps: { enabled: true, idle: 3600, limit: 3600 } });
				try {
					assertOk(entered);
					assert.equal(entered.json.setHttps?.limit, 900, "it is held open longer than usual");
					await open(t, "https");
					const from = await t.subject.impostor();
					for (const orders of [
						{ setAuth: { md5: false } },
						{ setInflux: { url: "https://192.0.2.1", database: "a" } },
						{ setInflux: null },
						{ setMqtt: { url: "mqtts://192.0.2.1" } },
						{ setMqtt: null },
						{ update: { url: "https://192.0.2.1/manifest.json" } },
						{ getSettings: {} },
						{ setColor: { color: "red" } },
						{ setHttps: { enabled: true, limit: 3600 } },
						{ setHttps: { enabled: false } },
						{ restart: {} },
						{ factoryReset: {} },
					])
						assertError(await t.post({ ...heard, ...orders }, { ...over, from }), 401, "wrong-secret");
					const pair = { uuid: "6d9f0a4c-31e8-4b57-9c2a-e05b7f1d8a36" };
					assertError(await t.post({ ...heard, pair }, over), 409, "already-paired");
					const Authorization = sign({ token: again, nc: Date.now(), uuid: t.uuid, body });
					assertError(await t.post(body, { ...over, headers: { Authorization } }), 401, "wrong-token");
					const after = (await t.command({ getSettings: {} }, over)).json.getSettings;
					const settings = ({ auth, wifi, influx, mqtt }: Record<string, unknown>) => ({
						auth,
						wifi,
						influx,
						mqtt,
					});
					assert.deepEqual(settings({ ...after }), settings({ ...(before as object) }));
					assert.equal((await t.identify(over)).paired, paired);
				} finally {
					await leave(t);
				}
			},
		},
		{
			name: "a signed setHttps may last an hour, one with an MD5 secret over HTTP as long as usual",
			async run(t) {
				const orders = { setHttps: { enabled: true, limit: 3600 } };
				const signed = await t.command(orders);
				try {
					assert.equal(signed.json.setHttps?.limit, 3600);
					await open(t, "https");
					if (!(await t.identify({ secure: true })).auth?.includes("md5")) return;
					const secured = await t.commandMd5(orders, { secure: true });
					assert.equal(secured.json.setHttps?.limit, 3600);
					await leave(t);
					assert.equal((await t.commandMd5(orders)).json.setHttps?.limit, 900);
					await open(t, "https");
				} finally {
					await leave(t);
				}
			},
		},
		{
			name: "a connection over plain HTTP that was open is closed",
			async run(t) {
				const wire = await t.open();
				await wire.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").response("GET");
				await mode(t, async () => {
					for (let i = 0; i < 30 && !wire.isOver; i++) await pause(100);
					assert.ok(wire.isOver, "it is still open");
				});
			},
		},
		inMode("HTTPS keeps connections, pipelines and takes single bytes as HTTP does", async (t) => {
			const get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
			const wire = await t.open({ secure: true });
			wire.send(get.repeat(3));
			for (let i = 0; i < 3; i++) assert.equal((await wire.response("GET")).status, 200);
			await wire.sendByByte(get);
			assert.equal((await wire.response("GET")).status, 200);
			wire.send(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4096\r\n\r\n${"{}".padEnd(4096)}`);
			assertError(await wire.response(), 404, "wrong-udid");
			wire.send(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4097\r\n\r\n${" ".repeat(4097)}`);
			assertError(await wire.response(), 413);
			await wire.closed();
		}),
		inMode("TLS 1.2 is spoken", async (t) => {
			await getOver(t, "TLSv1.2");
		}),
		inMode("TLS 1.3 is spoken, where the device's library has it", async (t) => {
			await getOver(t, "TLSv1.3").catch((error: NodeJS.ErrnoException) => {
				if (error.code?.startsWith("ERR_SSL_")) throw new Skip("this device speaks TLS 1.2 only");
				throw error;
			});
		}),
		inMode("TLS 1.0 and 1.1 are refused", async (t) => {
			for (const version of ["TLSv1", "TLSv1.1"] as const) {
				const error: NodeJS.ErrnoException = await t.open({ secure: true, version }).then(
					() => assert.fail(`${version} is spoken`),
					(error) => error,
				);
				if (error.code === "ERR_SSL_NO_PROTOCOLS_AVAILABLE")
					throw new Skip("this computer cannot speak them");
			}
		}),
		inMode("plain HTTP at the HTTPS port gets no answer, and does no harm", async (t) => {
			const { host, port } = t.subject.https ?? t.subject.http;
			const response = await fetch(`http://${host}:${port}/`).catch(() => undefined);
			assert.notEqual(response?.status, 200);
			assert.equal((await t.send({ method: "GET", secure: true })).status, 200);
		}),
		inMode("connections that never begin TLS do not keep others out", async (t) => {
			const { subject } = t;
			const wires = [];
			for (let i = 0; i < 64; i++)
				wires.push(await Wire.open({ ...subject.http, port: subject.https?.port ?? 0 }));
			try {
				for (let i = 0; i < 3; i++) assertOk(await t.command({ getData: {} }, { secure: true }));
			} finally {
				for (const wire of wires) wire.close();
			}
		}),
		inMode("getSettings tells the settings and no secret", async (t) => {
			const answer = await t.command({ getSettings: {} }, { secure: true });
			assertOk(answer);
			const { auth, wifi } = answer.json.getSettings ?? {};
			assert.deepEqual(auth, { md5: (await t.identify({ secure: true })).auth?.includes("md5") });
			if (wifi) assert.deepEqual(Object.keys(wifi), ["ssid"]);
			else assert.equal(wifi, null);
		}),
		inMode("setAuth switches MD5 secrets off and on", async (t) => {
			const secure = { secure: true };
			const before = (await t.identify(secure)).auth?.includes("md5") ?? true;
			try {
				const off = await t.command({ setAuth: { md5: false } }, secure);
				assertOk(off);
				assert.deepEqual(off.json.setAuth, { md5: false });
				assert.deepEqual((await t.identify(secure)).auth, ["hmac-sha256", "key"]);
				assertError(await t.commandMd5({ getData: {} }, secure), 403, "md5-off");
				assert.deepEqual((await t.command({ getSettings: {} }, secure)).json.getSettings?.auth, {
					md5: false,
				});
				assertOk(await t.command({ setAuth: { md5: true } }, secure));
				assert.deepEqual((await t.identify(secure)).auth, ["md5", "hmac-sha256", "key"]);
				assertOk(await t.commandMd5({ getData: {} }, secure));
			} finally {
				assertOk(await t.command({ setAuth: { md5: before } }, secure));
			}
		}),
		inMode("one invalid command refuses the whole request: no setting is changed", async (t) => {
			const secure = { secure: true };
			const before = await t.identify(secure);
			const md5 = !before.auth?.includes("md5");
			for (const orders of [
				{ setAuth: { md5 }, setColor: { color: "bluish" } },
				{ setColor: { color: "red" }, setAuth: { md5 }, nothing: {} },
				{ setAuth: { md5 }, getData: { a: 1 } },
				{ setAuth: { md5, sha: true } },
				{ setAuth: { md5 }, factoryReset: null },
			])
				assertError(await t.command(orders, secure), 400);
			assert.deepEqual(await t.identify(secure), before);
		}),
		inMode("setAuth refuses what is no boolean", async (t) => {
			for (const md5 of [undefined, null, 0, "false", []])
				assertError(await t.command({ setAuth: { md5 } }, { secure: true }), 400, "invalid-field");
		}),
		inMode("a device with an owner is not paired again over HTTPS either", async (t) => {
			const uuid = "6d9f0a4c-31e8-4b57-9c2a-e05b7f1d8a36";
			const secure = { secure: true };
			assertError(await t.post({ udid: t.udid, pair: { uuid } }, secure), 409, "already-paired");
			assertError(await t.command({ pair: { uuid } }, secure), 409, "already-paired");
			assertOk(await t.command({ getData: {} }, secure));
		}),
		inMode("a wrong secret is refused over HTTPS too", async (t) => {
			for (const secret of ["", "0".repeat(32), null]) {
				const from = await t.subject.impostor();
				const body = { udid: t.udid, secret, getSettings: {} };
				assertError(await t.post(body, { secure: true, from }), [401, 403]);
			}
		}),
		inMode("setHttps in HTTPS mode gives it its times anew, with the same certificate", async (t) => {
			const again = await t.command({ setHttps: { enabled: true, idle: 60, limit: 600 } }, { secure: true });
			assertOk(again);
			assert.deepEqual([again.json.setHttps?.idle, again.json.setHttps?.limit], [60, 600]);
			assert.equal(again.json.setHttps?.fingerprint, await certificate(t));
		}),
		{
			name: "it ends on command: plain HTTP returns, HTTPS closes",
			async run(t) {
				await mode(t, async () => {
					const answer = await t.command({ setHttps: { enabled: false } }, { secure: true });
					assertOk(answer);
					assert.deepEqual(answer.json.setHttps, { enabled: false });
					await open(t, "http");
					await untilClosed(() => t.identify({ secure: true }));
				});
			},
		},
		{
			name: "it ends after the idle time without a request of the owner, whatever others ask",
			async run(t) {
				const wrong = { udid: t.udid, secret: "0".repeat(32), getData: {} };
				const from = await t.subject.impostor();
				await mode(
					t,
					async () => {
						assertOk(await t.command({ getData: {} }, { secure: true }));
						const begin = performance.now();
						for (let i = 0; i < 3; i++) {
							await pause(1_000);
							await unlessOver(begin + 4_500, async () => {
								await t.identify({ secure: true });
								assertError(await t.post(wrong, { secure: true, from }), [401, 403]);
							});
						}
						await open(t, "http", 5 + SLACK);
						assertBetween((performance.now() - begin) / 1000, 4.5, 5 + t.subject.slack(SLACK));
					},
					{ idle: 5 },
				);
			},
		},
		{
			name: "it ends at its limit, however busy it is",
			async run(t) {
				const begin = performance.now();
				await mode(
					t,
					async () => {
						// Longer than the idle time: the owner's requests keep it up.
						while (performance.now() - begin < 8_000) {
							await unlessOver(begin + 9_500, async () =>
								assertOk(await t.command({ getData: {} }, { secure: true })),
							);
							await pause(1_000);
						}
						const end = begin + (10 + t.subject.slack(SLACK)) * 1000;
						while (performance.now() < end && (await answers(t, true))) await pause(200);
						await open(t, "http");
						assertBetween((performance.now() - begin) / 1000, 9.5, 10 + t.subject.slack(SLACK));
					},
					{ idle: 5, limit: 10 },
				);
			},
		},
		{
			name: "measuring goes on: there is a complete window by now",
			async run(t) {
				const { window } = (await t.command({ getData: {} })).json.getData ?? {};
				assert.ok(window, "there is none");
				assertWindow({ ...window });
			},
		},
	],
};

/** Runs `task`, which may fail once the mode can have ended under it: at `end` by this computer's clock. */
async function unlessOver(end: number, task: () => Promise<void>): Promise<void> {
	try {
		await task();
	} catch (error) {
		if (performance.now() < end) throw error;
	}
}

function inMode(name: string, run: (t: Trial) => Promise<void>) {
	return { name, run: (t: Trial) => mode(t, () => run(t)) };
}

/** Enters HTTPS mode for `task`; plain HTTP is back when it is done. */
async function mode(t: Trial, task: () => Promise<void>, times: { idle?: number; limit?: number } = {}) {
	assertOk(await t.command({ setHttps: { enabled: true, ...times } }));
	try {
		await open(t, "https");
		await task();
	} finally {
		await leave(t);
	}
}

async function leave(t: Trial): Promise<void> {
	if (await answers(t, false)) return;
	await t.command({ setHttps: { enabled: false } }, { secure: true });
	await open(t, "http");
}

/** Waits until a port is open. */
async function open(t: Trial, port: "http" | "https", seconds = SLACK): Promise<void> {
	const end = performance.now() + t.subject.slack(seconds) * 1000;
	while (!(await answers(t, port === "https"))) {
		assert.ok(performance.now() < end, `${port} did not open in ${seconds} s`);
		await pause(50);
	}
}

async function answers(t: Trial, secure: boolean): Promise<boolean> {
	try {
		return (await t.send({ method: "GET", secure })).status === 200;
	} catch {
		return false;
	}
}

/** The fingerprint of the certificate that the HTTPS server shows. */
async function certificate(t: Trial): Promise<string | undefined> {
	await open(t, "https");
	const wire = await t.open({ secure: true });
	wire.close();
	return wire.fingerprint;
}

async function getOver(t: Trial, version: "TLSv1.2" | "TLSv1.3"): Promise<void> {
	const wire = await t.open({ secure: true, version });
	assert.equal((await wire.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").response("GET")).status, 200);
	wire.close();
}
