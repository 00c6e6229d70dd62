import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { Device } from "../../../../modules/device";
import { VERSION } from "../../../../modules/version";
import { FakeHost } from "../../../fakes/host";
import { FakeOwner, parse } from "../../../fakes/owner";
import { FakeUpdater, FakeWeb, MANIFEST_URL, manifest, publish } from "../../../fakes/update";

/** A device with an owner, in HTTPS mode, which can be updated. */
function secured(t: TestContext) {
	const host = new FakeHost();
	const updater = new FakeUpdater();
	const web = new FakeWeb();
	Object.assign(host, { updater });
	Object.assign(host.network, { connect: web.connect });
	let device = new Device(host);
	t.after(() => device.close());
	host.advance(1);
	const owner = new FakeOwner(host);
	assert.equal(owner.pair().status, 200);
	host.advance(1);
	const enter = () => {
		owner.open({ setHttps: { enabled: true } });
		host.advance(1);
	};
	enter();
	const order = (commands: object) => owner.command(commands, "https");
	const start = () => order({ update: { url: MANIFEST_URL } });
	const status = () => order({ getSettings: {} }).body.getSettings.update;
	const restart = () => {
		device.close();
		device = new Device(host);
		host.advance(1);
		enter();
	};
	return { host, updater, web, owner, order, start, status, restart };
}

test("getSettings, the light and the events tell how it goes, in HTTPS mode too", (t) => {
	const { host, web, start, status, updater } = secured(t);
	publish(web, manifest());
	let halfway: unknown;
	let light: string | undefined;
	const write = updater.write.bind(updater);
	updater.write = (bytes) => {
		write(bytes);
		if (updater.written.length !== 7) return;
		halfway = status();
		light = host.events.findLast((event) => event.event === "led")?.effect;
	};
	assert.deepEqual(start().body.update, { state: "checking", url: MANIFEST_URL });
	assert.equal(status().state, "checking");
	web.work();
	// What is being written counts when it is written.
	assert.deepEqual(halfway, {
		state: "downloading",
		version: "9.0.0",
		percent: 48,
		bytes: 6_000,
		daily: null,
	});
	assert.equal(light, "update");
	assert.deepEqual(status(), { state: "restarting", version: "9.0.0", daily: null });
	assert.equal(host.restarts, 1);
	const states = host.events.flatMap((event) => (event.event === "update" ? [event.state] : []));
	assert.deepEqual([...new Set(states)], ["checking", "downloading", "restarting"]);
});

test("a second one is refused while one is under way, and harms nothing", (t) => {
	const { web, start, order, host } = secured(t);
	publish(web, manifest());
	assert.equal(start().status, 200);
	const second = order({ update: { url: "https://updates.example.org/other.json", daily: true } });
	assert.deepEqual([second.status, second.body.code], [409, "update-under-way"]);
	web.work();
	assert.equal(host.restarts, 1);
	assert.deepEqual(web.asked, [MANIFEST_URL, "https://updates.example.org/image.bin"]);
	assert.equal(start().body.code, "update-under-way");
});

test("two that come at the same moment are one", (t) => {
	const { web, owner, host } = secured(t);
	publish(web, manifest());
	const [one, other] = [1, 2].map(() => owner.open({ update: { url: MANIFEST_URL } }, "https"));
	assert.deepEqual([parse(one!).status, parse(other!).status], [200, 409]);
	web.work();
	assert.equal(host.restarts, 1);
});

test("a factory reset ends it, in the same request too, whichever is named first", (t) => {
	for (const commands of [
		{ factoryReset: {} },
		{ update: { url: MANIFEST_URL, daily: true }, factoryReset: {} },
		{ factoryReset: {}, update: { url: MANIFEST_URL, daily: true } },
	]) {
		const { web, start, order, host, updater } = secured(t);
		publish(web, manifest());
		if (!("update" in commands)) start();
		assert.equal(order(commands).status, 200);
		web.work();
		host.advance(1);
		web.work();
		assert.equal(host.restarts, 0);
		assert.ok(!updater.log.includes("activate"));
		assert.equal(host.events.findLast((event) => event.event === "update")?.state, "idle");
		const { length } = web.asked;
		host.advance(2 * 86_400_000);
		assert.equal(web.asked.length, length);
	}
});

test("the owner holding the button during a download ends it", (t) => {
	const { web, start, host, updater } = secured(t);
	publish(web, manifest());
	start();
	host.hold(11_000);
	web.work();
	assert.equal(host.restarts, 0);
	assert.deepEqual(updater.log, ["abandon"]);
});

test("where the owner wants it, a device looks again after each restart and every day, until told not to", (t) => {
	const { web, order, host, restart, status } = secured(t);
	publish(web, manifest({ version: VERSION }));
	order({ update: { url: MANIFEST_URL, daily: true } });
	web.work();
	assert.equal(status().state, "current");
	assert.equal(status().daily, MANIFEST_URL);
	/** Lets time pass, in which the server answers. */
	const pass = (ms: number) => {
		for (let passed = 0; passed < ms; passed += 20_000) {
			host.advance(20_000);
			web.work();
		}
	};
	restart();
	pass(300_000 + 8_640_000);
	assert.equal(web.asked.length, 2);
	pass(86_400_000 + 8_640_000);
	assert.equal(web.asked.length, 3);
	restart();
	order({ update: { url: MANIFEST_URL, daily: false } });
	web.work();
	assert.equal(status().daily, null);
	pass(3 * 86_400_000);
	assert.equal(web.asked.length, 4);
});
