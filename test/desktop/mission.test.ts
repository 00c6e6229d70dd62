import assert from "node:assert/strict";
import { test } from "node:test";
import { firmware, startDesk, temporaryFolder } from "../support/desk";
import { httpsProof, md5Secret, Owner, request, untilClosed } from "../support/owner";

const entry = await firmware();

test("from the box to a new owner: the whole story of a device", async (t) => {
	const desk = await startDesk(t, { entry, args: ["--clock-rate", "10"] });
	const owner = new Owner(desk.http);

	const fresh = await owner.identify();
	assert.deepEqual([fresh.type, fresh.udid, fresh.paired], ["Ambient16", desk.udid, false]);
	await desk.waitFor(({ event, effect }) => event === "led" && effect === "pairing");

	const pairing = await owner.pair(desk.https);
	assert.deepEqual(pairing.json, { status: "ok", udid: desk.udid, pair: { paired: true } });
	await desk.waitFor(({ event, paired }) => event === "paired" && paired === true);
	await desk.waitFor(({ event, open }) => event === "pairing" && open === false);
	await desk.waitFor(({ event, effect }) => event === "led" && effect === "off");

	const stranger = new Owner(desk.http);
	let mark = desk.events.length;
	assert.equal((await stranger.send({ setColor: { color: "blue" } })).status, 401);
	assert.equal((await stranger.sendSigned({ setColor: { color: "blue" } })).status, 401);
	const isBlue = { event: "led", red: 0, green: 0, blue: 255, effect: "blink" };
	assert.ok(!desk.events.some((event) => matches(event, isBlue)), "it blinks for a stranger");
	assert.equal((await owner.send({ setColor: { color: "blue" } })).status, 200);
	await desk.waitFor((event) => matches(event, isBlue), 5_000, mark);
	await desk.waitFor((event) => matches(event, { event: "led", effect: "off" }), 5_000, mark);
	const blinks = desk.events.slice(mark).filter((event) => matches(event, isBlue)).length;
	assert.ok(blinks >= 9 && blinks <= 10, `it blinked ${blinks} times in 10 s`);

	mark = desk.events.length;
	const { token = "" } = await owner.identify();
	const { setHttps } = (await owner.send({ setHttps: { enabled: true, idle: 60 } })).json;
	await desk.waitFor(({ event, mode }) => event === "mode" && mode === "https", 5_000, mark);
	await untilClosed(() => request(desk.http));
	const settings = await owner.sendSigned({ getSettings: {} }, setHttps?.url);
	assert.equal(settings.fingerprint, setHttps?.fingerprint);
	assert.equal(setHttps?.proof, httpsProof(owner.uuid, token, settings.fingerprint ?? ""));
	assert.deepEqual(settings.json.getSettings?.auth, { md5: true });
	assert.equal((await owner.send({ setHttps: { enabled: false } }, setHttps?.url)).status, 200);
	await desk.waitFor(({ event, mode }) => event === "mode" && mode === "http", 5_000, mark);
	await untilClosed(() => request(desk.https));

	mark = desk.events.length;
	desk.send({ button: 11 });
	await desk.waitFor(({ event, effect }) => event === "led" && effect === "reset", 5_000, mark);
	await desk.waitFor(({ event }) => event === "reset", 5_000, mark);
	await desk.waitFor(({ event, open }) => event === "pairing" && open === true, 5_000, mark);
	const reset = await owner.identify();
	assert.equal(reset.paired, false);
	assert.notEqual(reset.token, token);
	assert.equal((await owner.send({ setColor: { color: "blue" } })).status, 409);
	assert.equal((await owner.sendSigned({ setColor: { color: "blue" } })).status, 409);

	const next = new Owner(desk.http);
	const again = await next.pair(desk.https);
	assert.equal(again.status, 200);
	assert.notEqual(again.fingerprint, pairing.fingerprint, "the certificate is still the same");
	assert.equal((await next.send({ setColor: { color: "blue" } })).status, 200);
	assert.equal((await owner.send({ setColor: { color: "blue" } })).status, 401);
	assert.deepEqual(problems(desk.output), []);
});

test("the button held for less than 10 s resets nothing", async (t) => {
	const desk = await startDesk(t, { entry, args: ["--clock-rate", "10"] });
	const owner = new Owner(desk.http);
	await owner.pair(desk.https);
	const mark = desk.events.length;
	desk.send({ button: 9 });
	await desk.waitFor(({ event, effect }) => event === "led" && effect === "reset", 5_000, mark);
	await desk.waitFor(({ event, effect }) => event === "led" && effect === "off", 5_000, mark);
	assert.equal((await owner.send({ getData: {} })).status, 200);
});

test("a movement is counted", async (t) => {
	const desk = await startDesk(t, { entry });
	const owner = new Owner(desk.http);
	await owner.pair(desk.https);
	for (const motion of ["left-to-right", "left-to-right", "right-to-left"]) desk.send({ motion });
	await desk.waitFor(({ motion }) => motion === "right-to-left");
	const { json } = await owner.send({ getData: {} });
	assert.deepEqual(json.getData?.events, { motion: { "left-to-right": 2, "right-to-left": 1 } });
});

test("after one hour of device time the token is new, and the old one worth nothing", async (t) => {
	const data = temporaryFolder(t);
	const first = await startDesk(t, { entry, data });
	const { uuid } = new Owner(first.http);
	assert.equal((await new Owner(first.http, uuid).pair(first.https)).status, 200);
	await first.stop();

	// An hour takes 10 s.
	const desk = await startDesk(t, { entry, data, args: ["--clock-rate", "360"] });
	const owner = new Owner(desk.http, uuid);
	const body = (token: string) =>
		JSON.stringify({ udid: desk.udid, secret: md5Secret(token, uuid), getData: {} });
	const { token: old = "" } = await owner.identify();
	await desk.waitFor(({ token }) => token === old);
	assert.equal((await request(desk.http, { body: body(old) })).status, 200);
	const { token = "" } = await desk.waitFor(
		(event) => event.token !== undefined && event.token !== old,
		60_000,
		desk.events.length,
	);
	const answer = await request(desk.http, { body: body(old) });
	assert.deepEqual([answer.status, answer.json.code], [401, "wrong-secret"]);
	assert.equal((await request(desk.http, { body: body(token) })).status, 200);
	assert.equal((await owner.identify()).paired, true);
	const tokens = desk.events.filter(({ event }) => event === "token").map(({ token }) => token);
	assert.equal(new Set(tokens).size, tokens.length);
});

function matches(event: object, wanted: object): boolean {
	return Object.entries(wanted).every(([name, value]) => (event as Record<string, unknown>)[name] === value);
}

function problems(output: string): string[] {
	return output.split("\n").filter((line) => line.includes('"problem"'));
}
