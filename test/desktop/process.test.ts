import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import { firmware, spawnDesk, startDesk, temporaryFolder } from "../support/desk";
import { Owner, untilOpen } from "../support/owner";

const entry = await firmware();

test("a port in use is told in one line, and nothing else happens", async (t) => {
	const desk = await startDesk(t, { entry });
	for (const [option, url] of [
		["--port", desk.http],
		["--https-port", desk.http],
	] as const) {
		const { port } = new URL(url);
		const second = spawnDesk(t, { entry, args: [option, port] });
		assert.equal(await second.exit, 1);
		assert.match(second.output, new RegExp(`^[^\n]*\\b${port}\\b[^\n]*${option}[^\n]*\n$`));
	}
	assert.equal((await new Owner(desk.http).identify()).paired, false);
});

test("a data folder in use is told in one line", async (t) => {
	const data = temporaryFolder(t);
	const desk = await startDesk(t, { entry, data });
	const second = spawnDesk(t, { entry, data });
	assert.equal(await second.exit, 1);
	assert.match(second.output, /^The data folder [^\n]* cannot be used: [^\n]*\n$/);
	assert.equal(await desk.stop(), 0);
});

test("wrong usage is told in one line", async (t) => {
	for (const args of [["--clock-rate", "0"], ["--nothing"]]) {
		const desk = spawnDesk(t, { entry, args });
		assert.equal(await desk.exit, 2);
		assert.match(desk.output, /^[^\n]+\n$/);
	}
});

for (const signal of ["SIGINT", "SIGTERM"] as const)
	test(`${signal} ends it cleanly, whoever is connected`, async (t) => {
		const desk = await startDesk(t, { entry });
		const { hostname, port } = new URL(desk.http);
		const socket = connect(Number(port), hostname);
		t.after(() => socket.destroy());
		await new Promise((resolve) => socket.once("connect", resolve));
		socket.on("error", () => {});
		socket.write("GET / HT");
		desk.kill(signal);
		assert.equal(await desk.exit, 0);
		assert.doesNotMatch(desk.output, /problem|Error| at /);
	});

test("after a restart it has the same udid, ports are given to it again, and the owner is known", async (t) => {
	const data = temporaryFolder(t);
	const first = await startDesk(t, { entry, data });
	const owner = new Owner(first.http);
	await owner.pair(first.https);
	const { port } = new URL(first.http);
	await first.stop();
	const second = await startDesk(t, { entry, data, args: ["--port", port] });
	assert.deepEqual([second.udid, second.http, second.paired], [first.udid, first.http, true]);
	assert.equal((await owner.send({ getData: {} })).status, 200);
});

test("what is typed and is no command is a problem, and ends nothing", async (t) => {
	const desk = await startDesk(t, { entry });
	for (const line of [{ button: -1 }, { motion: "up" }, {}, { button: 1, motion: "left-to-right" }, [1]])
		desk.send(line);
	await desk.waitFor(() => desk.events.filter(({ event }) => event === "problem").length === 5);
	assert.equal((await new Owner(desk.http).identify()).type, "Ambient16");
});

test("getStatus tells whether the power came, or it was told to restart", async (t) => {
	const desk = await startDesk(t, { entry });
	const owner = new Owner(desk.http);
	await owner.pair(desk.https);
	const reset = async () => (await owner.send({ getStatus: {} })).json.getStatus?.reset;
	assert.equal(await reset(), "power");
	const from = desk.events.length;
	await owner.sendSigned({ restart: {} });
	await desk.waitFor(({ event }) => event === "start", undefined, from);
	assert.equal(await untilOpen(reset), "restart");
});
