import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createHash, createHmac, randomUUID } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { mintKey, Sensor } from "../../client/node";
import { type Desk, startDesk, temporaryFolder } from "../support/desk";
import { suiteScope } from "../support/scope";
import { startHasty } from "./support/hasty";
import {
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

const MODULE = fileURLToPath(new URL("../../client/python/ambient16.py", import.meta.url));
const FOLDER = fileURLToPath(new URL("../../client/python", import.meta.url));

const found = spawnSync("python3", ["-c", "import sys, ssl; print(sys.version_info >= (3, 9))"]);
const skip = found.stdout?.toString().trim() === "True" ? false : "there is no python3 of 3.9 or later";

/** Runs programs one after the other: [text, arguments] in, what `result` is in the end out, a line of JSON each. */
const RUNNER = `
import json, sys, time, traceback
import ambient16
for line in sys.stdin:
    text, arguments = json.loads(line)
    names = {**vars(ambient16), "__name__": "program", "sys": sys, "time": time, "args": arguments}
    try:
        exec(text, names)
        answer = {"result": names.get("result")}
    except ambient16.SensorError as error:
        answer = {"result": {"error": type(error).__name__, "code": getattr(error, "code", None),
            "status": getattr(error, "status", None), "message": str(error)}}
    except BaseException:
        answer = {"broken": traceback.format_exc()}
    print(json.dumps(answer), flush=True)
`;

let running: { child: ChildProcess; answers: AsyncIterator<string> } | undefined;
after(() => running?.child.kill());

/** Runs a program with the library. Resolves with its `result`; an error as its type and what it knows. */
async function python(program: string, ...args: string[]): Promise<unknown> {
	if (!running) {
		const child = spawn("python3", ["-B", "-W", "error", "-c", RUNNER], {
			env: { PATH: process.env.PATH, HOME: process.env.HOME, PYTHONPATH: FOLDER },
			stdio: ["pipe", "pipe", "inherit"],
		});
		running = { child, answers: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
	}
	const { child, answers } = running;
	child.stdin?.write(`${JSON.stringify([program, args])}\n`);
	const { result, broken } = JSON.parse((await answers.next()).value);
	assert.equal(broken, undefined);
	return result;
}

test("its syntax is that of Python 3.9", { skip }, () => {
	const check =
		"import ast, pathlib, sys; ast.parse(pathlib.Path(sys.argv[1]).read_text(), feature_version=(3, 9))";
	const { status, stderr } = spawnSync("python3", ["-W", "error", "-c", check, MODULE], { encoding: "utf8" });
	assert.equal(status, 0, stderr);
});

describe("ambient16.py", { skip }, () => {
	const scope = suiteScope(after);
	let desk: Desk;
	let uuid: string;
	before(async () => {
		desk = await startDesk(scope, { args: ["--clock-rate", "5"] });
		uuid = await new Sensor(desk.http).pair({ httpsUrl: desk.https });
	});

	test("a sensor is paired, shows a color, tells its data and is reset", async (t) => {
		const desk = await startDesk(t);
		const result = await python(
			`
sensor = Sensor(args[0])
uuid = sensor.pair()
color = sensor.set_color("blue", effect="solid", duration=5)
data = Sensor(args[0], uuid).data()
sensor.factory_reset()
time.sleep(0.5)
result = [sensor.info()["udid"], color, sorted(data), sensor.info()["paired"], len(uuid)]
`,
			desk.http,
		);
		const color = { color: "#0000ff", effect: "solid", duration: 5, intensity: 100 };
		assert.deepEqual(result, [desk.udid, color, ["events", "window"], false, 36]);
	});

	test("over HTTPS it tells and takes settings, and plain HTTP is back afterwards", async () => {
		const result = (await python(
			`
sensor = Sensor(args[0], args[1])
with sensor.over_https() as secure:
    secure.set_influx({"url": "http://127.0.0.1:1", "database": "home", "user": "me", "password": "hidden"})
    secure.set_mqtt({"url": "mqtt://127.0.0.1:1"})
    settings = secure.settings()
    secure.set_influx(None)
try:
    with sensor.over_https():
        raise KeyError("mine")
except KeyError:
    pass
result = [settings, "window" in sensor.data() and sensor.status()["reset"] == "power"]
`,
			desk.http,
			uuid,
		)) as [{ influx: { database: string }; mqtt: { topic: string } }, boolean];
		assert.equal(result[0].influx.database, "home");
		assert.equal(result[0].mqtt.topic, "ambient16");
		assert.ok(!JSON.stringify(result).includes("hidden"));
		assert.equal(result[1], true);
	});

	test("a sensor that somebody has left in HTTPS mode is found there, and stays in it", async () => {
		const secure = await new Sensor(desk.http, { uuid }).openHttps({ idle: 60 });
		const result = await python(
			`
sensor = Sensor(args[0], args[1], https_url=args[2])
udid = sensor.info()["udid"]
with sensor.over_https() as secure:
    name = secure.settings()["name"]
result = [udid, "window" in sensor.data(), name]
`,
			desk.http,
			uuid,
			desk.https,
		);
		assert.deepEqual(result, [desk.udid, true, null]);
		// Python was not the one who had entered it.
		await secure.data();
		await new Sensor(desk.http, { uuid, httpsUrl: desk.https }).closeHttps();
	});

	test("who asks at a port that is just closing asks once more, and commands nothing twice", async (t) => {
		const stranger = await serveClosing(t);
		const result = (await python(
			`
sensor = Sensor(args[0], args[1])
udid = sensor.info()["udid"]
try:
    sensor.data()
except Unreachable:
    result = udid
`,
			stranger.url,
			uuid,
		)) as string;
		assert.equal(result, INFO.udid);
		assert.equal(stranger.heard.filter((request) => request.includes("getData")).length, 1);
	});

	test("a sensor that is found nowhere is unreachable, whatever HTTPS it may have", async () => {
		const result = (await python(
			`Sensor("http://127.0.0.1:1", args[0], https_url="https://127.0.0.1:1").data()`,
			uuid,
		)) as { error: string };
		assert.equal(result.error, "Unreachable");
	});

	test("in HTTPS mode a sensor cannot be reached by a key that is to read only", async () => {
		const secure = await new Sensor(desk.http, { uuid }).openHttps({ idle: 60 });
		const key = await mintKey(uuid, { name: "reader", read: true });
		const result = (await python(
			`Sensor(args[0], key=args[1], https_url=args[2]).data()`,
			desk.http,
			key,
			desk.https,
		)) as { error: string; message: string };
		assert.equal(result.error, "Unreachable");
		assert.match(result.message, /more than this key/);
		await secure.send({ setHttps: { enabled: false } });
	});

	test("an MD5 secret is sent only when told to", async () => {
		const result = await python(
			`
legacy = Sensor(args[0], args[1], auth="md5")
legacy.data()
with Sensor(args[0], args[1]).over_https() as secure:
    secure.set_auth(md5=False)
try:
    legacy.data()
except Refused as refusal:
    result = [refusal.status, refusal.code]
    with Sensor(args[0], args[1]).over_https() as secure:
        before = secure.settings()["auth"]
        try:
            Sensor(args[0], args[1], auth="md5").data()
        except Unreachable:
            # Plain HTTP is closed meanwhile.
            pass
    try:
        Sensor(args[0], args[1], auth="md5").data()
    except Usage:
        result += [before, "Usage"]
    with Sensor(args[0], args[1]).over_https() as secure:
        secure.set_auth(md5=True)
`,
			desk.http,
			uuid,
		);
		assert.deepEqual(result, [403, "md5-off", { md5: false }, "Usage"]);
	});

	test("a token that has just changed costs one more try, not the command", async (t) => {
		const { desk, uuid } = await startHasty(t);
		const result = await python(
			`
sensor = Sensor(args[0], args[1])
sensor.data()
token = sensor.info()["token"]
while Sensor(args[0]).info()["token"] == token:
    time.sleep(0.05)
result = sensor.set_color("red")["color"]
`,
			desk.http,
			uuid,
		);
		assert.equal(result, "#ff0000");
	});

	test("a counter that did not rise goes on from the one that the sensor tells", async () => {
		const result = await python(
			`
sensor, other = Sensor(args[0], args[1]), Sensor(args[0], args[1])
other._nc = 9 * 10**14
other.data()
sensor.data()
other.data()
result = sensor._nc > 9 * 10**14
`,
			desk.http,
			uuid,
		);
		assert.equal(result, true);
	});

	test("a counter and a token that come after each other are tried again, for a while", async (t) => {
		const nc = 9 * 10 ** 14;
		const replayed: [number, object] = [401, { code: "replayed", message: "nc did not rise", nc }];
		const stale: [number, object] = [401, { code: "wrong-token", message: "not in force" }];
		const done: [number, object] = [200, { getData: { window: null } }];
		const program = "result = Sensor(args[0], 'secret').data()";
		for (const answers of [
			[stale, replayed, done],
			[replayed, stale, replayed, stale, done],
		]) {
			let asked = 0;
			const info = () => ({ ...INFO, token: `abcdefg${"hijk"[Math.min(asked++, 3)]}` });
			const { url } = await playing(t, info, ...answers);
			assert.deepEqual(await python(program, url), { window: null });
		}
		const { url, heard } = await playing(t, () => INFO, replayed);
		assert.deepEqual(pick(await python(program, url)), ["Refused", 401, "replayed"]);
		assert.ok(heard.length < 20, `${heard.length}`);
	});

	test("colors are taken as people write them", async (t) => {
		const { url, heard } = await playing(t, () => INFO, [200, { setColor: {} }]);
		const colors = ["off", "#0f8", "0F8", "00ff88", "blue"];
		await python(`for color in ${JSON.stringify(colors)}: Sensor(args[0], "secret").set_color(color)`, url);
		assert.deepEqual(
			heard.filter((it) => it.includes("setColor")).map((it) => /"setColor":(\{.*?\})\}$/.exec(it)?.[1]),
			['{"color":"off"}', '{"color":"#0f8"}', '{"color":"#0F8"}', '{"color":"#00ff88"}', '{"color":"blue"}'],
		);
	});

	test("commands are signed for a broker, as docs/protocol.md has it", async () => {
		const [topic, payload, nc] = (await python(
			`
topic, payload, nc = sign_mqtt({"getData": {}}, "10000fb38278", "uulroqkt", uuid="01234567-89ab-4def-8123-456789abcdef", nc=7)
result = [topic, payload.decode(), nc]
`,
		)) as [string, string, number];
		assert.deepEqual([topic, nc], ["ambient16/10000fb38278/command", 7]);
		const [head = "", body] = payload.split("\n");
		assert.equal(body, '{"udid":"10000fb38278","getData":{}}');
		assert.match(head, /^Ambient16 token="uulroqkt", nc="7", mac="[0-9a-f]{64}"$/);
		const mac = /mac="(\w+)"/.exec(head)?.[1] ?? "";
		assert.ok(readFileSync(new URL("../../docs/protocol.md", import.meta.url), "utf8").includes(mac));
		for (const wrong of [
			'"a", "uulroqkt", uuid="x"',
			'"10000fb38278", "UULROQKT", uuid="x"',
			'"10000fb38278", "uulroqkt"',
		])
			assert.equal(pick(await python(`result = sign_mqtt({"getData": {}}, ${wrong})`))[0], "Usage", wrong);
	});

	test("pairing on a closed window says so, and how to open it", async (t) => {
		const { url } = await playing(t, () => ({ ...INFO, paired: false }), [200, {}]);
		const result = await python("result = Sensor(args[0]).pair(https_url='https://127.0.0.1:1')", url);
		assert.deepEqual(pick(result), ["Refused", 409, "pairing-closed"]);
		assert.match((result as { message: string }).message, /button.*b in its terminal/);
	});

	test("a key is made of the UUID, and proves who asks in its place", async (t) => {
		const keys = { ...INFO, auth: ["md5", "hmac-sha256", "key"] };
		const { url, heard } = await playing(t, () => keys, [200, { getData: {} }]);
		const result = await python(
			`
key = mint_key(args[1].upper(), "grafana", read=True, until=1830297600)
Sensor(args[0], key=key).data()
Sensor(args[0], key=key + "\\n", auth="md5").data()
result = key
`,
			url,
			"01234567-89ab-4def-8123-456789abcdef",
		);
		const id = "grafana.r.1830297600.1";
		const secret = "ee9f57770e725f7bc410b56aeecc01a739b875f4c9ed0b48f73ecd7ecb938f44";
		assert.equal(result, `${id}:${secret}`);
		const [signed = "", md5 = ""] = heard.filter((it) => it !== "\n");
		const [authorization = "", body = ""] = signed.split("\n");
		const [, token, nc, key, mac] =
			/^Ambient16 token="(.*?)", nc="(.*?)", key="(.*?)", mac="(.*?)"$/.exec(authorization) ?? [];
		assert.equal(key, id);
		const text = [token, nc, "POST", "/", createHash("sha256").update(body).digest("hex")].join("\n");
		assert.equal(mac, createHmac("sha256", secret).update(text).digest("hex"));
		const legacy = JSON.parse(md5.split("\n")[1] ?? "");
		assert.deepEqual(
			[legacy.key, legacy.secret],
			[
				id,
				createHash("md5")
					.update(INFO.token + secret)
					.digest("hex"),
			],
		);
	});

	test("a key says what it is missing before anything is sent", async (t) => {
		const keys = { ...INFO, auth: ["md5", "hmac-sha256", "key"] };
		const { url, heard } = await playing(t, () => keys, [200, {}]);
		const key = `a.r.0.1:${"ab".repeat(32)}`;
		for (const [program, message] of [
			["Sensor(args[0], key=args[1]).set_color('red')", /key to light/],
			["Sensor(args[0], key=args[1]).factory_reset()", /owner's UUID/],
			["Sensor(args[0], key=args[1]).pair()", /owner's UUID/],
			["Sensor(args[0], key=args[1].upper())", /no key/],
			["Sensor(args[0], 'uuid', key=args[1])", /or with a key/],
			["mint_key('uuid', 'A', read=True)", /name of 1 to 24/],
			["mint_key('uuid', 'a')", /something that it may do/],
		] as const) {
			const result = await python(`result = ${program}`, url, key);
			assert.deepEqual(pick(result), ["Usage", null, null], program);
			assert.match((result as { message: string }).message, message);
		}
		for (const request of heard) assert.equal(request, "\n");
	});

	test("an update tells its progress, and its new version in the end", async (t) => {
		const uuid = randomUUID();
		const states = [{ state: "checking" }, { state: "downloading", percent: 40 }, { state: "restarting" }];
		const { url, heard } = await updating(t, uuid, states, "1.1.0");
		const result = await python(
			`
seen = []
version = Sensor(args[0], args[1]).update("http://127.0.0.1/manifest", seen.append, daily=True)
result = [version, seen]
`,
			url,
			uuid,
		);
		assert.deepEqual(result, ["1.1.0", states]);
		assert.match(heard.join(), /"update":\{"url":"http:\/\/127.0.0.1\/manifest","daily":true\}/);
	});

	test("as a program it prints who the sensor is", () => {
		const { stdout, status } = spawnSync("python3", ["-B", MODULE, "info", desk.http], { encoding: "utf8" });
		assert.equal(status, 0);
		assert.equal(JSON.parse(stdout).udid, desk.udid);
		assert.equal(spawnSync("python3", ["-B", MODULE, "data", desk.http]).status, 1);
	});

	test("the example of its page runs, and prints what the page says", async (t) => {
		const page = readFileSync(new URL("../../docs/client.md", import.meta.url), "utf8");
		const [, example = "", output = ""] = /```python\n([\s\S]*?)```\n+```\n([\s\S]*?)```/.exec(page) ?? [];
		const folder = temporaryFolder(t);
		const key = await mintKey(uuid, { name: "python", read: true, light: true, manage: true });
		writeFileSync(join(folder, "key.txt"), `${key}\n`);
		await desk.waitFor(({ event }) => event === "window");
		const { stdout, stderr } = spawnSync(
			"python3",
			["-B", "-c", example.replace("http://localhost:8080", desk.http)],
			{
				cwd: folder,
				env: { ...process.env, PYTHONPATH: FOLDER },
				encoding: "utf8",
			},
		);
		assert.equal(stderr, "");
		assert.equal(stdout.replaceAll(/\d+/g, "N"), output.replaceAll(/\d+/g, "N"));
	});

	describe("errors", () => {
		test("what the sensor refuses has its status and code", async () => {
			const color = await python("result = Sensor(args[0], args[1]).set_color('no such')", desk.http, uuid);
			assert.deepEqual(pick(color), ["Refused", 400, "invalid-field"]);
			const wrong = await python("result = Sensor(args[0], args[1]).data()", desk.http, randomUUID());
			assert.deepEqual(pick(wrong), ["Refused", 401, "wrong-secret"]);
			const again = await python("result = Sensor(args[0]).pair()", desk.http);
			assert.deepEqual(pick(again), ["Refused", 409, "already-paired"]);
		});

		test("too many attempts tell how long to wait", async (t) => {
			const refusal = { status: "error", code: "too-many-attempts", message: "wait" };
			const { url } = await playing(t, () => INFO, [429, refusal]);
			const program = `
try:
    Sensor(args[0], "secret").data()
except Refused as refusal:
    result = [refusal.status, refusal.code, str(refusal), refusal.retry_after]
`;
			assert.deepEqual(await python(program, url), [429, "too-many-attempts", "wait", 7]);
		});

		test("are fit for a terminal, whoever they quote", async (t) => {
			const refusal = { status: "error", code: "no", message: "wait\u001b[2J\u009b\u007f" };
			const refusing = await playing(t, () => INFO, [429, refusal]);
			const boasting = await playing(t, () => ({ ...INFO, auth: ["\u001b[2J"] }), [200, {}]);
			const uuid = randomUUID();
			const fingerprint = "00".repeat(32);
			const url = "https://a:\u001b[2J";
			const setHttps = { enabled: true, url, fingerprint, proof: proofOf(uuid, fingerprint) };
			const between = await playing(t, () => INFO, [200, { setHttps }]);
			const told = [];
			for (const stranger of [refusing, boasting, between]) {
				const program = "with Sensor(args[0], args[1]).over_https(): pass";
				told.push(((await python(program, stranger.url, uuid)) as { message: string }).message);
			}
			assert.equal(told[0], "wait?[2J??");
			for (const message of told) assert.match(message, /^\P{Cc}+\?\[2J\P{Cc}*$/u);
		});

		test("a sensor that is not there is unreachable", async () => {
			const result = await python("result = Sensor('http://127.0.0.1:1').info()");
			assert.deepEqual(pick(result), ["Unreachable", null, null]);
		});

		test("what is no sensor is told apart", async (t) => {
			const answers = [
				"hello",
				"{}",
				"[]",
				"[".repeat(60_000),
				`"${"a".repeat(100_000)}"`,
				JSON.stringify({ ...INFO, type: "Ambient17" }),
				JSON.stringify({ ...INFO, token: 'a"\r\nX: b' }),
				JSON.stringify({ ...INFO, udid: "../../../etc" }),
				JSON.stringify({ ...INFO, auth: null }),
				JSON.stringify({ ...INFO, token: "ABCDEFGH" }),
				JSON.stringify({ ...INFO, token: "abcdefgh\n" }),
				JSON.stringify({ ...INFO, https: 0 }),
			];
			let next = 0;
			const { url } = await serve(t, (_request, response) => response.end(answers[next++]));
			const program = `
result = []
for _ in range(${answers.length}):
    try:
        Sensor(args[0]).info()
    except Impostor:
        result.append("Impostor")
`;
			assert.deepEqual(await python(program, url), Array(answers.length).fill("Impostor"));
		});

		test("what cannot be done as asked is told before anything is sent", async (t) => {
			const { url, heard } = await playing(t, () => INFO, [200, {}]);
			for (const program of [
				"Sensor(args[0]).data()",
				"Sensor('https://127.0.0.1').info()",
				"Sensor('127.0.0.1').info()",
				"Sensor('http://127.0.0.1:99999').info()",
				"Sensor('http://[').info()",
				"Sensor(args[0], auth='none')",
				"Sensor(args[0], 'secret').set_color({1, 2})",
			])
				assert.deepEqual(pick(await python(`result = ${program}`, url)), ["Usage", null, null], program);
			for (const request of heard) assert.equal(request, "\n");
		});
	});

	describe("an impostor", () => {
		const program = `
with Sensor(args[0], args[1]).over_https() as secure:
    secure.set_mqtt({"url": "mqtt://127.0.0.1", "user": "me", "password": "hidden"})
result = "sent"
`;

		test("with a forged certificate is refused, and nothing is sent to where it points", async (t) => {
			const uuid = randomUUID();
			const other = await trap(t);
			for (const setHttps of forgeries(uuid, other)) {
				const between = await playing(t, () => INFO, [200, { status: "ok", setHttps }]);
				const result = pick(await python(program, between.url, uuid));
				assert.deepEqual(result, ["Impostor", null, null], JSON.stringify(setHttps));
				for (const request of between.heard) assert.ok(!request.includes("hidden"));
			}
			assert.deepEqual(other.heard, []);
		});

		test("in the place of a sensor in HTTPS mode is refused before a command is sent", async (t) => {
			const between = await serve(
				t,
				(request, response) =>
					response.end(
						request.method === "GET" ? JSON.stringify(INFO) : JSON.stringify({ setHttps: { proof: "00" } }),
					),
				await forged(),
			);
			const result = (await python(
				`Sensor("http://127.0.0.1:1", args[0], https_url=args[1]).set_color("red")`,
				randomUUID(),
				between.url,
			)) as { error: string };
			assert.equal(result.error, "Impostor");
			assert.ok(between.heard.length > 0);
			for (const request of between.heard) assert.ok(!/setColor/.test(request), request);
		});

		test("is not paired with over plain HTTP", async (t) => {
			const { url, heard } = await playing(t, () => ({ ...INFO, paired: false }), [200, {}]);
			const result = await python("result = Sensor(args[0]).pair(https_url=args[0])", url);
			assert.deepEqual(pick(result), ["Usage", null, null]);
			assert.deepEqual(heard, ["\n"]);
		});

		test("never gets the UUID", async (t) => {
			const uuid = randomUUID();
			const { url, heard } = await playing(t, () => INFO, [200, { status: "ok", getData: {}, setHttps: {} }]);
			await python(program, url, uuid);
			await python("result = Sensor(args[0], args[1], auth='md5').data()", url, uuid);
			assert.ok(heard.length >= 4);
			for (const request of heard) assert.ok(!request.includes(uuid));
		});
	});
});

function pick(result: unknown): unknown[] {
	const { error, status, code } = result as { error: string; status: number; code: string };
	return [error, status, code];
}
