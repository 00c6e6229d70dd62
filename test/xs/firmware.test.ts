import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { md5Secret } from "../support/owner";
import { Bench, build } from "./bench";
import { missing } from "./engine";
import { BenchOwner, GET, pairedOwner, post, UDID, UUID } from "./owner";

async function start(t: TestContext): Promise<BenchOwner> {
	let bench: Bench | undefined;
	// Before the bench's own end of the test.
	t.after(async () => assert.deepEqual(await bench?.events("exception"), []));
	bench = await Bench.start(t, { events: true });
	return pairedOwner(bench);
}

/** The last color that was shown. */
async function light(bench: Bench): Promise<string> {
	const { red, green, blue, effect } = (await bench.events("led")).at(-1)!;
	return `${red},${green},${blue} ${effect}`;
}

describe("the firmware on XS", { skip: await missing() }, () => {
	test("every module loads into the flash, and the device runs from there", async (t) => {
		const { engine } = await build();
		t.diagnostic(
			`XS 13.3 with slots of ${engine.slotSize} bytes${engine.slotSize === 16 ? ", as on the chip" : ""}`,
		);
		const bench = await Bench.start(t);
		assert.equal((await new BenchOwner(bench).send(GET)).json.paired, false);
	});

	test("it is paired once, over the secure port alone", async (t) => {
		const bench = await Bench.start(t);
		const owner = new BenchOwner(bench);
		const pair = post(JSON.stringify({ udid: UDID, pair: { uuid: UUID } }));
		assert.equal((await owner.send(pair)).status, 403);
		// The second is refused, or cut off when the port closes.
		const both = await Promise.allSettled([owner.send(pair, "https"), owner.send(pair, "https")]);
		assert.equal(both.filter((each) => each.status === "fulfilled" && each.value.status === 200).length, 1);
		assert.equal((await owner.send(GET)).json.paired, true);
		await bench.advance(1_000);
		assert.equal((await bench.ports()).https, undefined);
	});

	test("the light blinks for the owner, in the color that was asked for, and for nobody else", async (t) => {
		const owner = await start(t);
		const before = await light(owner.bench);
		assert.equal(
			(await owner.send(post(JSON.stringify({ udid: UDID, secret: "0", setColor: {} })))).status,
			401,
		);
		const { json } = await owner.send(owner.md5({ setColor: { color: "blue", duration: 2 } }));
		assert.equal(json.setColor?.color, "#0000ff");
		assert.equal(await light(owner.bench), "0,0,255 blink");
		await owner.bench.advance(3_000);
		assert.equal(await light(owner.bench), before);
	});

	test("a signed request is taken once", async (t) => {
		const owner = await start(t);
		const request = owner.signed({ getData: {} });
		assert.equal((await owner.send(request)).status, 200);
		const { status, json } = await owner.send(request);
		assert.deepEqual([status, json.code], [401, "replayed"]);
	});

	test("a key does what its letters say, until it is revoked", async (t) => {
		const owner = await start(t);
		const code = async (commands: object, id: string, kind?: "https") => {
			const { status, json } = await owner.send(owner.signed(commands, id), kind);
			return status === 200 ? "ok" : json.code;
		};
		assert.equal(await code({ getData: {} }, "grafana.r.0.1"), "ok");
		assert.equal(await code({ getData: {} }, "grafana.r.1.1"), "expired-key");
		assert.equal(await code({ getData: {} }, "grafana.r.0.2"), "revoked-key");
		assert.equal(await code({ getData: {} }, "grafana.r.0.01"), "wrong-secret");
		assert.equal(await code({ setColor: { color: "red" } }, "grafana.r.0.1"), "not-in-scope");
		await owner.send(owner.md5({ setHttps: { enabled: true } }));
		await owner.bench.advance(1_000);
		await owner.learn("https");
		const revoked = await owner.send(owner.md5({ setKeys: { revoke: ["grafana"] } }), "https");
		assert.deepEqual(revoked.json.setKeys, { generation: 1, revoked: ["grafana"] });
		assert.equal(await code({ getData: {} }, "grafana.rlm.0.1", "https"), "revoked-key");
		assert.equal(await code({ getSettings: {} }, "hub.m.0.1", "https"), "ok");
		await owner.bench.act("stop");
		await owner.bench.act("start", "events");
		await owner.bench.advance(1_000);
		await owner.learn();
		assert.equal(await code({ getData: {} }, "grafana.r.0.1"), "revoked-key");
		assert.equal(await code({ getData: {} }, "hub.r.0.1"), "ok");
	});

	test("the token is another one after an hour", async (t) => {
		const owner = await start(t);
		const old = owner.md5({ getData: {} });
		await owner.bench.advance(3_600_000);
		assert.equal((await owner.send(old)).status, 401);
		await owner.learn();
		assert.equal((await owner.send(owner.md5({ getData: {} }))).status, 200);
	});

	test("ten wrong secrets are enough, and a right one is always taken", async (t) => {
		const owner = await start(t);
		const wrong = (token: string) =>
			owner.send(post(JSON.stringify({ udid: UDID, secret: md5Secret(token, UUID), getData: {} })));
		for (let i = 0; i < 10; i++) assert.equal((await wrong(`x${i}`)).status, 401);
		const { status, headers } = await wrong("x0");
		assert.equal(status, 429);
		assert.equal((await owner.send(owner.md5({ getData: {} }))).status, 200);
		await owner.bench.advance(1000 * Number(headers.get("retry-after")));
		assert.equal((await wrong("x0")).status, 401);
	});

	test("a wrong secret is told what is odd about it", async (t) => {
		const owner = await start(t);
		const { token = "" } = (await owner.send(GET)).json;
		for (const [secret, words] of [
			[md5Secret(token, UUID).slice(1), /31 digits/],
			[`${md5Secret(token, UUID)}  -`, /md5sum/],
			[md5Secret(UUID, token), /token comes first/],
		] as const) {
			const { status, json } = await owner.send(post(JSON.stringify({ udid: UDID, secret, getData: {} })));
			assert.equal(status, 401);
			assert.match(json.message ?? "", words);
		}
	});

	test("windows of 10 s are measured, and motion is counted", async (t) => {
		const owner = await start(t);
		await owner.bench.act("motion", "left-to-right");
		await owner.bench.advance(20_000);
		const { getData } = (await owner.send(owner.md5({ getData: {} }))).json;
		assert.equal(getData?.window?.temperature, 21.5);
		assert.equal(getData?.window?.samples, 10);
		assert.deepEqual(getData?.events.motion, { "left-to-right": 1, "right-to-left": 0 });
	});

	test("HTTPS mode closes the plain port, and ends by itself", async (t) => {
		const owner = await start(t);
		const { setHttps } = (await owner.send(owner.md5({ setHttps: { enabled: true, idle: 60 } }))).json;
		await owner.bench.advance(1_000);
		const ports = await owner.bench.ports();
		assert.equal(setHttps?.url, `https://127.0.0.1:${ports.https}/`);
		assert.equal(ports.http, undefined);
		assert.equal((await owner.send(GET, "https")).status, 200);
		await owner.bench.advance(62_000);
		assert.equal((await owner.bench.ports()).https, undefined);
		assert.equal((await owner.send(GET)).status, 200);
	});

	test("settings outlive a restart, and their credentials are not told", async (t) => {
		const owner = await start(t);
		const ca = `-----BEGIN CERTIFICATE-----\n${`${"A".repeat(64)}\n`.repeat(40)}-----END CERTIFICATE-----\n`;
		const influx = { url: "https://db.example", org: "o", bucket: "b", token: "influx-secret", ca };
		await owner.send(owner.md5({ setHttps: { enabled: true } }));
		await owner.bench.advance(1_000);
		await owner.learn("https");
		for (const command of [{ setInflux: influx }, { setAuth: { md5: true } }, { getSettings: {} }]) {
			const { status, text } = await owner.send(owner.md5(command), "https");
			assert.equal(status, 200, text);
			assert.ok(!text.includes("influx-secret"));
		}
		await owner.bench.act("stop");
		await owner.bench.advance(10_000);
		await owner.bench.act("start", "events");
		await owner.bench.advance(1_000);
		await owner.learn();
		assert.equal((await owner.send(owner.md5({ getData: {} }))).status, 200);
	});

	test("points and events leave for the cloud", async (t) => {
		const owner = await start(t);
		await owner.send(owner.md5({ setHttps: { enabled: true } }));
		await owner.bench.advance(1_000);
		await owner.learn("https");
		const influx = { url: "https://db.example", database: "home" };
		const commands = {
			setInflux: influx,
			setMqtt: { url: "mqtts://broker.example" },
			setHttps: { enabled: false },
		};
		const { status, text } = await owner.send(owner.md5(commands), "https");
		assert.equal(status, 200, text);
		await owner.bench.advance(120_000);
		await owner.bench.act("motion", "right-to-left");
		await owner.bench.advance(1_000);
		const lines = (await owner.bench.events("post")).flatMap(({ body }) => String(body).split("\n"));
		assert.ok(lines.length >= 10);
		assert.match(lines[0]!, new RegExp(`^ambient16,udid=${UDID} .*temperature=21.5.* \\d{10}$`));
		assert.equal(new Set(lines).size, lines.length);
		const topics = (await owner.bench.events("publish")).map(({ topic }) => topic);
		assert.ok(topics.includes(`ambient16/${UDID}/status`));
		assert.ok(topics.some((topic) => String(topic).startsWith(`ambient16/${UDID}/event/`)));
	});

	test("the button held for 10 s, and the signed command, erase the owner", async (t) => {
		const owner = await start(t);
		await owner.bench.act("button", "down");
		await owner.bench.advance(11_000);
		await owner.bench.act("button", "up");
		assert.equal((await owner.send(GET)).json.paired, false);
		await owner.pair();
		assert.equal((await owner.send(owner.md5({ factoryReset: {} }))).status, 403);
		assert.equal((await owner.send(owner.signed({ factoryReset: {} }))).status, 200);
		await owner.bench.advance(1_000);
		assert.equal((await owner.send(GET)).json.paired, false);
	});

	test("the answer of every command can be made into JSON", async (t) => {
		const owner = await start(t);
		const answers = { setColor: { color: "red" }, getData: {}, setHttps: { enabled: false } };
		const { status, text } = await owner.send(owner.md5(answers));
		assert.equal(status, 200, text);
		assert.equal((await owner.send(owner.signed({ restart: {} }))).status, 200);
		await owner.bench.advance(2_000);
		assert.equal((await owner.bench.events("restarted")).length, 1);
	});

	for (const kind of ["slots", "chunks"])
		test(`without memory for more ${kind} it ends, and tells that as the reason`, async (t) => {
			const bench = await Bench.start(t);
			await assert.rejects(bench.act("exhaust", kind), /XS abort: memory full \(/);
		});

	test("an exception that nobody caught is told and survived", async (t) => {
		const bench = await Bench.start(t);
		for (let i = 0; i < 3; i++) {
			await bench.act("throw");
			await bench.advance(1);
		}
		assert.equal((await bench.events("exception")).length, 3);
		assert.equal((await new BenchOwner(bench).send(GET)).status, 200);
	});
});
