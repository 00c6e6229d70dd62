import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Sensor } from "../../client/node";
import { type Desk, startDesk } from "../../test/support/desk";
import { httpsProof, Owner, request, untilOpen } from "../../test/support/owner";
import { traceOf } from "../../test/support/traces";
import { allow, askApi, clientOf } from "./services/support";
import { startCloud, type TestCloud } from "./support/cloud";
import { recordTraffic } from "./support/traffic";
import { signIn, signUp, type Visitor } from "./support/visitor";

/** The device's time goes faster, and must not be ahead of the server's. */
const RATE = 10;
const AHEAD = 3_600_000;
/** ms until something has happened that takes a device seconds. */
const PATIENCE = 90_000;

/** What the link of a new sensor has in its fragment, and where its page is. */
async function addSensor(visitor: Visitor, name: string) {
	const { headers } = await visitor.submit("/sensors/new", { name });
	const path = headers.location ?? "";
	const { text } = await visitor.get(path);
	const link = /href="(https:\/\/192\.168\.4\.1\/setup#[^"]*)"/.exec(text)?.[1] ?? "";
	const { hash } = new URL(link.replaceAll("&#61;", "="));
	return { page: path.replace("/link", ""), pair: JSON.parse(decodeURIComponent(hash.slice(1))) };
}

/** Looks until it is so. */
async function until(what: string, look: () => Promise<boolean> | boolean): Promise<void> {
	const deadline = performance.now() + PATIENCE;
	while (!(await look())) {
		if (performance.now() > deadline) assert.fail(`never: ${what}`);
		await new Promise((resolve) => setTimeout(resolve, 100));
	}
}

/** Times of the windows that the device has measured, from its number `from` of events on. */
function measured(desk: Desk, from: number): number[] {
	return desk.events.slice(from).flatMap(({ event, time }) => (event === "window" && time ? [time] : []));
}

/** Times of the points that the server keeps of a sensor. */
async function kept({ services }: TestCloud, sensor: string): Promise<number[]> {
	const times: number[] = [];
	for await (const { time } of services.points.export(sensor)) times.push(time);
	return times;
}

/** The files of a server, but for its keys. */
function filesOf(folder: string): [name: string, text: string][] {
	return readdirSync(folder, { withFileTypes: true })
		.filter((file) => file.isFile() && file.name !== "key")
		.map(({ name }) => [name, readFileSync(join(folder, name), "latin1")]);
}

test("the whole story: an account, a sensor, its points, its light, a service, and the end of all", async (t) => {
	const traffic = recordTraffic(t);
	const cloud = await startCloud(t);
	Object.defineProperty(cloud.time, "now", { get: () => Date.now() + AHEAD });

	// An account, with the UUID that is made with it.
	const ada = await signUp(cloud, "ada-of-the-story");
	const uuid = /<code>([0-9a-f-]{36})<\/code>/.exec((await ada.get("/profile/uuid")).text)?.[1] ?? "";
	assert.match(uuid, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);

	// A sensor, paired with what the link brings.
	const { page, pair } = await addSensor(ada, "Story kitchen");
	const sensor = page.split("/")[2] ?? "";
	assert.equal(pair.uuid, uuid);
	const desk = await startDesk(t, { args: ["--clock-rate", `${RATE}`] });
	const body = JSON.stringify({ udid: desk.udid, pair });
	assert.ok(body.length < 4096, `${body.length} bytes are more than a sensor takes`);
	const paired = await untilOpen(() => request(desk.https, { body }));
	assert.deepEqual(paired.json.pair, { paired: true }, paired.text);
	const begin = desk.events.length;

	// Points arrive over TLS, and it is known as that sensor.
	await until("its first point", async () => !(await ada.get(`${page}/heard`)).text.includes("null"));
	await until("three points", async () => (await kept(cloud, sensor)).length >= 3);
	assert.ok((await ada.get(`${page}/settings`)).text.includes(desk.udid));
	await until("the broker", () => cloud.services.presence.of(sensor)?.status === "online");

	// A movement is shown as it comes, by the broker.
	desk.send({ motion: "left-to-right" });
	await until("a movement", async () => (await ada.get(page)).text.includes("Movement from left to right"));

	// A service is allowed to read, and does.
	const client = await clientOf(ada);
	const { access_token, refresh_token } = await allow(cloud, ada, { client });
	const from = Math.floor(Date.now() / 1000) - 60;
	const path = `/sensors/${sensor}/readings?from=${from}&to=${from + 3600}&step=10`;
	const { quantities } = JSON.parse((await askApi(cloud, path, access_token)).text);
	for (const name of ["temperature", "humidity", "co2"])
		assert.ok(quantities[name].mean.length >= 3, `${name} is not there`);

	// HTTPS mode suspends the points, and they come after it.
	const owner = new Owner(desk.http, uuid);
	const { token = "" } = await owner.identify();
	const { setHttps } = (await owner.sendSigned({ setHttps: { enabled: true, idle: 3600, limit: 3600 } }))
		.json;
	assert.equal(setHttps?.proof, httpsProof(uuid, token, setHttps?.fingerprint ?? ""));
	await until("suspended", () => cloud.services.presence.of(sensor)?.status === "suspended");
	const before = await kept(cloud, sensor);
	const mark = desk.events.length;
	await until("three windows", () => measured(desk, mark).length >= 3);
	assert.deepEqual(await kept(cloud, sensor), before, "points came in HTTPS mode");
	const light = { color: "#0000ff", effect: "blink", duration: "10", intensity: "100" };
	assert.match((await ada.submit(`${page}/light`, light)).text, /HTTPS mode[^<]*Nothing was sent/);
	await owner.sendSigned({ setHttps: { enabled: false } }, setHttps?.url);
	await until("online", () => cloud.services.presence.of(sensor)?.status === "online");
	const waited = measured(desk, begin);
	await until("what has waited", async () => {
		const times = await kept(cloud, sensor);
		return waited.every((time) => times.includes(time));
	});
	const times = await kept(cloud, sensor);
	assert.equal(new Set(times).size, times.length, "a point is kept twice");

	// The light blinks blue for 10 s, by an order from the App.
	const dark = desk.events.length;
	const told = await ada.submit(`${page}/light`, light);
	assert.match(told.text, /It blinks in #0000ff for 10 s\./, told.text);
	const isBlue = { event: "led", red: 0, green: 0, blue: 255, effect: "blink" };
	await desk.waitFor((event) => matches(event, isBlue), PATIENCE, dark);
	await desk.waitFor((event) => matches(event, { event: "led", effect: "off" }), PATIENCE, dark);
	const blinks = desk.events.slice(dark).filter((event) => matches(event, isBlue)).length;
	// One that is late on a busy computer is left out: a second of the device is a tenth here.
	assert.ok(blinks >= 5 && blinks <= 10, `it blinked ${blinks} times in 10 s`);

	// The service's access is ended.
	const action =
		/action="(\/services\/grants\/[^"]+\/end)"/.exec((await ada.get("/services")).text)?.[1] ?? "";
	await ada.submit("/services", {}, action);
	assert.equal((await askApi(cloud, path, access_token)).status, 401);

	// Whoever looks around sees all pages that there are.
	for (const path of [
		"/",
		"/sensors",
		page,
		`${page}/readings`,
		`${page}/points.csv`,
		`${page}/light`,
		`${page}/settings`,
	])
		assert.equal((await ada.get(path)).status, 200, path);
	for (const path of ["", "/tokens/new", "/keys/new", "/clients/new"])
		assert.equal((await ada.get(`/services${path}`)).status, 200, path);
	for (const path of ["", "/password", "/passkeys", "/recovery-codes", "/delete"])
		assert.equal((await ada.get(`/profile${path}`)).status, 200, path);

	// The UUID was shown in the profile, was in the link, and nowhere else.
	const showing = new RegExp(`^GET (/profile/uuid|${page}/link) `);
	let searched = 0;
	for (const { heard, said } of traffic) {
		searched += heard.length + said.length;
		assert.equal(traceOf(uuid, heard), undefined, `it came in ${heard.split("\r\n", 1)[0]}`);
		if (!showing.test(heard))
			assert.equal(traceOf(uuid, said), undefined, `in answer to ${heard.split("\r\n", 1)[0]}`);
	}
	assert.ok(
		traffic.some(({ heard }) => heard.startsWith("POST /api/v2/write")),
		"no points were seen",
	);
	assert.ok(
		traffic.some(({ heard }) => heard.includes(`/${desk.udid}/answer`)),
		"no answer was seen",
	);
	assert.ok(searched > 50_000, `only ${searched} bytes were seen`);
	for (const [name, text] of [
		...filesOf(cloud.config.folder),
		["the log", cloud.log.text],
		["the device", desk.output],
	])
		assert.equal(traceOf(uuid, text as string), undefined, `in ${name}`);
	for (const secret of [pair.influx.token, pair.mqtt.password, access_token, refresh_token])
		for (const [name, text] of [...filesOf(cloud.config.folder), ["the log", cloud.log.text]])
			assert.ok(!text?.includes(secret), `a token is in ${name}`);

	// A factory reset: the sensor is nobody's, and says farewell.
	const reset = desk.events.length;
	// The App's orders are an hour ahead of this computer's, as its clock is; the library knows what to do.
	await new Sensor(desk.http, { uuid }).factoryReset();
	await desk.waitFor(({ event }) => event === "reset", PATIENCE, reset);
	assert.equal((await owner.identify()).paired, false);
	await until("offline", () => cloud.services.presence.of(sensor)?.status !== "online");
	assert.match((await ada.submit(`${page}/light`, light)).text, /Nothing was sent/);

	// The account is deleted, with all that it had.
	await ada.submit("/profile/delete", { name: "ada-of-the-story" });
	assert.match((await signIn(cloud, "ada-of-the-story")).answer.text, /role="alert"/);
	assert.deepEqual(await kept(cloud, sensor), []);
	for (const [name, text] of filesOf(cloud.config.folder))
		for (const trace of ["ada-of-the-story", "Story kitchen", sensor, desk.udid])
			assert.ok(!text.includes(trace), `${trace} is in ${name}`);
});

function matches(event: object, wanted: object): boolean {
	return Object.entries(wanted).every(([name, value]) => (event as Record<string, unknown>)[name] === value);
}
