import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import {
	ImpostorError,
	RefusedError,
	type SecureSensor,
	Sensor,
	SensorError,
	UnreachableError,
	type UpdateStatus,
	UsageError,
} from "../../client/node";
import { type Desk, startDesk } from "../support/desk";
import { suiteScope } from "../support/scope";
import { startHasty } from "./support/hasty";
import {
	fingerprintOf,
	forged,
	forgeries,
	INFO,
	playing,
	proofOf,
	serve,
	serveClosing,
	trap,
	updating,
} from "./support/impostor";

test("who asks at a port that is just closing asks once more, and commands nothing twice", async (t) => {
	const stranger = await serveClosing(t);
	const sensor = new Sensor(stranger.url, { uuid: randomUUID() });
	assert.equal((await sensor.info()).udid, INFO.udid);
	assert.equal(stranger.connections(), 2);
	await assert.rejects(sensor.data(), UnreachableError);
	assert.equal(stranger.heard.filter((request) => request.includes("getData")).length, 1);
});

test("who is always cut off is unreachable", async (t) => {
	let connections = 0;
	const stranger = await serve(t, ({ socket }) => {
		connections++;
		socket.resetAndDestroy();
	});
	await assert.rejects(new Sensor(stranger.url).info(), UnreachableError);
	assert.equal(connections, 2);
});

test("a sensor is paired, and reset", async (t) => {
	const desk = await startDesk(t);
	const sensor = new Sensor(desk.http);
	await assert.rejects(sensor.data(), UsageError);
	await sensor.pair({ httpsUrl: desk.https });
	assert.equal((await sensor.info()).paired, true);
	await sensor.data();
	await sensor.factoryReset();
	assert.equal((await sensor.info()).paired, false);
});

test("a token that has just changed costs one more try, not the command", async (t) => {
	const { desk, uuid } = await startHasty(t);
	const sensor = new Sensor(desk.http, { uuid });
	await sensor.data();
	const from = desk.events.length;
	await desk.waitFor(({ event }) => event === "token", 20_000, from);
	await sensor.setColor("red");
});

describe("a sensor and its owner", () => {
	const scope = suiteScope(after);
	let desk: Desk;
	let uuid: string;
	let sensor: Sensor;
	before(async () => {
		desk = await startDesk(scope);
		uuid = await new Sensor(desk.http).pair({ httpsUrl: desk.https });
		sensor = new Sensor(desk.http, { uuid, httpsUrl: desk.https });
	});

	test("it shows a color, and tells its data", async () => {
		assert.equal((await sensor.info()).udid, desk.udid);
		assert.deepEqual(await sensor.setColor("blue", { effect: "solid", duration: 5 }), {
			color: "#0000ff",
			effect: "solid",
			duration: 5,
			intensity: 100,
		});
		assert.ok("events" in (await sensor.data()));
	});

	test("it tells how it is", async () => {
		const status = await sensor.status();
		assert.equal(status.reset, "power");
		assert.equal(status.points.lost, 0);
		assert.deepEqual(status.problems, []);
	});

	test("over HTTPS it tells and takes settings, and plain HTTP is back afterwards", async () => {
		const settings = await sensor.overHttps(async (secure) => {
			await secure.setInflux({ url: "http://127.0.0.1:1", database: "home", user: "me", password: "hidden" });
			await secure.setMqtt({ url: "mqtt://127.0.0.1:1" });
			return secure.settings();
		});
		assert.equal(settings.influx?.database, "home");
		assert.equal(settings.mqtt?.topic, "ambient16");
		assert.ok(!JSON.stringify(settings).includes("hidden"));
		await new Sensor(desk.http, { uuid }).data();
	});

	test("HTTPS mode ends also if the task fails, and its error is the one that is told", async () => {
		await assert.rejects(
			sensor.overHttps(() => Promise.reject(new Error("mine"))),
			/mine/,
		);
		await new Sensor(desk.http, { uuid }).data();
	});

	test("HTTPS mode can be entered to stay, and the sensor is found there until it is left", async () => {
		const secure = await sensor.openHttps({ idle: 60 });
		assert.match(secure.certificate ?? "", /^[0-9a-f]{64}$/);
		await assert.rejects(new Sensor(desk.http, { uuid, httpsUrl: "https://127.0.0.1:1" }).data(), {
			name: "UnreachableError",
		});
		const other = new Sensor(desk.http, { uuid, httpsUrl: desk.https });
		assert.equal((await other.info()).udid, desk.udid);
		await other.data();
		await other.overHttps((it) => it.settings());
		// That was not the one who had entered it.
		await secure.data();
		await other.closeHttps();
		await new Sensor(desk.http, { uuid }).data();
	});

	test("two programs of one owner do not lock each other out, whatever their clocks say", async (t) => {
		const ahead = new Sensor(desk.http, { uuid });
		t.mock.timers.enable({ apis: ["Date"], now: Date.now() + 3_600_000 });
		await ahead.data();
		t.mock.timers.reset();
		await sensor.data();
		await ahead.data();
	});

	test("an MD5 secret is sent only when told to", async () => {
		const legacy = new Sensor(desk.http, { uuid, auth: "md5" });
		await legacy.data();
		await sensor.overHttps((secure) => secure.setAuth({ md5: false }));
		await assert.rejects(new Sensor(desk.http, { uuid, auth: "md5" }).data(), UsageError);
		await assert.rejects(legacy.data(), { name: "RefusedError", code: "md5-off" });
		await sensor.data();
		await sensor.overHttps((secure) => secure.setAuth({ md5: true }));
	});

	test("what the sensor refuses has its status and code", async () => {
		await assert.rejects(
			sensor.setColor("no such color"),
			(error) => error instanceof RefusedError && error.status === 400 && error.code === "invalid-field",
		);
		await assert.rejects(
			new Sensor(desk.http, { uuid: randomUUID() }).data(),
			(error) => error instanceof RefusedError && error.code === "wrong-secret",
		);
		await assert.rejects(
			sensor.pair(),
			(error) => error instanceof RefusedError && error.code === "already-paired",
		);
	});
});

describe("a refusal that another try mends", () => {
	const MANY = 9 * 10 ** 14;
	const replayed = (nc: number): [number, object] => [
		401,
		{ code: "replayed", message: "nc did not rise", nc },
	];
	const stale: [number, object] = [401, { code: "wrong-token", message: "the token is not in force" }];
	const done: [number, object] = [200, { getData: { window: null } }];

	test("is tried again, also if a counter and a token come after each other", async (t) => {
		const tokens = ["abcdefgh", "bcdefghi", "cdefghij"];
		const orders = [
			[stale, replayed(MANY), done],
			[replayed(MANY), stale, replayed(MANY + 5), stale, done],
		];
		for (const answers of orders) {
			let asked = 0;
			const info = () => ({ ...INFO, token: tokens[Math.min(asked++, 2)] });
			const { url, heard } = await playing(t, info, ...answers);
			await new Sensor(url, { uuid: randomUUID() }).data();
			assert.equal(heard.filter((it) => it.includes("getData")).length, answers.length);
			assert.match(heard.at(-1) ?? "", new RegExp(`token="${tokens[Math.min(asked - 1, 2)]}"`));
		}
	});

	test("is tried again for a while only", async (t) => {
		let nc = MANY;
		const { url, heard } = await playing(t, () => INFO, ...Array.from({ length: 99 }, () => replayed(nc++)));
		await assert.rejects(new Sensor(url, { uuid: randomUUID() }).data(), { code: "replayed" });
		assert.ok(heard.length < 20, `${heard.length}`);
	});

	test("of a wrong UUID is none", async (t) => {
		const { url, heard } = await playing(t, () => INFO, [401, { code: "wrong-secret", message: "wrong" }]);
		await assert.rejects(new Sensor(url, { uuid: randomUUID() }).data(), { code: "wrong-secret" });
		assert.equal(heard.filter((it) => it.includes("getData")).length, 1);
	});

	test("comes with the token that began with HTTPS mode, and the proof is over the one before", async (t) => {
		const uuid = randomUUID();
		const identity = await forged();
		const fingerprint = fingerprintOf(identity);
		const secure = await serve(
			t,
			(request, response) =>
				response.end(
					JSON.stringify(request.method === "GET" ? { ...INFO, token: "bcdefghi" } : { getSettings: {} }),
				),
			identity,
		);
		const setHttps = { enabled: true, url: secure.url, fingerprint, proof: proofOf(uuid, fingerprint) };
		const plain = await playing(t, () => INFO, stale, [200, { setHttps }]);
		let asked = 0;
		const renewed = await playing(
			t,
			() => ({ ...INFO, ...(asked++ === 0 && { token: "aaaaaaaa" }) }),
			stale,
			[200, { setHttps }],
		);
		await assert.rejects(new Sensor(plain.url, { uuid }).openHttps(), { code: "wrong-token" });
		await (await new Sensor(renewed.url, { uuid }).openHttps()).settings();
		assert.match(secure.heard.at(-1) ?? "", /token="bcdefghi"/);
	});
});

test("colors are taken as people write them", async (t) => {
	const { url, heard } = await playing(t, () => INFO, [200, { setColor: {} }]);
	const sensor = new Sensor(url, { uuid: randomUUID() });
	for (const color of [
		"off",
		"OFF",
		"#0f8",
		"0F8",
		"00ff88",
		"#00ff88",
		"blue",
		{ red: 1, green: 2, blue: 3 },
	])
		await sensor.setColor(color, { duration: 5 });
	assert.deepEqual(
		heard.filter((it) => it.includes("setColor")).map((it) => /"setColor":(\{.*?\})\}$/.exec(it)?.[1]),
		[
			'{"color":"off","duration":5}',
			'{"color":"OFF","duration":5}',
			'{"color":"#0f8","duration":5}',
			'{"color":"#0F8","duration":5}',
			'{"color":"#00ff88","duration":5}',
			'{"color":"#00ff88","duration":5}',
			'{"color":"blue","duration":5}',
			'{"color":{"red":1,"green":2,"blue":3},"duration":5}',
		],
	);
});

describe("pairing", () => {
	test("finds HTTPS where the identity says", async (t) => {
		const desk = await startDesk(t);
		const sensor = new Sensor(desk.http);
		assert.equal(`${(await sensor.info()).https}`, new URL(desk.https).port);
		await sensor.pair();
		await sensor.data();
		assert.equal((await sensor.info()).https, undefined);
	});

	test("on a closed window says so, and how to open it", async (t) => {
		const { url } = await playing(t, () => ({ ...INFO, paired: false }), [200, {}]);
		await assert.rejects(new Sensor(url).pair({ httpsUrl: "https://127.0.0.1:1" }), {
			name: "RefusedError",
			code: "pairing-closed",
			message: /button.*b in its terminal/,
		});
	});
});

describe("errors", () => {
	test("a sensor that is not there is unreachable, and it is said why", async () => {
		for (const host of ["127.0.0.1", "localhost"])
			await assert.rejects(
				new Sensor(`http://${host}:1`, { httpsUrl: "https://127.0.0.1:1" }).info(),
				(error) => error instanceof UnreachableError && /ECONNREFUSED/.test(error.message),
			);
	});

	test("what is no sensor is told apart", async (t) => {
		const answers = [
			"hello",
			"{}",
			"[]",
			...[
				{ type: "Ambient17" },
				{ token: 'a"\r\nX: y' },
				{ udid: "../../../etc" },
				{ version: "\u001b[2J" },
				{ auth: null },
				// A token that somebody chooses: APOP's fault, CVE-2007-1558.
				{ token: "abcdefg\u0000" },
				{ token: "ABCDEFGH" },
				{ token: "abcdefghi" },
				{ token: ["abcdefgh"] },
				{ https: "443" },
				{ https: 0 },
			].map((wrong) => JSON.stringify({ ...INFO, ...wrong })),
		];
		let next = 0;
		const { url } = await serve(t, (_request, response) => response.end(answers[next++]));
		for (const answer of answers) await assert.rejects(new Sensor(url).info(), ImpostorError, answer);
	});

	test("a refusal is fit for a terminal, whoever it comes from", async (t) => {
		const refusal = { status: "error", code: "too-many-attempts", message: "wait\u001b[2J" };
		const { url } = await playing(t, () => INFO, [429, refusal]);
		await assert.rejects(new Sensor(url, { uuid: randomUUID() }).data(), {
			status: 429,
			code: "too-many-attempts",
			message: "wait?[2J",
			retryAfter: 7,
		});
	});

	test("so is every other error that quotes a stranger", async (t) => {
		const uuid = randomUUID();
		const plain = await playing(t, () => ({ ...INFO, auth: ["\u001b[2J\u009b"] }), [200, {}]);
		const fingerprint = "00".repeat(32);
		const url = "https://\u001b[2J";
		const setHttps = { enabled: true, url, fingerprint, proof: proofOf(uuid, fingerprint) };
		const between = await playing(t, () => INFO, [200, { setHttps }]);
		for (const stranger of [plain, between])
			await assert.rejects(
				new Sensor(stranger.url, { uuid }).overHttps(async () => {}),
				(error: Error) =>
					error instanceof SensorError && /\?\[2J/.test(error.message) && !/\p{Cc}/u.test(error.message),
			);
	});

	test("what cannot be done as asked is told before anything is sent", async () => {
		for (const [url, options] of [
			["https://127.0.0.1", {}],
			["127.0.0.1", {}],
			["http://127.0.0.1", { httpsUrl: "http://127.0.0.1" }],
		] as const)
			assert.throws(() => new Sensor(url, options), UsageError);
	});

	test("a sensor without signatures is asked with MD5 secrets only when told to", async (t) => {
		const { auth: _, ...old } = INFO;
		const uuid = randomUUID();
		const { url } = await playing(t, () => old, [200, { getData: { window: null } }]);
		await assert.rejects(new Sensor(url, { uuid }).data(), UsageError);
		assert.equal((await new Sensor(url, { uuid, auth: "md5" }).data()).window, null);
	});
});

describe("an update", () => {
	test("tells its progress, and its new version in the end", async (t) => {
		const states = [
			{ state: "checking" },
			{ state: "downloading", percent: 40 },
			{ state: "restarting" },
		] as UpdateStatus[];
		const uuid = randomUUID();
		const { url, heard } = await updating(t, uuid, states, "1.1.0");
		const seen: UpdateStatus[] = [];
		const onProgress = (status: UpdateStatus) => seen.push(status);
		const sensor = new Sensor(url, { uuid });
		const version = await sensor.update("http://127.0.0.1/manifest", { daily: true, onProgress });
		assert.equal(version, "1.1.0");
		assert.deepEqual(seen, states);
		assert.match(heard.join(), /"update":\{"url":"http:\/\/127.0.0.1\/manifest","daily":true\}/);
	});

	test("that has nothing newer ends with the version that runs, and one that fails with the reason", async (t) => {
		const uuid = randomUUID();
		const update = async (last: object) => {
			const { url } = await updating(t, uuid, [last]);
			return new Sensor(url, { uuid }).update("http://127.0.0.1/manifest");
		};
		assert.equal(await update({ state: "current" }), INFO.version);
		await assert.rejects(
			update({ state: "failed", error: "the signature is wrong" }),
			/the signature is wrong/,
		);
	});
});

describe("an impostor", () => {
	const order = (secure: SecureSensor) => secure.setMqtt({ url: "mqtts://a.example", password: "hidden" });

	test("with a forged certificate is refused, and nothing is sent to where it points", async (t) => {
		const uuid = randomUUID();
		const other = await trap(t);
		for (const setHttps of forgeries(uuid, other)) {
			const between = await playing(t, () => INFO, [200, { status: "ok", setHttps }]);
			await assert.rejects(
				new Sensor(between.url, { uuid }).overHttps(order),
				ImpostorError,
				JSON.stringify(setHttps),
			);
			for (const request of between.heard) assert.ok(!request.includes("hidden"));
		}
		assert.deepEqual(other.heard, []);
	});

	test("in the place of a sensor in HTTPS mode is refused before a command is sent", async (t) => {
		const uuid = randomUUID();
		const identity = await forged();
		const between = await serve(
			t,
			(request, response) =>
				response.end(
					request.method === "GET" ? JSON.stringify(INFO) : JSON.stringify({ setHttps: { proof: "00" } }),
				),
			identity,
		);
		const sensor = new Sensor("http://127.0.0.1:1", { uuid, httpsUrl: between.url });
		await assert.rejects(sensor.overHttps(order), ImpostorError);
		await assert.rejects(sensor.setColor("red"), ImpostorError);
		assert.ok(between.heard.length > 0);
		for (const request of between.heard) assert.ok(!/hidden|setColor/.test(request), request);
	});

	test("is not paired with over plain HTTP", async (t) => {
		const { url, heard } = await playing(t, () => ({ ...INFO, paired: false }), [200, {}]);
		await assert.rejects(new Sensor(url).pair({ httpsUrl: url }), UsageError);
		assert.deepEqual(heard, ["\n"]);
	});

	test("never gets the UUID", async (t) => {
		const uuid = randomUUID();
		const { url, heard } = await playing(t, () => INFO, [200, { status: "ok", setHttps: {} }]);
		await assert.rejects(
			new Sensor(url, { uuid }).overHttps((secure) => secure.settings()),
			ImpostorError,
		);
		await new Sensor(url, { uuid, auth: "md5" }).data();
		assert.ok(heard.length >= 3);
		for (const request of heard) assert.ok(!request.includes(uuid));
	});
});
