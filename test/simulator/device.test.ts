import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { conform, type Result } from "../conformance/suite";
import { endpointOf } from "../conformance/wire";
import { Owner } from "../support/owner";
import { freePort } from "../support/ports";
import { Simulator, simulate, skip } from "./simulator";

/** The suite waits for time-outs, and for half a minute for wrong secrets. */
const LIMIT = { timeout: 900_000 };

describe("the firmware on Moddable XS", { skip }, () => {
	test("keeps the protocol, over HTTP and HTTPS, from its pairing to its reset", LIMIT, async (t) => {
		const [port, httpsPort] = [freePort(), freePort()];
		const { simulator, http } = await simulate(t, {
			env: { AMBIENT16_PORT: `${port}`, AMBIENT16_HTTPS_PORT: `${httpsPort}` },
		});
		const results: Result[] = [];
		await conform(
			{ http: endpointOf(http), https: endpointOf(`https://127.0.0.1:${httpsPort}`) },
			(result) => results.push(result),
			() => {},
		);
		for (const { name, outcome, detail } of results)
			await t.test(name, { skip: outcome === "skip" && detail }, () =>
				assert.notEqual(outcome, "fail", detail),
			);
		assert.ok(results.filter(({ outcome }) => outcome === "pass").length > 130);
		assert.equal(
			simulator.events.find(({ event }) => event === "problem"),
			undefined,
		);
	});

	test("starts anew on command, with the same owner and another token", async (t) => {
		const owner = new Owner("", randomUUID());
		const { simulator, http } = await simulate(t, { uuid: owner.uuid });
		const signer = new Owner(http, owner.uuid);
		const before = await signer.identify();
		const from = simulator.events.length;
		assert.equal((await signer.sendSigned({ restart: {} })).status, 200);
		const again = new Owner(
			(await simulator.event(({ event }) => event === "ready", from)).http!,
			owner.uuid,
		);
		const after = await again.identify();
		assert.equal(after.udid, before.udid);
		assert.equal(after.paired, true);
		assert.notEqual(after.token, before.token);
		const { reset, memory } = (await again.send({ getStatus: {} })).json.getStatus ?? {};
		assert.equal(reset, "restart");
		assert.deepEqual(Object.keys((memory as { xs: object }).xs), ["slots", "chunks"]);
		assert.ok(!simulator.output.includes(owner.uuid), "the UUID is in the traces");
	});

	test("draws other numbers at each start (the SDK's are the same; OpenEVSE #1093)", async (t) => {
		const tokens = new Set<string | undefined>();
		const udids = new Set<string | undefined>();
		for (let i = 0; i < 3; i++) {
			const { http } = await simulate(t);
			const { token, udid } = await new Owner(http).identify();
			tokens.add(token);
			udids.add(udid);
		}
		assert.equal(tokens.size, 3);
		assert.equal(udids.size, 3);
	});

	test("keeps its udid, or takes one, in the data folder", async (t) => {
		const data = mkdtempSync(join(tmpdir(), "ambient16-"));
		t.after(() => rmSync(data, { recursive: true, force: true }));
		const wanted = "1000aabbccdd";
		const first = await simulate(t, { data, env: { AMBIENT16_UDID: wanted } });
		assert.equal((await new Owner(first.http).identify()).udid, wanted);
		await first.simulator.stop();
		const second = await simulate(t, { data });
		assert.equal((await new Owner(second.http).identify()).udid, wanted);
	});

	test("forgets its owner when the button is held for 11 s, here at ten times the speed", async (t) => {
		const { simulator, http } = await simulate(t, {
			uuid: randomUUID(),
			env: { AMBIENT16_CLOCK_RATE: "10" },
		});
		const file = join(simulator.data, "flash", "uuid");
		assert.ok(existsSync(file));
		simulator.send({ button: 11 });
		await simulator.event(({ event }) => event === "reset");
		assert.equal((await new Owner(http).identify()).paired, false);
		assert.ok(!existsSync(file));
	});

	test("does not begin to forget it when the button is pressed for a moment", async (t) => {
		const { simulator, http } = await simulate(t, { uuid: randomUUID() });
		simulator.send({ button: 0.1 });
		simulator.send({ motion: "left-to-right" });
		await simulator.event(({ event }) => event === "motion");
		assert.equal((await new Owner(http).identify()).paired, true);
	});

	test("shows a color, and says so in a line", async (t) => {
		const owner = new Owner("", randomUUID());
		const { simulator, http } = await simulate(t, { uuid: owner.uuid });
		await new Owner(http, owner.uuid).send({ setColor: { color: "red", effect: "solid" } });
		await simulator.event(({ event, red, effect }) => event === "led" && red === 255 && effect === "solid");
	});

	test("tells lines on standard input that it does not know", async (t) => {
		const { simulator } = await simulate(t);
		for (const action of [{ button: -1 }, { jump: 1 }, []]) {
			const from = simulator.events.length;
			simulator.send(action);
			await simulator.event(({ event }) => event === "problem", from);
		}
	});

	test("tells in a line what is wrong with the environment, and ends", async (t) => {
		const file = join(mkdtempSync(join(tmpdir(), "ambient16-")), "file");
		writeFileSync(file, "");
		for (const [env, message] of [
			[{ AMBIENT16_PORT: "80a" }, /AMBIENT16_PORT must be/],
			[{ AMBIENT16_UDID: "1000AABBCCDD" }, /AMBIENT16_UDID must be/],
			[{ AMBIENT16_CLOCK_RATE: "0" }, /AMBIENT16_CLOCK_RATE must be/],
			[{ AMBIENT16_DATA: join(file, "data") }, /the data folder .* cannot be used/],
		] as const) {
			const simulator = new Simulator({ env });
			t.after(() => simulator.stop());
			assert.notEqual(await simulator.ended(), 0);
			const lines = simulator.output.trimEnd().split("\n");
			assert.match(lines.at(-1) as string, message);
			assert.equal(lines.filter((line) => message.test(line)).length, 1);
		}
	});

	test("says which setting to change when a port is taken, and ends", async (t) => {
		const first = await simulate(t);
		const port = new URL(first.http).port;
		for (const name of ["AMBIENT16_PORT", "AMBIENT16_HTTPS_PORT"]) {
			const second = new Simulator({ env: { [name]: port } });
			t.after(() => second.stop());
			assert.equal(await second.ended(), 1);
			assert.equal(second.output, `Port ${port} is taken: set ${name} to another one.\n`);
		}
	});

	test("tells in words where it is, whose it is and how it gets an owner", async (t) => {
		const { simulator, http } = await simulate(t);
		// On the other of its two outputs, which may come later.
		await simulator.says(new RegExp(`^${http}/$`, "m"));
		await simulator.says(/^npm run --silent ambient16 -- pair --url /m);
	});

	test("writes a key so that nobody else can read it", async (t) => {
		const { simulator, http } = await simulate(t, { uuid: randomUUID() });
		await new Owner(http).identify();
		assert.match(readFileSync(join(simulator.data, "udid"), "utf8"), /^1000[0-9a-f]{8}\n$/);
	});
});
