import assert from "node:assert/strict";
import { assertError, assertOk, type Group, Skip } from "../rule";

/** The commands that are taken over plain HTTP as well, field by field. */
export const commands: Group = {
	name: "commands",
	need: "owner",
	rules: [
		{
			name: "setColor fills in the defaults",
			async run(t) {
				const answer = await t.command({ setColor: { color: "blue" } });
				assertOk(answer);
				assert.deepEqual(answer.json, {
					status: "ok",
					udid: t.udid,
					setColor: { color: "#0000ff", effect: "blink", duration: 10, intensity: 100 },
				});
			},
		},
		{
			name: "setColor takes a name, off, #rrggbb, #rgb, and red, green and blue",
			async run(t) {
				for (const [color, shown] of [
					["red", "#ff0000"],
					["green", "#008000"],
					["lime", "#00ff00"],
					["white", "#ffffff"],
					["black", "#000000"],
					["orange", "#ffa500"],
					["#A1b2C3", "#a1b2c3"],
					["off", "#000000"],
					["OFF", "#000000"],
					["#1aF", "#11aaff"],
					["#000000", "#000000"],
					[{ red: 1, green: 2, blue: 255 }, "#0102ff"],
					[{ blue: 0, red: 255, green: 0 }, "#ff0000"],
				]) {
					const answer = await t.command({ setColor: { color, duration: 1 } });
					assertOk(answer);
					assert.equal(answer.json.setColor?.color, shown);
				}
			},
		},
		{
			name: "setColor takes its fields to the ends of their ranges",
			async run(t) {
				for (const fields of [
					{ effect: "solid", duration: 86400, intensity: 100 },
					{ effect: "solid", duration: null, intensity: 100 },
					{ effect: "breathe", duration: 10, intensity: 0 },
					{ effect: "blink", duration: 1, intensity: 1 },
				]) {
					const answer = await t.command({ setColor: { color: "#010203", ...fields } });
					assertOk(answer);
					assert.deepEqual(answer.json.setColor, { color: "#010203", ...fields });
				}
			},
		},
		{
			name: "setColor refuses what is no color",
			async run(t) {
				for (const color of [
					undefined,
					null,
					"",
					"bluish",
					"blue ",
					"#12",
					"#1234",
					"#12345",
					"123",
					"#1234567",
					"#12345g",
					"123456",
					"constructor",
					"__proto__",
					5,
					true,
					[],
					["blue"],
					[1, 2, 3],
					{},
					{ red: 1, green: 2 },
					{ red: 256, green: 0, blue: 0 },
					{ red: -1, green: 0, blue: 0 },
					{ red: 0.5, green: 0, blue: 0 },
					{ red: "1", green: 0, blue: 0 },
					{ red: null, green: 0, blue: 0 },
				])
					assertError(await t.command({ setColor: { color } }), 400, "invalid-field");
				const color = { red: 0, green: 0, blue: 0, alpha: 0 };
				assertError(await t.command({ setColor: { color } }), 400);
			},
		},
		{
			name: "setColor refuses fields out of their ranges, and names them",
			async run(t) {
				for (const [field, values] of Object.entries({
					effect: ["Blink", "", "flash", null, 1, ["blink"]],
					duration: [0, 0.5, 86401, -1, "10", "", true, [10], {}],
					intensity: [-1, 101, "50", null, false],
				}))
					for (const value of values) {
						const answer = await t.command({ setColor: { color: "red", [field]: value } });
						assertError(answer, 400, "invalid-field");
						assert.match(answer.json.message ?? "", new RegExp(field));
					}
				const infinite = `{"udid":"${t.udid}","setColor":{"color":"red","duration":1e999}}`;
				assertError(await t.command(infinite), 400, "invalid-field");
			},
		},
		{
			name: "an unknown field is refused and named",
			async run(t) {
				for (const order of [
					{ setColor: { color: "red", colour: "red" } },
					{ getData: { window: 1 } },
					{ setHttps: { enabled: false, idel: 5 } },
				]) {
					const answer = await t.command(order);
					assertError(answer, 400, "unknown-field");
					assert.match(answer.json.message ?? "", /colour|window|idel/);
				}
			},
		},
		{
			name: "an unknown command is refused and named",
			async run(t) {
				for (const name of ["setColour", "getdata", "Pair", "constructor", "__proto__", "toString"]) {
					const answer = await t.command(`{"udid":"${t.udid}","getData":{},"${name}":{}}`);
					assertError(answer, 400, "unknown-command");
					assert.ok(answer.json.message?.includes(name), `the message does not name ${name}`);
				}
				assertError(await t.command({ status: {} }), 400, "unknown-command");
			},
		},
		{
			name: "a command must be an object",
			async run(t) {
				for (const value of [null, true, 0, 1, "", "blue", [], [{}]])
					for (const name of ["setColor", "setHttps"])
						assertError(await t.command({ [name]: value }), 400, "invalid-field");
			},
		},
		{
			name: "a command without fields takes {}, [], null and true, and nothing else",
			async run(t) {
				for (const value of [{}, [], null, true]) assertOk(await t.command({ getData: value }));
				for (const value of [false, 0, 1, "", "true", [{}], [null]])
					assertError(await t.command({ getData: value }), 400, "invalid-field");
			},
		},
		{
			name: "factoryReset takes no null, which many clients send for what nobody has set",
			async run(t) {
				assertError(await t.command({ factoryReset: null }), 400, "invalid-field");
				assertOk(await t.command({ getData: {} }));
			},
		},
		{
			name: "a request without a command is refused",
			async run(t) {
				assertError(await t.command({}), 400, "no-command");
			},
		},
		{
			name: "several commands in a request are all carried out",
			async run(t) {
				const answer = await t.command({
					getData: {},
					setColor: { color: "black", duration: 1 },
					setHttps: { enabled: false },
				});
				assertOk(answer);
				assert.deepEqual(Object.keys(answer.json), ["status", "udid", "getData", "setColor", "setHttps"]);
				assert.deepEqual(answer.json.setHttps, { enabled: false });
			},
		},
		{
			name: "one invalid command refuses the whole request: HTTPS mode is not entered",
			async run(t) {
				for (const orders of [
					{ setHttps: { enabled: true }, setColor: { color: "bluish" } },
					{ setHttps: { enabled: true }, setColour: {} },
					{ setHttps: { enabled: true }, getData: { a: 1 } },
					{ setHttps: { enabled: true }, update: {} },
				])
					assertError(await t.command(orders), [400, 403, 501]);
				assert.equal((await t.send({ method: "GET" })).status, 200);
			},
		},
		{
			name: "a window has its time as soon as the clock is set",
			async run(t) {
				if (!(await t.hasClock())) throw new Skip("the device's clock is not set");
				const { window } = (await t.command({ getData: {} })).json.getData ?? {};
				if (!window) throw new Skip("there is no window yet");
				assert.equal(typeof window.time, "number");
			},
		},
		{
			name: "getData tells the window and the events, in their units",
			async run(t) {
				const answer = await t.command({ getData: {} });
				assertOk(answer);
				const { window, events } = answer.json.getData ?? {};
				assert.deepEqual(Object.keys(events?.motion ?? {}).sort(), ["left-to-right", "right-to-left"]);
				for (const count of Object.values(events?.motion ?? {}))
					assert.ok(Number.isInteger(count) && count >= 0, `${count} movements`);
				assert.notEqual(window, undefined);
				if (window) assertWindow({ ...window });
			},
		},
		{
			name: "getStatus tells how the device is",
			async run(t) {
				const answer = await t.command({ getStatus: {} });
				assertOk(answer);
				assertStatus(answer.json.getStatus ?? {});
				assertError(await t.command({ getStatus: { memory: true } }), 400, "unknown-field");
			},
		},
		{
			name: "setHttps refuses fields out of their ranges, and names them",
			async run(t) {
				for (const [field, values] of Object.entries({
					enabled: [undefined, null, "true", 1, 0, {}],
					idle: [4, 0, -5, 3601, "120", null, true],
					limit: [9, 0, -10, 3601, "900", null, []],
				}))
					for (const value of values) {
						const answer = await t.command({ setHttps: { enabled: true, [field]: value } });
						assertError(answer, 400, "invalid-field");
						assert.match(answer.json.message ?? "", new RegExp(field));
					}
			},
		},
		{
			name: "setInflux, setMqtt, setName and update are not taken over HTTP, or not there yet",
			async run(t) {
				for (const name of ["setInflux", "setMqtt", "setName", "update"]) {
					const answer = await t.command({ [name]: {} });
					assertError(answer, [403, 501], answer.status === 403 ? "https-only" : "not-implemented");
				}
			},
		},
		{
			name: "getSettings and setAuth are taken over HTTPS only",
			async run(t) {
				const before = await t.identify();
				for (const orders of [
					{ getSettings: {} },
					{ setAuth: { md5: true } },
					{ getData: {}, setAuth: { md5: false } },
				])
					assertError(await t.command(orders), 403, "https-only");
				assert.deepEqual(await t.identify(), before);
			},
		},
		{
			name: "restart and factoryReset over HTTP must be signed",
			async run(t) {
				const before = await t.identify();
				if (!before.auth?.includes("md5")) throw new Skip("MD5 secrets are switched off");
				for (const orders of [{ restart: {} }, { factoryReset: {} }, { getData: {}, factoryReset: {} }])
					assertError(await t.commandMd5(orders), 403, "https-only");
				assert.deepEqual(await t.identify(), before);
			},
		},
		{
			name: "a device with an owner is not paired again",
			async run(t) {
				const uuid = "6d9f0a4c-31e8-4b57-9c2a-e05b7f1d8a36";
				for (const orders of [{ pair: { uuid } }, { pair: { uuid }, getData: {} }]) {
					assertError(await t.command(orders), [400, 403, 409]);
					assertError(await t.post({ udid: t.udid, ...orders }), [400, 403, 409]);
				}
				assertOk(await t.command({ getData: {} }));
			},
		},
		{
			name: "a body that is no JSON object is refused",
			async run(t) {
				for (const body of [
					"",
					" ",
					"{",
					"{}}",
					"[]",
					"null",
					"5",
					'"a"',
					"{'udid':1}",
					'{"udid":1,}',
					"{udid:1}",
					"NaN",
					'{"udid":"\n"}',
				])
					assertError(await t.post(body), 400, "malformed-json");
			},
		},
		{
			name: "a body that is no UTF-8 is refused",
			async run(t) {
				const wire = await t.open();
				for (const bytes of [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xc0, 0xaf]]) {
					const body = Buffer.from([...Buffer.from('{"udid":"'), ...bytes, ...Buffer.from('"}')]);
					wire.send(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n`).send(body);
					assertError(await wire.response(), 400, "malformed-json");
				}
			},
		},
		{
			name: "JSON may be nested 8 deep, and no deeper",
			async run(t) {
				const nested = (depth: number, inner = "") =>
					`{"udid":${"[".repeat(depth - 1)}${inner}${"]".repeat(depth - 1)}}`;
				assertError(await t.post(nested(8)), 404, "wrong-udid");
				for (const body of [nested(9), "[".repeat(1024), '{"udid":'.repeat(125), nested(500)])
					assertError(await t.post(body), 400, "too-deep");
				assertError(await t.post(nested(7, `"${"[{".repeat(100)}\\"[["`)), 404, "wrong-udid");
			},
		},
		{
			name: "a key that is there twice does not get past the checks",
			async run(t) {
				const twice = `{"udid":"${t.udid}","getData":{},"getData":{"a":1}}`;
				assertError(await t.command(twice), 400, "unknown-field");
				const prototype = `{"udid":"${t.udid}","__proto__":{"getData":{}}}`;
				assertError(await t.command(prototype), 400, "unknown-command");
			},
		},
	],
};

/** Where a quantity can be found on Earth. */
const RANGES: Record<string, [least: number, most: number]> = {
	temperature: [-60, 80],
	humidity: [0, 100],
	pressure: [30_000, 120_000],
	illuminance: [0, 200_000],
	co2: [0, 100_000],
	motion: [0, Number.MAX_VALUE],
};

export function assertWindow(window: Record<string, unknown>): void {
	const { time, seconds, samples, motionEvents, ...quantities } = window;
	if (time !== null) assert.ok(Number.isInteger(time) && (time as number) % 10 === 0, `time is ${time}`);
	assert.equal(seconds, 10);
	assert.ok(Number.isInteger(samples) && (samples as number) > 0, `samples is ${samples}`);
	if (motionEvents !== undefined)
		assert.ok(
			Number.isInteger(motionEvents) && (motionEvents as number) >= 0,
			`motionEvents is ${motionEvents}`,
		);
	for (const [name, value] of Object.entries(quantities)) {
		const [least, most] = RANGES[name] ?? [];
		assert.ok(least !== undefined && most !== undefined, `there is no quantity ${name}`);
		assert.ok(typeof value === "number" && value >= least && value <= most, `${name} is ${value}`);
	}
}

const RESETS = ["power", "restart", "crash", "watchdog", "brownout", "external", "unknown"];
const UPDATES = ["idle", "checking", "downloading", "restarting", "failed", "current"];

function isCount(value: unknown): boolean {
	return Number.isInteger(value) && (value as number) >= 0;
}

// biome-ignore lint/suspicious/noExplicitAny: whatever the device said
function assertStatus(status: any): void {
	const {
		version,
		uptime,
		reset,
		time,
		address,
		wifi,
		memory,
		connections,
		points,
		events,
		update,
		problems,
	} = status;
	assert.match(version, /^\d+\.\d+\.\d+/);
	assert.ok(isCount(uptime), `uptime ${uptime}`);
	assert.ok(RESETS.includes(reset), `reset ${reset}`);
	assert.ok(time === null || isCount(time), `time ${time}`);
	assert.ok(address === null || typeof address === "string");
	if (wifi) {
		assert.equal(typeof wifi.ssid, "string");
		assert.ok(Number.isInteger(wifi.rssi) && wifi.rssi < 0 && isCount(wifi.channel));
	}
	if (memory) for (const value of Object.values({ ...memory.xs, ...memory.heap })) assert.ok(isCount(value));
	// One of them carries the question.
	assert.ok(connections.http + connections.https > 0);
	for (const count of ["waiting", "sent", "lost", "refused"]) assert.ok(isCount(points[count]), count);
	assert.equal(typeof events.connected, "boolean");
	assert.ok(UPDATES.includes(update.state), update.state);
	assert.equal(typeof update.trial, "boolean");
	assert.ok(problems.length <= 16);
	for (const { time: at, message, count } of problems) {
		assert.ok(at === null || isCount(at));
		assert.equal(typeof message, "string");
		assert.ok(isCount(count) && count > 0);
	}
}
