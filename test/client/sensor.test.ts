import assert from "node:assert/strict";
import { createHash, createHmac, randomUUID } from "node:crypto";
import { createServer, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { describe, test } from "node:test";
import { ImpostorError, RefusedError, Sensor, UnreachableError, UsageError } from "../../client/node";
import { createIdentity } from "../../hosts/desktop/identity";
import { startDesk, temporaryFolder } from "../support/desk";

type Scope = Parameters<typeof startDesk>[0];

/** A device on a desk and its owner's sensor. */
async function owned(t: Scope) {
	const desk = await startDesk(t);
	const sensor = new Sensor(desk.http);
	const uuid = await sensor.pair({ httpsUrl: desk.https });
	return { desk, sensor, uuid };
}

/** Somebody else on loopback. */
async function serve(t: Scope, listener: RequestListener, identity?: Uint8Array) {
	const bodies: string[] = [];
	const listen: RequestListener = (request, response) => {
		let body = "";
		request.on("data", (chunk) => {
			body += chunk;
		});
		request.on("end", () => {
			bodies.push(`${request.headers.authorization ?? ""}\n${body}`);
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
	return { url: `${pem ? "https" : "http"}://127.0.0.1:${(server.address() as AddressInfo).port}`, bodies };
}

test("a sensor is paired, shows a colour, tells its data and is reset", async (t) => {
	const { desk, sensor } = await owned(t);
	assert.equal((await sensor.info()).udid, desk.udid);
	assert.deepEqual(await sensor.setColor("blue", { effect: "solid", duration: 5 }), {
		color: "#0000ff",
		effect: "solid",
		duration: 5,
		intensity: 100,
	});
	assert.ok("events" in (await sensor.data()));
	await sensor.factoryReset();
	assert.equal((await sensor.info()).paired, false);
});

test("over HTTPS it tells and takes settings, and plain HTTP is back afterwards", async (t) => {
	const { sensor } = await owned(t);
	const settings = await sensor.overHttps(async (secure) => {
		await secure.setInflux({ url: "http://127.0.0.1:1", database: "home", user: "me", password: "hidden" });
		await secure.setMqtt({ url: "mqtt://127.0.0.1:1" });
		return secure.settings();
	});
	assert.equal(settings.influx?.database, "home");
	assert.equal(settings.mqtt?.topic, "ambient16");
	assert.ok(!JSON.stringify(settings).includes("hidden"));
	await sensor.data();
});

test("HTTPS mode ends also if the task fails, and its error is the one that is told", async (t) => {
	const { sensor } = await owned(t);
	await assert.rejects(
		sensor.overHttps(() => Promise.reject(new Error("mine"))),
		/mine/,
	);
	await sensor.data();
});

test("a token that has just changed costs one more try, not the command", async (t) => {
	const data = temporaryFolder(t);
	const slow = await startDesk(t, { data });
	const uuid = await new Sensor(slow.http).pair({ httpsUrl: slow.https });
	await slow.stop();
	const desk = await startDesk(t, { data, args: ["--clock-rate", "1800"] });
	const sensor = new Sensor(desk.http, { uuid });
	await sensor.data();
	const from = desk.events.length;
	await desk.waitFor(({ event }) => event === "token", 20_000, from);
	await sensor.setColor("red");
});

test("two programs of one owner do not lock each other out, whatever their clocks say", async (t) => {
	const { desk, sensor, uuid } = await owned(t);
	const ahead = new Sensor(desk.http, { uuid });
	t.mock.timers.enable({ apis: ["Date"], now: Date.now() + 3_600_000 });
	await ahead.data();
	t.mock.timers.reset();
	await sensor.data();
	await ahead.data();
});

test("an MD5 secret is sent only when told to", async (t) => {
	const { desk, uuid, sensor } = await owned(t);
	await new Sensor(desk.http, { uuid, auth: "md5" }).data();
	await sensor.overHttps((secure) => secure.setAuth({ md5: false }));
	await assert.rejects(new Sensor(desk.http, { uuid, auth: "md5" }).data(), UsageError);
	await sensor.data();
});

describe("errors", () => {
	test("what the sensor refuses has its status and code", async (t) => {
		const { desk, sensor } = await owned(t);
		await assert.rejects(
			sensor.setColor("no such colour"),
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

	test("a sensor that is not there is unreachable", async () => {
		await assert.rejects(new Sensor("http://127.0.0.1:1").info(), UnreachableError);
	});

	test("what is no sensor is told apart", async (t) => {
		for (const answer of [
			"hello",
			"{}",
			"[]",
			'{"type":"Ambient17","token":"a"}',
			'{"type":"Ambient16","token":"a\\r\\nX: y","auth":[]}',
		]) {
			const { url } = await serve(t, (_request, response) => response.end(answer));
			await assert.rejects(new Sensor(url).info(), ImpostorError);
		}
	});

	test("without a UUID there are no commands", async (t) => {
		const desk = await startDesk(t);
		await assert.rejects(new Sensor(desk.http).data(), UsageError);
	});
});

describe("an impostor", () => {
	const uuid = randomUUID();
	const info = (token: string) =>
		JSON.stringify({
			type: "Ambient16",
			version: "1.0.0",
			udid: "100000000000",
			deviceType: "1000",
			token,
			auth: ["md5", "hmac-sha256"],
			paired: true,
		});
	/** Plays a sensor that answers `setHttps` so. */
	const playing = (t: Scope, setHttps: () => object) =>
		serve(t, (request, response) =>
			response.end(
				request.method === "GET" ? info("abcdefgh") : JSON.stringify({ status: "ok", setHttps: setHttps() }),
			),
		);

	test("with a wrong proof is refused, and nothing is sent to where it points", async (t) => {
		const identity = await createIdentity("100000000000", []);
		const trap = await serve(t, (_request, response) => response.end("{}"), identity);
		const { url } = await playing(t, () => ({
			enabled: true,
			url: `${trap.url}/`,
			fingerprint: "00".repeat(32),
			proof: "00".repeat(32),
		}));
		await assert.rejects(
			new Sensor(url, { uuid }).overHttps((secure) => secure.settings()),
			ImpostorError,
		);
		assert.deepEqual(trap.bodies, []);
	});

	test("with the right proof of another certificate is refused before anything is sent", async (t) => {
		const trap = await serve(
			t,
			(_request, response) => response.end("{}"),
			await createIdentity("100000000000", []),
		);
		const fingerprint = createHash("sha256").update("another certificate").digest("hex");
		const proof = createHmac("sha256", uuid).update(`abcdefgh\n${fingerprint}`).digest("hex");
		const { url } = await playing(t, () => ({ enabled: true, url: `${trap.url}/`, fingerprint, proof }));
		await assert.rejects(
			new Sensor(url, { uuid }).overHttps((secure) => secure.settings()),
			ImpostorError,
		);
		assert.deepEqual(trap.bodies, []);
	});

	test("with the right proof that leads away from HTTPS gets nothing (it is not part of the proof)", async (t) => {
		const trap = await serve(t, (_request, response) => response.end("{}"));
		const fingerprint = "00".repeat(32);
		const proof = createHmac("sha256", uuid).update(`abcdefgh\n${fingerprint}`).digest("hex");
		const { url } = await playing(t, () => ({ enabled: true, url: `${trap.url}/`, fingerprint, proof }));
		const sensor = new Sensor(url, { uuid });
		await assert.rejects(
			sensor.overHttps((secure) => secure.setMqtt({ url: "mqtts://a.example", password: "hidden" })),
			ImpostorError,
		);
		assert.deepEqual(trap.bodies, []);
	});

	test("is not paired with over plain HTTP", async (t) => {
		const desk = await startDesk(t);
		await assert.rejects(new Sensor(desk.http).pair({ httpsUrl: desk.http }), UsageError);
	});

	test("never gets the UUID", async (t) => {
		const { url, bodies } = await playing(t, () => ({}));
		await assert.rejects(
			new Sensor(url, { uuid }).overHttps((secure) => secure.settings()),
			ImpostorError,
		);
		await new Sensor(url, { uuid, auth: "md5" }).data();
		assert.ok(bodies.length >= 3);
		for (const body of bodies) assert.ok(!body.includes(uuid));
	});
});
