import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { describe, test } from "node:test";
import { type DeskAction, deskActionOf } from "../../../hosts/desktop/action";
import type { Message } from "../../../hosts/desktop/panel/message";
import { openPanel } from "../../../hosts/desktop/panel/open";
import { ENTRIES, OUTAGES, Panel, TOKEN_LIFE, WINDOWS } from "../../../hosts/desktop/panel/panel";
import { Ring } from "../../../hosts/desktop/panel/ring";
import * as limits from "../../../modules/limits";
import { FakeTime } from "../../fakes/host";
import { startDesk } from "../../support/desk";
import { Owner, request, untilOpen } from "../../support/owner";
import { ask, Follower, order } from "../../support/panel";
import { traceOf } from "../../support/traces";

type Test = Parameters<typeof startDesk>[0];

const PARTS = { udid: "10000fb38278", httpPort: 8080, httpsPort: 8443, clockRate: 1 };

function makePanel() {
	const clock = new FakeTime();
	const panel = new Panel({ ...PARTS, clock });
	const messages: Message[] = [];
	panel.onMessage = (message) => messages.push(message);
	return { panel, clock, messages };
}

/** A panel that is served, and what is ordered of it. */
async function open(t: Test, port = 0) {
	const orders: DeskAction[] = [];
	const opened = await openPanel({ ...PARTS, clock: new FakeTime(), port });
	assert.ok(opened);
	opened.onAction = (action) => orders.push(action);
	t.after(() => opened.close());
	return { ...opened, orders, url: `http://127.0.0.1:${opened.port}` };
}

describe("a ring", () => {
	test("keeps the latest, the oldest first", () => {
		const ring = new Ring<number>(3);
		for (const [next, all] of [
			[1],
			[1, 2],
			[1, 2, 3],
			[2, 3, 4],
			[3, 4, 5],
			[4, 5, 6],
			[5, 6, 7],
		].entries()) {
			ring.push(next + 1);
			assert.deepEqual(ring.all(), all);
		}
		ring.clear();
		assert.deepEqual(ring.all(), []);
	});
});

describe("orders", () => {
	for (const text of [
		'{"pressed":true}',
		'{"network":false}',
		'{"power":true}',
		'{"breath":true}',
		'{"button":11}',
		'{"motion":"left-to-right"}',
	])
		test(`${text} is one`, () => assert.deepEqual(deskActionOf(text), JSON.parse(text)));

	for (const text of [
		"",
		"null",
		"[]",
		"{}",
		'{"power":1}',
		'{"breath":false}',
		'{"power":true,"network":true}',
		'{"__proto__":true}',
	])
		test(`${text || "nothing"} is none`, () => assert.equal(typeof deskActionOf(text), "string"));
});

describe("what is to be seen", () => {
	test("the LED at this instant, and the color of its effect between two blinks", () => {
		const { panel } = makePanel();
		panel.event({ event: "led", red: 0, green: 0, blue: 255, effect: "blink" });
		panel.glow(0, 0, 255);
		assert.deepEqual(
			[panel.whole().state?.light, panel.whole().state?.color, panel.whole().state?.effect],
			["#0000ff", "#0000ff", "blink"],
		);
		panel.glow(0, 0, 0);
		panel.event({ event: "led", red: 0, green: 0, blue: 0, effect: "blink" });
		assert.deepEqual([panel.whole().state?.light, panel.whole().state?.color], ["#000000", "#0000ff"]);
		panel.event({ event: "led", red: 0, green: 0, blue: 0, effect: "off" });
		assert.deepEqual([panel.whole().state?.color, panel.whole().state?.effect], ["#000000", "off"]);
	});

	test("the simulated Wi-Fi, which is no cable that somebody plugs in", () => {
		const { panel } = makePanel();
		assert.equal(panel.whole().state?.wifi, null);
		const wifi = { joined: "Home", accessPoint: false, router: true, newPassword: false };
		panel.air(wifi);
		assert.deepEqual([panel.whole().state?.wifi, panel.whole().entries], [wifi, []]);
	});

	test("the token, until when it is good, and as long as the firmware has it", () => {
		const { panel, clock } = makePanel();
		panel.event({ event: "token", token: "uulroqkt" });
		assert.equal(panel.whole().state?.tokenEnds, clock.now() + 3_600_000);
		assert.equal(TOKEN_LIFE, limits.TOKEN_LIFE);
	});

	test("until when HTTPS mode lasts: the idle time after each command of the owner, and the limit at most", () => {
		const { panel, clock } = makePanel();
		const ends = () => (panel.whole().state?.httpsEnds ?? 0) - clock.now();
		const asks = { event: "request", address: "192.0.2.1", method: "POST", path: "/" } as const;
		panel.event({ event: "mode", mode: "https" });
		panel.event({ event: "https", idle: 120, limit: 150 });
		assert.equal(ends(), 120_000);
		clock.advance(20_000);
		panel.event({ ...asks, secure: true, status: 200, commands: ["getData"] });
		assert.equal(ends(), 120_000);
		clock.advance(20_000);
		panel.event({ ...asks, secure: true, status: 200, commands: [] });
		panel.event({ ...asks, secure: true, status: 401, commands: ["getData"] });
		panel.event({ ...asks, secure: false, status: 200, commands: ["getData"] });
		assert.equal(ends(), 100_000);
		clock.advance(20_000);
		panel.event({ ...asks, secure: true, status: 200, commands: ["getData"] });
		assert.equal(ends(), 90_000);
		panel.event({ event: "mode", mode: "http" });
		assert.equal(panel.whole().state?.httpsEnds, 0);
	});

	test("until when it can be paired, anew with each press of the button", () => {
		const { panel, clock } = makePanel();
		panel.event({ event: "pairing", open: true });
		assert.equal(panel.whole().state?.pairingEnds, clock.now() + limits.PAIRING_TIME);
		clock.advance(60_000);
		panel.touch({ pressed: true });
		panel.touch({ pressed: false });
		assert.equal(panel.whole().state?.pairingEnds, clock.now() + limits.PAIRING_TIME);
	});

	test("a wave and a breath while they happen, and not again to who comes late", () => {
		const { panel, messages } = makePanel();
		panel.event({ event: "motion", motion: "left-to-right" });
		panel.breathe();
		panel.flush();
		assert.deepEqual(messages[0]?.gestures, ["left-to-right", "breath"]);
		assert.equal(panel.whole().gestures, undefined);
		assert.deepEqual(
			panel.whole().entries?.map(({ kind }) => kind),
			["motion", "breath"],
		);
	});

	test("requests with their answers", () => {
		const { panel, clock } = makePanel();
		const request = { method: "POST", path: "/", status: 200, commands: ["setColor"] };
		panel.event({ event: "request", secure: false, address: "192.0.2.1", ...request });
		const entry = { kind: "request", status: 200, text: "POST / setColor (HTTP, 192.0.2.1)" };
		assert.deepEqual(panel.whole().entries, [{ time: clock.now(), ...entry }]);
	});

	test("windows without a time are not plotted", () => {
		const { panel } = makePanel();
		assert.deepEqual(panel.whole().windows, []);
	});

	test("an outage has its beginning and its end, and one does not begin twice", () => {
		const { panel, clock } = makePanel();
		const from = clock.now();
		panel.touch({ network: false });
		panel.touch({ network: false });
		assert.deepEqual(panel.whole().outages, [{ kind: "network", from }]);
		clock.advance(5_000);
		panel.touch({ network: true });
		panel.touch({ network: true });
		assert.deepEqual(panel.whole().outages, [{ kind: "network", from, to: from + 5_000 }]);
	});

	test("without power all that was in memory is gone, and points on flash are not", () => {
		const { panel } = makePanel();
		panel.event({ event: "paired", paired: true });
		panel.event({ event: "token", token: "uulroqkt" });
		panel.event({ event: "mode", mode: "https" });
		panel.event({ event: "cloud", database: true, waiting: 7, sent: 3, lost: 0, error: "it answers 500" });
		panel.glow(255, 0, 0);
		panel.touch({ power: false });
		const { state, outages } = panel.whole();
		assert.deepEqual([state?.token, state?.mode, state?.light], ["", "http", "#000000"]);
		assert.deepEqual(state?.cloud, { database: true, waiting: 7, sent: 3, lost: 0 });
		assert.deepEqual(
			outages?.map(({ kind, to }) => [kind, to !== undefined]),
			[
				["https", true],
				["power", false],
			],
		);
	});

	test("what changes within a frame is told at once, each thing as it is last", () => {
		const { panel, messages } = makePanel();
		for (let blue = 0; blue < 200; blue++) panel.glow(0, 0, blue);
		panel.event({ event: "window", time: 10, readings: { co2: 420 } });
		panel.flush();
		panel.flush();
		assert.equal(messages.length, 1);
		assert.deepEqual(messages[0]?.state, { light: "#0000c7" });
		assert.deepEqual(messages[0]?.windows, [{ time: 10, readings: { co2: 420 }, waiting: 0 }]);
	});

	test("nothing is held back for longer than a frame", (t) => {
		t.mock.timers.enable({ apis: ["setTimeout"] });
		const { panel, messages } = makePanel();
		panel.glow(0, 0, 255);
		t.mock.timers.tick(16);
		assert.deepEqual(messages[0]?.state, { light: "#0000ff" });
		panel.glow(0, 0, 254);
		panel.glow(0, 0, 253);
		t.mock.timers.tick(16);
		t.mock.timers.tick(1_000);
		assert.deepEqual(
			messages.map(({ state }) => state?.light),
			["#0000ff", "#0000fd"],
		);
	});

	test("two days of windows, requests and outages are no more than one, told or not", () => {
		const { panel, clock } = makePanel();
		const pass = (from: number) => {
			for (let window = from; window < from + WINDOWS; window++) {
				clock.advance(10_000);
				panel.event({ event: "window", time: window * 10, readings: { temperature: window / 1000 } });
				panel.event({ event: "problem", message: `${window}` });
				panel.touch({ network: window % 2 === 0 });
			}
			const { windows, entries, outages } = panel.whole();
			return [windows?.length, entries?.length, outages?.length];
		};
		assert.deepEqual(pass(0), [WINDOWS, ENTRIES, OUTAGES]);
		assert.deepEqual(pass(WINDOWS), [WINDOWS, ENTRIES, OUTAGES]);
		assert.equal(panel.whole().windows?.[0]?.time, WINDOWS * 10);
		let told: Message | undefined;
		panel.onMessage = (message) => {
			told = message;
		};
		panel.flush();
		assert.deepEqual([told?.windows?.length, told?.entries?.length], [WINDOWS, ENTRIES]);
	});
});

describe("the server", { timeout: 600_000 }, () => {
	test("serves the page with all that it needs, and allows it nothing from elsewhere", async (t) => {
		const { url } = await open(t);
		const { status, headers, text } = await ask(`${url}/`);
		assert.equal(status, 200);
		const policy = String(headers["content-security-policy"]);
		assert.match(policy, /default-src 'none'.*frame-ancestors 'none'/);
		assert.doesNotMatch(policy, /unsafe|\*|https?:/);
		const needed = [...text.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, path]) => path);
		assert.equal(needed.length, 4);
		for (const path of needed) assert.equal((await ask(`${url}${path}`)).status, 200, path);
		assert.doesNotMatch(text, /https?:\/\//);
	});

	for (const host of [
		"evil.example",
		"evil.example:PORT",
		"127.0.0.1",
		"localhost",
		"localhost:1",
		"[::1]:PORT",
	])
		test(`called ${host} it refuses everything (DNS rebinding)`, async (t) => {
			const { url, port, orders } = await open(t);
			const Host = host.replace("PORT", `${port}`);
			for (const path of ["/", "/events", "/main.js"])
				assert.equal((await ask(`${url}${path}`, { headers: { Host } })).status, 403);
			const headers = { Host, Origin: `http://${Host}`, "X-Ambient16": "panel" };
			const wish = { method: "POST", headers, body: '{"power":false}' };
			assert.equal((await ask(`${url}/do`, wish)).status, 403);
			assert.deepEqual(orders, []);
		});

	test("takes an order from its own page only (CSRF)", async (t) => {
		const { url, port, orders } = await open(t);
		const own = { Origin: url, "X-Ambient16": "panel" };
		const foreign: Record<string, string>[] = [
			{},
			{ Origin: url },
			{ "X-Ambient16": "panel" },
			{ ...own, Origin: "null" },
			{ ...own, Origin: "http://evil.example" },
			{ ...own, Origin: `http://localhost:${port}` },
			{ ...own, Origin: `https://127.0.0.1:${port}` },
			{ ...own, Origin: `http://127.0.0.1:${port + 1}` },
		];
		const wish = { method: "POST", body: '{"power":false}' };
		for (const headers of foreign) {
			const { status } = await ask(`${url}/do`, { ...wish, headers });
			assert.equal(status, 403, JSON.stringify(headers));
		}
		assert.deepEqual(orders, []);
		assert.equal((await ask(`${url}/do`, { ...wish, headers: own })).status, 204);
		assert.deepEqual(orders, [{ power: false }]);
	});

	test("a page from elsewhere cannot ask whether it may (CORS), and cannot read events", async (t) => {
		const { url } = await open(t);
		const Origin = "http://evil.example";
		const asked = { Origin, "Access-Control-Request-Headers": "x-ambient16" };
		const preflight = await ask(`${url}/do`, { method: "OPTIONS", headers: asked });
		assert.equal(preflight.status, 403);
		const { status, headers } = await ask(`${url}/events`, { headers: { Origin } });
		assert.equal(status, 403);
		for (const answer of [preflight.headers, headers])
			assert.equal(answer["access-control-allow-origin"], undefined);
	});

	for (const [what, body, status] of [
		["that is none", '{"uuid":"x"}', 400],
		["that is not JSON", "power", 400],
	] as const)
		test(`an order ${what} is refused`, async (t) => {
			const { url, orders } = await open(t);
			const headers = { Origin: url, "X-Ambient16": "panel" };
			assert.equal((await ask(`${url}/do`, { method: "POST", headers, body })).status, status);
			assert.deepEqual(orders, []);
		});

	test("an order without end is cut off", async (t) => {
		const { url, orders } = await open(t);
		await order(url, { power: "x".repeat(100_000) }).catch(() => {});
		assert.deepEqual(orders, []);
	});

	test("other methods and paths are refused", async (t) => {
		const { url } = await open(t);
		for (const path of ["/../main.ts", "/page/index.html", "/constructor", "/..%2fmain.ts"])
			assert.equal((await ask(`${url}${path}`)).status, 404, path);
		const { status, headers } = await ask(`${url}/`, { method: "DELETE" });
		assert.deepEqual([status, headers.allow], [405, "GET"]);
		assert.equal((await ask(`${url}/do`)).status, 405);
	});

	test("who comes late sees the whole, and everybody what changes", async (t) => {
		const { url, panel } = await open(t);
		panel.event({ event: "window", time: 10, readings: { co2: 420 } });
		const first = new Follower(url, t);
		await first.until(({ windows }) => windows.length === 1);
		panel.event({ event: "window", time: 20, readings: { co2: 430 } });
		const second = new Follower(url, t);
		for (const it of [first, second]) await it.until(({ windows }) => windows.length === 2);
		panel.glow(1, 2, 3);
		for (const it of [first, second]) await it.until(({ state }) => state.light === "#010203");
		for (const { windows } of [first, second])
			assert.deepEqual(
				windows.map(({ time }) => time),
				[10, 20],
			);
	});

	test("a page that does not read is left, so that nothing piles up for it", async (t) => {
		const { url, port, panel, orders } = await open(t);
		const page = connect(port, "127.0.0.1");
		t.after(() => page.destroy());
		page.on("error", () => {});
		page.pause().write(`GET /events HTTP/1.1\r\nHost: ${new URL(url).host}\r\n\r\n`);
		// Left, it has no finger on the button any more. 90 MB would be more than the system holds for it.
		for (let day = 0; day < 60 && orders.length === 0; day++) {
			for (let window = day * WINDOWS; window < (day + 1) * WINDOWS; window++)
				panel.event({ event: "window", time: window * 10, readings: { co2: window } });
			panel.flush();
			await new Promise((resolve) => setImmediate(resolve));
		}
		assert.deepEqual(orders, [{ pressed: false }]);
	});

	test("when the last page goes, no finger is left on the button", async (t) => {
		const { url, orders } = await open(t);
		const [first, second] = [new Follower(url, t), new Follower(url, t)];
		await first.until(() => true);
		await second.until(() => true);
		first.close();
		assert.equal((await ask(`${url}/`)).status, 200);
		assert.deepEqual(orders, []);
		second.close();
		while (orders.length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
		assert.deepEqual(orders, [{ pressed: false }]);
	});

	test("listens on this computer's loopback only", async (t) => {
		const { port } = await open(t);
		const other = createServer();
		t.after(() => other.close());
		// Another loopback address is free all the same.
		other.listen(port, "127.0.0.2");
		const [error] = await Promise.race([once(other, "listening"), once(other, "error")]);
		if (error) t.skip("this machine has one loopback address only");
	});

	test("takes another port where its own is taken, or one of the device's", async (t) => {
		const taken = createServer().listen(0, "127.0.0.1");
		t.after(() => taken.close());
		await once(taken, "listening");
		const { port: wanted } = taken.address() as AddressInfo;
		assert.notEqual((await open(t, wanted)).port, wanted);
		assert.notEqual((await open(t, PARTS.httpPort)).port, PARTS.httpPort);
	});
});

describe("a device at a desk with its panel", { timeout: 600_000 }, () => {
	test("the LED follows a command, and nothing that the panel tells holds the UUID", async (t) => {
		const desk = await startDesk(t);
		const page = new Follower(desk.panel, t);
		await page.until(({ state }) => state.pairing && !state.paired);
		const owner = new Owner(desk.http);
		assert.equal((await owner.pair(desk.https)).status, 200);
		await page.until(({ state }) => state.paired);
		await owner.send({ setColor: { color: "#123456", effect: "solid" } });
		await page.until(({ state }) => state.light === "#123456" && state.effect === "solid");
		await request(`${desk.http}/${owner.uuid}`);
		await owner.send({ [owner.uuid]: {} });
		await page.until(({ entries }) => entries.filter(({ status }) => status === 400).length > 0);
		assert.equal(traceOf(owner.uuid, page.text), undefined);
		assert.ok(page.entries.some(({ status, text }) => status === 200 && text.includes("setColor")));
	});

	test("the button, held from the panel, forgets the owner", async (t) => {
		const desk = await startDesk(t, { args: ["--clock-rate", "20"] });
		const page = new Follower(desk.panel, t);
		await new Owner(desk.http).pair(desk.https);
		await page.until(({ state }) => state.paired);
		await order(desk.panel, { pressed: true });
		await page.until(({ state }) => state.pressed && state.effect === "reset");
		await page.until(({ state }) => !state.paired);
		await order(desk.panel, { pressed: false });
		await page.until(({ state }) => !state.pressed);
	});

	test("a wave and a breath are measured", async (t) => {
		const desk = await startDesk(t, { args: ["--clock-rate", "20"] });
		const page = new Follower(desk.panel, t);
		await page.until(({ windows }) => windows.length > 0);
		const before = page.windows[0]!.readings.co2!;
		await order(desk.panel, { breath: true });
		await order(desk.panel, { motion: "right-to-left" });
		await desk.waitFor(({ event, motion }) => event === "motion" && motion === "right-to-left");
		await page.until(({ windows }) => windows.some(({ readings }) => readings.co2! > before + 900));
	});

	test("with the network pulled it cannot be reached, and points wait until it is plugged in", async (t) => {
		const desk = await startDesk(t, { args: ["--clock-rate", "20"] });
		const lines: string[] = [];
		const database = createServer((socket) => {
			socket.on("error", () => {});
			socket.on("data", (bytes) => {
				const text = bytes.toString();
				lines.push(...(text.match(/^ambient16,.*$/gm) ?? []));
				if (text.includes("ambient16,udid=")) socket.write("HTTP/1.1 204 No Content\r\n\r\n");
			});
		}).listen(0, "127.0.0.1");
		t.after(() => database.close());
		await once(database, "listening");
		const page = new Follower(desk.panel, t);
		const owner = new Owner(desk.http);
		await owner.pair(desk.https);
		await untilOpen(() => owner.send({ setHttps: { enabled: true, idle: 3600, limit: 3600 } }));
		const url = `http://127.0.0.1:${(database.address() as AddressInfo).port}`;
		const commands = { setInflux: { url, database: "home" }, setHttps: { enabled: false } };
		const answer = await untilOpen(() => owner.sendSigned(commands, desk.https));
		assert.equal(answer.status, 200, answer.text);
		await page.until(({ state }) => state.cloud.sent > 1);

		await order(desk.panel, { network: false });
		await assert.rejects(owner.identify());
		await page.until(({ state }) => !state.network && state.cloud.waiting > 3);
		assert.equal(page.state.cloud.error, "the network is unplugged");
		assert.equal(page.outages.at(-1)?.to, undefined);
		const sent = lines.length;
		await page.until(({ state }) => state.cloud.waiting > 5);
		assert.equal(lines.length, sent);

		await order(desk.panel, { network: true });
		await page.until(({ state }) => state.network && state.cloud.waiting === 0 && !state.cloud.error);
		assert.equal((await owner.identify()).paired, true);
		assert.deepEqual([page.outages.at(-1)?.kind, page.outages.at(-1)?.to !== undefined], ["network", true]);
		// What was on its way when the cable was pulled may come twice; the time is the key.
		const times = new Set(lines.map((line) => Number(line.split(" ").at(-1))));
		const [first = 0] = times;
		for (const { time } of page.windows.slice(0, -1))
			assert.ok(time < first || times.has(time), `the point of ${time} was lost`);
	});

	test("with the power pulled it is gone without a goodbye, and starts anew with a new token", async (t) => {
		const desk = await startDesk(t);
		const page = new Follower(desk.panel, t);
		const owner = new Owner(desk.http);
		await owner.pair(desk.https);
		await page.until(({ state }) => state.paired);
		const { token } = await owner.identify();
		await untilOpen(() => owner.send({ setHttps: { enabled: true } }));
		await page.until(({ state }) => state.mode === "https");
		const told = desk.events.length;
		await order(desk.panel, { power: false });
		await page.until(({ state }) => !state.power && state.light === "#000000");
		await assert.rejects(owner.identify());
		await assert.rejects(request(desk.https));
		assert.deepEqual(desk.events.slice(told), []);
		await order(desk.panel, { pressed: true });
		await order(desk.panel, { power: true });
		await page.until(({ state }) => state.power && state.token !== "");
		const { token: renewed, paired } = await untilOpen(() => owner.identify());
		assert.ok(paired && renewed !== token);
		assert.equal(desk.events.filter(({ event }) => event === "ready").length, 2);
		assert.equal(await desk.stop(), 0);
	});
});
