import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { createHash, createHmac, randomUUID } from "node:crypto";
import { createServer, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Sensor } from "../../client/node";
import { createIdentity } from "../../hosts/desktop/identity";
import { startDesk, temporaryFolder } from "../support/desk";

type Scope = Parameters<typeof startDesk>[0];

const MODULE = fileURLToPath(new URL("../../client/python/ambient16.py", import.meta.url));
const FOLDER = fileURLToPath(new URL("../../client/python", import.meta.url));

const found = spawnSync("python3", ["-c", "import sys, ssl; print(sys.version_info >= (3, 9))"]);
const skip = found.stdout?.toString().trim() === "True" ? false : "there is no python3 of 3.9 or later";

/** Runs a program with the library. Prints what `result` is in the end; an error as its type and what it knows. */
function python(program: string, ...args: string[]): Promise<unknown> {
	const text = [
		"import json, sys, time",
		"from ambient16 import *",
		"try:",
		...program
			.trim()
			.split("\n")
			.map((line) => `    ${line}`),
		"except SensorError as error:",
		'    result = {"error": type(error).__name__, "code": getattr(error, "code", None),',
		'        "status": getattr(error, "status", None), "message": str(error)}',
		"print(json.dumps(result))",
	].join("\n");
	return new Promise((resolve, reject) => {
		const child = spawn("python3", ["-B", "-W", "error", "-c", text, ...args], {
			env: { PATH: process.env.PATH, HOME: process.env.HOME, PYTHONPATH: FOLDER },
		});
		let [stdout, stderr] = ["", ""];
		child.stdout.on("data", (chunk) => {
			stdout += chunk;
		});
		child.stderr.on("data", (chunk) => {
			stderr += chunk;
		});
		child.on("error", reject);
		child.on("close", (code) => (code === 0 ? resolve(JSON.parse(stdout)) : reject(new Error(stderr))));
	});
}

/** A device on a desk and its owner's UUID. */
async function owned(t: Scope) {
	const desk = await startDesk(t);
	const uuid = await new Sensor(desk.http).pair({ httpsUrl: desk.https });
	return { desk, uuid };
}

/** Somebody else on loopback; `heard` is all that was told to it. */
async function serve(t: Scope, listener: RequestListener, identity?: Uint8Array) {
	const heard: string[] = [];
	const listen: RequestListener = (request, response) => {
		let body = "";
		request.on("data", (chunk) => {
			body += chunk;
		});
		request.on("end", () => {
			heard.push(`${request.headers.authorization ?? ""}\n${body}`);
			listener(request, response);
		});
	};
	const pem = identity && Buffer.from(identity).toString();
	const server = pem ? createTlsServer({ key: pem, cert: pem }, listen) : createServer(listen);
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	t.after(() => {
		server.close();
		server.closeAllConnections();
	});
	return { url: `${pem ? "https" : "http"}://127.0.0.1:${(server.address() as AddressInfo).port}`, heard };
}

const INFO = {
	type: "Ambient16",
	version: "1.0.0",
	udid: "100000000000",
	deviceType: "1000",
	token: "abcdefgh",
	auth: ["md5", "hmac-sha256"],
	paired: true,
};

/** Plays a sensor: the answers to its POSTs, one after the other, the last one again and again. */
function playing(t: Scope, info: () => object, ...answers: [number, object][]) {
	let next = 0;
	return serve(t, (request, response) => {
		if (request.method === "GET") return response.end(JSON.stringify(info()));
		const [status, answer] = answers[Math.min(next++, answers.length - 1)] as [number, object];
		response.writeHead(status, { "Retry-After": "7" }).end(JSON.stringify(answer));
	});
}

describe("ambient16.py", { skip }, () => {
	test("a sensor is paired, shows a colour, tells its data and is reset", async (t) => {
		const desk = await startDesk(t);
		const result = await python(
			`
sensor = Sensor(sys.argv[1])
uuid = sensor.pair(https_url=sys.argv[2])
color = sensor.set_color("blue", effect="solid", duration=5)
data = Sensor(sys.argv[1], uuid).data()
sensor.factory_reset()
time.sleep(0.5)
result = [sensor.info()["udid"], color, sorted(data), sensor.info()["paired"], len(uuid)]
`,
			desk.http,
			desk.https,
		);
		const color = { color: "#0000ff", effect: "solid", duration: 5, intensity: 100 };
		assert.deepEqual(result, [desk.udid, color, ["events", "window"], false, 36]);
	});

	test("over HTTPS it tells and takes settings, and plain HTTP is back afterwards", async (t) => {
		const { desk, uuid } = await owned(t);
		const result = (await python(
			`
sensor = Sensor(sys.argv[1], sys.argv[2])
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
result = [settings, "window" in sensor.data()]
`,
			desk.http,
			uuid,
		)) as [{ influx: { database: string }; mqtt: { topic: string } }, boolean];
		assert.equal(result[0].influx.database, "home");
		assert.equal(result[0].mqtt.topic, "ambient16");
		assert.ok(!JSON.stringify(result).includes("hidden"));
		assert.equal(result[1], true);
	});

	test("an MD5 secret is sent only when told to", async (t) => {
		const { desk, uuid } = await owned(t);
		const result = await python(
			`
legacy = Sensor(sys.argv[1], sys.argv[2], auth="md5")
legacy.data()
with Sensor(sys.argv[1], sys.argv[2]).over_https() as secure:
    secure.set_auth(md5=False)
try:
    legacy.data()
except Refused as refusal:
    result = [refusal.status, refusal.code]
    Sensor(sys.argv[1], sys.argv[2]).data()
    Sensor(sys.argv[1], sys.argv[2], auth="md5").data()
`,
			desk.http,
			uuid,
		);
		assert.equal((result as { error: string }).error, "Usage");
	});

	test("a token that has just changed costs one more try, not the command", async (t) => {
		const data = temporaryFolder(t);
		const slow = await startDesk(t, { data });
		const uuid = await new Sensor(slow.http).pair({ httpsUrl: slow.https });
		await slow.stop();
		const desk = await startDesk(t, { data, args: ["--clock-rate", "1800"] });
		const result = await python(
			`
sensor = Sensor(sys.argv[1], sys.argv[2])
sensor.data()
token = sensor.info()["token"]
while Sensor(sys.argv[1]).info()["token"] == token:
    time.sleep(0.05)
result = sensor.set_color("red")["color"]
`,
			desk.http,
			uuid,
		);
		assert.equal(result, "#ff0000");
	});

	test("a counter that did not rise goes on from the one that the sensor tells", async (t) => {
		const { desk, uuid } = await owned(t);
		const result = await python(
			`
sensor, other = Sensor(sys.argv[1], sys.argv[2]), Sensor(sys.argv[1], sys.argv[2])
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

	test("an update tells its progress, and its new version in the end", async (t) => {
		let polls = 0;
		const identity = await createIdentity("100000000000", []);
		const fingerprint = createHash("sha256").update(certificateOf(identity)).digest("hex");
		const uuid = randomUUID();
		const secure = await serve(
			t,
			(request, response) => {
				if (request.method === "GET") return response.end(JSON.stringify(INFO));
				const answer = [
					{},
					{ getSettings: { update: { state: "checking" } } },
					{ getSettings: { update: { state: "downloading", percent: 40 } } },
					{ getSettings: { update: { state: "restarting" } } },
				][Math.min(polls++, 3)];
				response.end(JSON.stringify(answer));
			},
			identity,
		);
		const proof = createHmac("sha256", uuid).update(`${INFO.token}\n${fingerprint}`).digest("hex");
		const plain = await playing(t, () => (polls >= 5 ? { ...INFO, version: "1.1.0" } : INFO), [
			200,
			{ setHttps: { enabled: true, url: `${secure.url}/`, fingerprint, proof } },
		]);
		const result = await python(
			`
seen = []
version = Sensor(sys.argv[1], sys.argv[2]).update("http://127.0.0.1/manifest", seen.append, daily=True)
result = [version, [update["state"] for update in seen]]
`,
			plain.url,
			uuid,
		);
		assert.deepEqual(result, ["1.1.0", ["checking", "downloading", "restarting"]]);
		assert.match(secure.heard.join(), /"update":\{"url":"http:\/\/127.0.0.1\/manifest","daily":true\}/);
	});

	test("as a program it prints who the sensor is", async (t) => {
		const desk = await startDesk(t);
		const { stdout, status } = spawnSync("python3", ["-B", MODULE, "info", desk.http], { encoding: "utf8" });
		assert.equal(status, 0);
		assert.equal(JSON.parse(stdout).udid, desk.udid);
		assert.equal(spawnSync("python3", ["-B", MODULE, "data", desk.http]).status, 1);
	});

	describe("errors", () => {
		test("what the sensor refuses has its status and code", async (t) => {
			const { desk, uuid } = await owned(t);
			const color = await python(
				"result = Sensor(sys.argv[1], sys.argv[2]).set_color('no such')",
				desk.http,
				uuid,
			);
			assert.deepEqual(pick(color), ["Refused", 400, "invalid-field"]);
			const wrong = await python("result = Sensor(sys.argv[1], sys.argv[2]).data()", desk.http, randomUUID());
			assert.deepEqual(pick(wrong), ["Refused", 401, "wrong-secret"]);
			const again = await python("result = Sensor(sys.argv[1]).pair()", desk.http);
			assert.deepEqual(pick(again), ["Refused", 409, "already-paired"]);
		});

		test("too many attempts tell how long to wait", async (t) => {
			const refusal = { status: "error", code: "too-many-attempts", message: "wait" };
			const { url } = await playing(t, () => INFO, [429, refusal]);
			const program = `
try:
    Sensor(sys.argv[1], "secret").data()
except Refused as refusal:
    result = [refusal.status, refusal.code, str(refusal), refusal.retry_after]
`;
			assert.deepEqual(await python(program, url), [429, "too-many-attempts", "wait", 7]);
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
				JSON.stringify({ ...INFO, auth: null }),
			];
			let next = 0;
			const { url } = await serve(t, (_request, response) => response.end(answers[next++]));
			const program = `
result = []
for _ in range(${answers.length}):
    try:
        Sensor(sys.argv[1]).info()
    except Impostor:
        result.append("Impostor")
`;
			assert.deepEqual(await python(program, url), Array(answers.length).fill("Impostor"));
		});

		test("what cannot be done as asked is told before anything is sent", async (t) => {
			const { url, heard } = await playing(t, () => INFO, [200, {}]);
			for (const program of [
				"Sensor(sys.argv[1]).data()",
				"Sensor('https://127.0.0.1').info()",
				"Sensor('127.0.0.1').info()",
				"Sensor('http://127.0.0.1:99999').info()",
				"Sensor(sys.argv[1], auth='none')",
				"Sensor(sys.argv[1], 'secret').set_color({1, 2})",
			])
				assert.deepEqual(pick(await python(`result = ${program}`, url)), ["Usage", null, null], program);
			for (const request of heard) assert.equal(request, "\n");
		});
	});

	describe("an impostor", () => {
		const program = `
with Sensor(sys.argv[1], sys.argv[2]).over_https() as secure:
    secure.set_mqtt({"url": "mqtt://127.0.0.1", "user": "me", "password": "hidden"})
result = "sent"
`;

		test("with a wrong proof is refused, and nothing is sent to where it points", async (t) => {
			const uuid = randomUUID();
			const trap = await serve(
				t,
				(_, response) => response.end("{}"),
				await createIdentity("100000000000", []),
			);
			const fingerprint = "00".repeat(32);
			for (const proof of ["00".repeat(32), "", 5, null, "ä"]) {
				const setHttps = { enabled: true, url: `${trap.url}/`, fingerprint, proof };
				const { url } = await playing(t, () => INFO, [200, { status: "ok", setHttps }]);
				assert.deepEqual(pick(await python(program, url, uuid)), ["Impostor", null, null]);
			}
			assert.deepEqual(trap.heard, []);
		});

		test("with the right proof of another certificate is refused before anything is sent", async (t) => {
			const uuid = randomUUID();
			const trap = await serve(
				t,
				(_, response) => response.end("{}"),
				await createIdentity("100000000000", []),
			);
			const fingerprint = createHash("sha256").update("another certificate").digest("hex");
			const proof = createHmac("sha256", uuid).update(`${INFO.token}\n${fingerprint}`).digest("hex");
			for (const target of [`${trap.url}/`, trap.url.replace("https:", "http:")]) {
				const setHttps = { enabled: true, url: target, fingerprint, proof };
				const { url } = await playing(t, () => INFO, [200, { status: "ok", setHttps }]);
				assert.deepEqual(pick(await python(program, url, uuid)), ["Impostor", null, null]);
			}
			assert.deepEqual(trap.heard, []);
		});

		test("never gets the UUID", async (t) => {
			const uuid = randomUUID();
			const { url, heard } = await playing(t, () => INFO, [200, { status: "ok", getData: {}, setHttps: {} }]);
			await python(program, url, uuid);
			await python("result = Sensor(sys.argv[1], sys.argv[2], auth='md5').data()", url, uuid);
			assert.ok(heard.length >= 4);
			for (const request of heard) assert.ok(!request.includes(uuid));
		});
	});
});

function pick(result: unknown): unknown[] {
	const { error, status, code } = result as { error: string; status: number; code: string };
	return [error, status, code];
}

/** DER of the certificate in an identity. */
function certificateOf(identity: Uint8Array): Buffer {
	const pem = Buffer.from(identity).toString();
	const [, base64 = ""] = /-----BEGIN CERTIFICATE-----([^-]+)/.exec(pem) ?? [];
	return Buffer.from(base64, "base64");
}
