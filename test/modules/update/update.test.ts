import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { type Manifest, parseManifest } from "../../../modules/update/manifest";
import { Update } from "../../../modules/update/update";
import { VERSION } from "../../../modules/version";
import { FakeHost } from "../../fakes/host";
import type { FakeLink } from "../../fakes/server";
import { FakeUpdater, FakeWeb, IMAGE, MANIFEST_URL, manifest, publish } from "../../fakes/update";

const DARK = { signal() {}, endSignal() {} };

function device(change: Partial<FakeUpdater> = {}) {
	const host = new FakeHost();
	const updater = Object.assign(new FakeUpdater(), change);
	const web = new FakeWeb();
	Object.assign(host, { updater });
	Object.assign(host.network, { connect: web.connect });
	const busy: boolean[] = [];
	const light = { signal: () => busy.push(true), endSignal: () => busy.push(false) };
	const it = new Update(host, light);
	const run = () => {
		it.start(MANIFEST_URL, {});
		web.work();
		host.advance(1);
		web.work();
		return it.status;
	};
	return { host, updater, web, it, run, busy, ready: () => host.restarts };
}

/** What an update with that manifest and image ends with. */
function outcome(
	published: object | string | Uint8Array,
	image?: Uint8Array,
	change: Partial<FakeUpdater> = {},
) {
	const it = device(change);
	publish(it.web, published, image);
	const status = it.run();
	return { ...it, status };
}

test("a newer version is fetched, checked, written to the other slot and started", () => {
	const { updater, web, host, busy, ready, status } = outcome(manifest());
	assert.deepEqual(status, { state: "restarting", version: "9.0.0" });
	assert.deepEqual(updater.log, ["begin 12345", "activate"]);
	assert.equal(updater.activated, "9.0.0");
	assert.deepEqual(Buffer.concat(updater.written), Buffer.from(IMAGE));
	assert.equal(ready(), 1);
	assert.deepEqual(busy, [true]);
	assert.equal(web.asked.length, 2);
	const percents = host.events.flatMap((event) => (event.event === "update" ? [event.percent] : []));
	assert.deepEqual(percents.slice(0, 4), [undefined, 0, 8, 16]);
	const progress = host.events.find((event) => event.event === "update" && event.percent === 16);
	assert.deepEqual(progress, {
		event: "update",
		state: "downloading",
		version: "9.0.0",
		percent: 16,
		bytes: 2_000,
	});
	assert.equal(host.realTime.pending, 0);
});

describe("refused before anything is written", () => {
	const refused: [string, object | string | Uint8Array, RegExp][] = [
		["a wrong signature", manifest({}, { signature: manifest({ version: "8.0.0" }).signature }), /signature/],
		["a version changed afterwards", manifest({}, { version: "9.0.1" }), /signature/],
		["a size changed afterwards", manifest({}, { size: 12_346 }), /signature/],
		["a URL changed afterwards", manifest({}, { url: "https://evil.example.org/image.bin" }), /signature/],
		["another product", manifest({ product: "Ambient17" }), /another product/],
		["another target", manifest({ target: "esp32c3" }), /esp32c3/],
		["no product", manifest({ product: undefined as unknown as string }), /names no product/],
		["a product that is no name", manifest({ product: "Ambient16\n" }), /names no product/],
		["a target of 33 letters", manifest({ target: "x".repeat(33) }), /names no product and target/],
		["an older version", manifest({ version: "0.0.9" }), /older/],
		["an image larger than a slot", manifest({ size: 100_001 }), /larger/],
		["no JSON", "hello", /JSON/],
		["a manifest nested 1,000 deep", `{"product":${"[".repeat(1_000)}`, /JSON/],
		["a manifest of 500 values", `{"product":[${"1,".repeat(500)}1]}`, /JSON/],
		["a manifest not in UTF-8", Uint8Array.of(0x7b, 0xff, 0x7d), /JSON/],
		["null", "null", /object/],
		["an array", "[]", /object/],
		["no signature", manifest({}, { signature: undefined as unknown as string }), /signed/],
		["a signature that is no base64", manifest({}, { signature: "§§§§§§§§" }), /signed/],
		["a size that is no number", manifest({}, { size: "12345" as unknown as number }), /size/],
		["a negative size", manifest({}, { size: -1 }), /size/],
		["a hash that is none", manifest({}, { sha256: "abc" }), /hash/],
		["a version that is none", manifest({}, { version: "latest" }), /version/],
		["a URL that is none", manifest({}, { url: "file:///etc/passwd" }), /URL/],
		["a manifest without end", JSON.stringify({ ...manifest(), more: "x".repeat(3_000) }), /too long/],
	];
	for (const [name, published, reason] of refused)
		test(name, () => {
			const { updater, status, ready } = outcome(published);
			assert.equal(status.state, "failed");
			assert.match(status.error ?? "", reason);
			assert.deepEqual(updater.log, []);
			assert.equal(ready(), 0);
		});

	test("the version that runs already is no failure", () => {
		const { updater, status } = outcome(manifest({ version: VERSION }));
		assert.deepEqual(status, { state: "current", version: VERSION });
		assert.deepEqual(updater.log, []);
	});

	test("a signature by another key", () => {
		const { status } = outcome(manifest(), IMAGE, { verify: () => false });
		assert.match(status.error ?? "", /signature/);
	});

	test("any, where the firmware was built without a key, or is on trial itself, or cannot be replaced", () => {
		assert.match(outcome(manifest(), IMAGE, { keyless: true }).status.error ?? "", /without a key/);
		assert.match(outcome(manifest(), IMAGE, { onTrial: true }).status.error ?? "", /not confirmed/);
		const host = new FakeHost();
		assert.match(new Update(host, DARK).impossible ?? "", /cannot replace/);
	});
});

describe("given up before the switch", () => {
	const wrong: [string, Uint8Array, RegExp][] = [
		["an image that is cut short", IMAGE.slice(0, -1), /shorter/],
		["an image that goes on", Uint8Array.from([...IMAGE, 0]), /longer/],
		["an image with one bit changed", IMAGE.with(5_000, IMAGE[5_000]! ^ 1), /not the one/],
		["an empty image", new Uint8Array(0), /shorter/],
	];
	for (const [name, image, reason] of wrong)
		test(name, () => {
			const { updater, status, busy, ready } = outcome(manifest(), image);
			assert.match(status.error ?? "", reason);
			assert.deepEqual(updater.log, ["begin 12345", "abandon"]);
			assert.deepEqual(busy, [true, false]);
			assert.equal(ready(), 0);
		});

	test("a slot that fails at any step", () => {
		for (const failing of ["begin", "write", "activate"] as const) {
			const { status, ready } = outcome(manifest(), IMAGE, { failing });
			assert.equal(status.error, "the other slot cannot be written: flash");
			assert.equal(ready(), 0);
		}
	});

	test("a flash that does not take the note of what is tried", () => {
		const it = device();
		publish(it.web, manifest());
		it.host.flash.writesLeft = 1;
		assert.match(it.run().error ?? "", /flash/);
		assert.deepEqual(it.updater.log, ["begin 12345", "abandon"]);
		assert.match(it.run().error ?? "", /flash/);
		assert.deepEqual(it.updater.log, ["begin 12345", "abandon"]);
		assert.equal(it.ready(), 0);
	});

	const instead = (answer: (link: FakeLink) => void) => (web: FakeWeb) => {
		web.misbehave = (link) => {
			answer(link);
			return true;
		};
	};

	test("a server that has nothing, or points elsewhere (to plain HTTP), or breaks off", () => {
		const answers: [(web: FakeWeb) => void, RegExp][] = [
			[(web) => web.files.clear(), /404/],
			[instead((link) => link.say("HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n")), /elsewhere/],
			[instead((link) => link.end("connection lost")), /connection lost/],
		];
		for (const [spoil, reason] of answers) {
			const it = device();
			publish(it.web, manifest());
			spoil(it.web);
			assert.match(it.run().error ?? "", reason);
			assert.equal(it.host.realTime.pending, 0);
		}
	});

	test("a server that sends nothing, or for ever", () => {
		const silent = device();
		silent.web.misbehave = () => true;
		silent.run();
		assert.equal(silent.it.busy, true);
		silent.host.advance(30_000);
		assert.equal(silent.it.status.error, "no answer in time");
		assert.equal(silent.it.busy, false);

		const slow = device();
		let link: FakeLink | undefined;
		slow.web.misbehave = (it) => {
			link = it;
			it.say("HTTP/1.1 200 OK\r\n\r\n");
			return true;
		};
		slow.run();
		for (let i = 0; i < 60; i++) {
			link?.say("x");
			slow.host.advance(10_000);
		}
		assert.equal(slow.it.status.error, "it takes too long");
		assert.equal(slow.host.realTime.pending, 0);
	});

	test("a manifest or an image outside the home without TLS", () => {
		const it = device();
		it.it.start("http://updates.example.org/manifest.json", {});
		it.host.advance(1);
		assert.match(it.it.status.error ?? "", /https/);
		assert.equal(it.web.asked.length, 0);
		const { status, web } = outcome(manifest({ url: "http://updates.example.org/image.bin" }));
		assert.match(status.error ?? "", /https/);
		assert.equal(web.asked.length, 1);
	});
});

test("a name of the home is fetched from without TLS only where it leads to an address of the home", () => {
	const url = "http://nas.fritz.box/manifest.json";
	for (const [address, allowed] of [
		["192.168.178.20", true],
		["fd00::20", true],
		["203.0.113.7", false],
		["2001:db8::7", false],
	] as const) {
		const { it, web, host } = device();
		web.address = address;
		web.files.set(
			url,
			new TextEncoder().encode(JSON.stringify(manifest({ url: "http://nas.fritz.box/image.bin" }))),
		);
		web.files.set("http://nas.fritz.box/image.bin", IMAGE);
		it.start(url, {});
		for (let i = 0; i < 2; i++) {
			web.work();
			host.advance(1);
		}
		assert.equal(it.status.error, allowed ? undefined : `${address} is not allowed`);
		assert.equal(web.asked.length, allowed ? 2 : 0);
	}
});

test("one update at a time", () => {
	const { it, web } = device();
	it.start(MANIFEST_URL, {});
	it.start(MANIFEST_URL, {});
	assert.equal(web.asked.length, 1);
});

test("after a failure the next try starts afresh", () => {
	const it = device();
	publish(it.web, manifest(), IMAGE.slice(1));
	it.run();
	publish(it.web, manifest());
	assert.equal(it.run().state, "restarting");
});

test("a firmware that was rolled back says why, in the log too", () => {
	const { it, host } = device({ rolledBack: "it did not start" });
	assert.deepEqual(it.status, { state: "failed", error: "it did not start" });
	assert.deepEqual(host.events, [{ event: "update", state: "failed", error: "it did not start" }]);
});

test("one that lost its power during a download says so, once", () => {
	const { it, host, web, updater } = device();
	publish(web, manifest());
	updater.write = () => {
		host.flash.contents.set("copy", host.flash.get("fetched")!);
		throw new Error("flash");
	};
	it.start(MANIFEST_URL, {});
	web.work();
	assert.equal(host.flash.get("fetched"), undefined);
	host.flash.set("fetched", host.flash.get("copy")!);
	const restarted = () => new Update(host, DARK).status;
	assert.deepEqual(restarted(), { state: "failed", error: "the update to 9.0.0 was interrupted" });
	assert.deepEqual(restarted(), { state: "idle" });
	for (const key of ["fetched", "tried"]) host.flash.set(key, new TextEncoder().encode(VERSION));
	assert.deepEqual(restarted(), { state: "idle" });
	assert.equal(host.flash.get("fetched"), undefined);
	assert.ok(host.flash.get("tried"), "the firmware on trial is not to be taken again, should it be left");
});

test("one that lost its power just before the switch is taken at the next daily look: it was never tried", () => {
	const { host, web, updater } = device();
	publish(web, manifest());
	const flash = host.flash;
	updater.activate = () => {
		// All that the flash holds when the power goes.
		for (const key of ["fetched", "tried"]) flash.set(`${key} copy`, flash.get(key)!);
		throw new Error("power");
	};
	const first = new Update(host, DARK);
	first.start(MANIFEST_URL, {});
	web.work();
	for (const key of ["fetched", "tried"]) flash.set(key, flash.get(`${key} copy`)!);
	updater.activate = () => {};
	host.random = () => new Uint8Array(1);
	const next = new Update(host, DARK);
	assert.equal(next.status.error, "the update to 9.0.0 was interrupted");
	next.watch(MANIFEST_URL, {});
	host.advance(86_400_000);
	web.work();
	assert.deepEqual(next.status, { state: "restarting", version: "9.0.0" });
	next.close();
});

test("whatever comes as a manifest is read or refused in words, and never more", () => {
	const right = JSON.stringify(manifest());
	const pieces = right.split(/(?=[{}:,"])/);
	const encode = (text: string) => new TextEncoder().encode(text);
	const texts = fc.oneof(
		fc.uint8Array({ maxLength: 200 }),
		fc.string().map(encode),
		fc.json().map(encode),
		fc.array(fc.constantFrom(...pieces), { maxLength: 60 }).map((some) => encode(some.join(""))),
	);
	fc.assert(
		fc.property(texts, (bytes) => {
			const read = parseManifest(bytes);
			assert.equal(typeof ("error" in read ? read.error : read.signature), "string");
		}),
		{ numRuns: 500 },
	);
	assert.ok(!("error" in parseManifest(encode(right))));
});

test("names of a manifest that nobody knows never become properties on XS", () => {
	const { updater } = device();
	const parse = JSON.parse;
	const lists: unknown[] = [];
	JSON.parse = (text, list) => {
		lists.push(list);
		return parse(text);
	};
	try {
		const { status } = outcome({ unheardOf: { another: 1 }, ...manifest(), __proto__x: 2 });
		assert.equal(status.state, "restarting");
	} finally {
		JSON.parse = parse;
	}
	// XS makes no names but those of the list.
	assert.deepEqual(lists, [["product", "target", "version", "size", "sha256", "url", "signature"]]);
	assert.deepEqual(updater.log, []);
});

test("closing ends a download, forgets it and leaves no timer", () => {
	const { it, host, updater } = device();
	it.start(MANIFEST_URL, {});
	it.watch(MANIFEST_URL, {});
	it.close();
	host.advance(1_000_000_000);
	assert.equal(host.realTime.pending, 0);
	assert.deepEqual(updater.log, ["abandon"]);
	assert.deepEqual(it.status, { state: "idle" });
});

test("closing forgets also how the last one went: a factory reset tells no next owner", () => {
	const { it } = outcome({});
	assert.equal(it.status.state, "failed");
	it.close();
	assert.deepEqual(it.status, { state: "idle" });
});

test("it looks once a day where the owner wants that, not all devices at the same moment", () => {
	const { it, host, web } = device();
	host.random = () => new Uint8Array([255]);
	publish(web, manifest({ version: VERSION }));
	it.watch(MANIFEST_URL, {});
	host.advance(1.1 * 86_400_000 - 1);
	assert.equal(web.asked.length, 0);
	for (let day = 1; day <= 3; day++) {
		host.advance(day === 1 ? 1 : 1.1 * 86_400_000);
		web.work();
		assert.equal(web.asked.length, day);
	}
	it.unwatch();
	host.advance(1_000_000_000);
	assert.equal(web.asked.length, 3);
});

test("one that is switched off every night looks too, but not while it may be on trial", () => {
	for (const [jitter, wait] of [
		[0, 360_000],
		[255, 360_000 + 8_640_000],
	] as const) {
		const { it, host, web } = device();
		host.random = () => new Uint8Array([jitter]);
		it.watchSoon(MANIFEST_URL, {});
		host.advance(wait - 1);
		assert.equal(web.asked.length, 0);
		host.advance(1);
		assert.equal(web.asked.length, 1);
		it.close();
	}
});

test("a version that was rolled back is not taken every day, but when the owner says so, or when there is another", () => {
	const { it, host, web, updater, ready, run } = device();
	publish(web, manifest());
	assert.equal(run().state, "restarting");
	Object.assign(updater, { rolledBack: "it does not work" });
	const next = new Update(host, DARK);
	host.random = () => new Uint8Array(1);
	const look = () => {
		host.advance(86_400_000);
		web.work();
		return next.status;
	};
	next.watch(MANIFEST_URL, {});
	assert.deepEqual(look(), { state: "failed", error: "9.0.0 was rolled back: it does not work" });
	assert.equal(ready(), 1);
	publish(web, manifest({ version: "9.0.1" }));
	assert.deepEqual(look(), { state: "restarting", version: "9.0.1" });
	next.close();
	const last = new Update(host, DARK);
	publish(web, manifest({ version: "9.0.1" }));
	last.start(MANIFEST_URL, {});
	web.work();
	assert.equal(last.status.state, "restarting");
	it.close();
});

test("every field that is not the signature is signed", () => {
	const claims: Partial<Manifest> = {
		product: "a",
		target: "b",
		version: "1.0.0",
		size: 1,
		sha256: "0".repeat(64),
		url: "https://c",
	};
	for (const [field, value] of Object.entries(claims)) {
		const { status } = outcome(manifest({}, { [field]: value }));
		assert.match(status.error ?? "", /signature/, field);
	}
});
