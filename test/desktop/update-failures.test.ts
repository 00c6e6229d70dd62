import assert from "node:assert/strict";
import { existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, type TestContext, test } from "node:test";
import type { Manifest } from "../../modules/update/manifest";
import { Authority } from "../support/authority";
import { bundle, type Desk, startDesk, temporaryFolder } from "../support/desk";
import { Owner, untilOpen } from "../support/owner";
import { alter, type Misbehave, Publisher } from "../support/publisher";

/** ms that a firmware on trial has here before the supervisor ends it. */
const TRIAL_TIME = 10_000;
const BEFORE = "0.1.0";

interface Status {
	state: string;
	version?: string;
	error?: string;
}

const authority = await Authority.create();
const identity = await authority.issue();
const [program = ""] = await bundle({ after }, "main.ts", { splitting: false });
const [supervised = ""] = await bundle({ after }, "test/desktop/supervised.ts");

/** A device under a supervisor that is paired and in HTTPS mode, and someone who publishes updates for it. */
async function setUp(t: TestContext, { hasKey = true } = {}) {
	const publisher = new Publisher();
	await publisher.serve(t, identity);
	const text = alter(readFileSync(program, "utf8"), {
		UPDATE_KEY: hasKey ? publisher.key : "",
		DOWNLOAD_TIME: 1_500,
		DOWNLOAD_MOST: 6_000,
		CONFIRM_TIME: 6_000,
		CONFIRM_STABLE: 1_000,
		CONFIRM_INTERVAL: 50,
	});
	const source = join(temporaryFolder(t), "source.mjs");
	writeFileSync(source, text);
	const data = temporaryFolder(t);
	const entry = [supervised, source, `${TRIAL_TIME}`];
	const desk = await startDesk(t, { entry, data });
	const owner = new Owner(desk.http);
	await owner.pair(desk.https);
	const it = {
		publisher,
		desk,
		owner,
		data,
		entry,
		/** The firmware as another version. */
		image: (version: string) => Buffer.from(alter(text, { VERSION: version })),
		url: "",
		async secure() {
			const { json } = await untilOpen(() => owner.send({ setHttps: { enabled: true } }));
			it.url = json.setHttps?.url ?? "";
		},
		order: (url: string) => owner.send({ update: { url, ca: authority.ca } }, it.url),
		async status(): Promise<Status> {
			const { json } = await owner.send({ getSettings: {} }, it.url);
			return (json.getSettings as unknown as { update: Status }).update;
		},
		/** What an update comes to that does not come to a restart. */
		async outcome(url: string): Promise<Status> {
			const from = desk.events.length;
			const answer = await it.order(url);
			assert.equal(answer.status, 200, answer.text);
			await desk.waitFor(
				({ event, state }) => event === "update" && (state === "failed" || state === "current"),
				60_000,
				from,
			);
			return it.status();
		},
	};
	await it.secure();
	return it;
}

const json = (value: object) => Buffer.from(JSON.stringify(value));

test("whatever is wrong with an update or its server, the device says what, runs on, and leaves nothing behind", async (t) => {
	const { publisher, desk, owner, data, image, outcome, ...it } = await setUp(t);
	const good = image("9.0.0");
	const flipped = Buffer.from(good);
	flipped[good.length >> 1]! ^= 1;
	const asked: string[] = [];
	const plain = createServer((request, response) => {
		asked.push(request.url ?? "");
		response.end(publisher.files.get(request.url ?? ""));
	});
	await new Promise<void>((resolve) => plain.listen(0, "127.0.0.1", resolve));
	t.after(() => plain.close());
	const toPlain = (path: string) => `http://127.0.0.1:${(plain.address() as AddressInfo).port}${path}`;

	const publish = (claims: Partial<Manifest> = {}, forged: Partial<Manifest> = {}) =>
		publisher.publish(claims.version ?? "9.0.0", good, claims, forged);
	/** A right manifest, and behind it another file in place of the image. */
	const instead = (file: Buffer) => () => {
		const url = publish();
		publisher.files.set("/9.0.0.mjs", file);
		return url;
	};
	const manifest = (file: Buffer) => () => {
		publisher.files.set("/9.0.0.json", file);
		return publisher.url("/9.0.0.json");
	};
	/** A server that does that in place of answering with what ends so. */
	const server = (ending: string, answer: (response: ServerResponse, path: string) => void) => () => {
		const misbehave: Misbehave = (path, response) => {
			if (!path.endsWith(ending)) return false;
			answer(response, path);
			return true;
		};
		publisher.misbehave = misbehave;
		return publish();
	};
	/** Sends without an end. */
	const drip = (response: ServerResponse, bytes: string, ms: number) => {
		const timer = setInterval(() => response.write(bytes), ms);
		response.on("close", () => clearInterval(timer));
	};
	const redirect = (response: ServerResponse, path: string) =>
		void response.writeHead(302, { Location: toPlain(path) }).end();
	const stranger = new Publisher();
	stranger.publish("9.0.0", good, { url: publisher.url("/9.0.0.mjs") });

	const cases: [string, () => string, RegExp][] = [
		["no signature", () => publish({}, { signature: "" }), /not signed/],
		["a wrong signature", () => publish({}, { version: "9.0.1" }), /signature is not right/],
		["a signature of another key", manifest(stranger.files.get("/9.0.0.json")!), /signature is not right/],
		["a signature that is none", () => publish({}, { signature: "AAAAAAAAAAAA" }), /signature is not right/],
		["another product", () => publish({ product: "Ambient17" }), /for another product, Ambient17/],
		["another target", () => publish({ target: "esp32c3" }), /for esp32c3, this is desktop/],
		["an older version", () => publish({ version: "0.0.9" }), /0\.0\.9 is older than 0\.1\.0/],
		["the same version", () => publish({ version: BEFORE }), /^current$/],
		["too large an image", () => publish({ size: 16_000_001 }), /larger than a slot/],
		["no JSON", manifest(Buffer.from("hello")), /not a JSON object/],
		["no manifest", manifest(json({})), /names no product/],
		["a truncated image", instead(good.subarray(0, -1)), /shorter than the manifest says/],
		["an empty image", instead(Buffer.alloc(0)), /shorter than the manifest says/],
		["a longer image", instead(Buffer.concat([good, Buffer.alloc(1)])), /longer than the manifest says/],
		["a bit-flipped image", instead(flipped), /not the one that was signed/],
		["nothing there", () => publisher.url("/nothing"), /answers 404/],
		["no image there", () => publish({ url: publisher.url("/nothing") }), /answers 404/],
		["a redirect of the manifest to plain HTTP", server(".json", redirect), /elsewhere \(302\)/],
		["a redirect of the image to plain HTTP", server(".mjs", redirect), /elsewhere \(302\)/],
		[
			"an image outside the home over plain HTTP",
			() => publish({ url: "http://192.0.2.1/x" }),
			/must be https/,
		],
		["a server that stalls before it answers", server(".json", () => {}), /no answer in time/],
		[
			"a server that stalls in the image",
			server(".mjs", (response) => void response.write("x")),
			/no answer in time/,
		],
		[
			"a manifest without end",
			server(".json", (response) => drip(response, "x".repeat(1_000), 1)),
			/too long/,
		],
		["an image without end", server(".mjs", (response) => drip(response, "x".repeat(500_000), 1)), /longer/],
		[
			"an image that never comes to an end",
			server(".mjs", (response) => drip(response, "x", 50)),
			/too long/,
		],
		[
			"a server that breaks off",
			server(".mjs", (response) => void response.write("x", () => response.destroy())),
			/connection was cut/,
		],
		["no server", () => "https://127.0.0.1:1/manifest.json", /connection refused/],
		[
			"a server without TLS",
			() => toPlain("/9.0.0.json").replace("http:", "https:"),
			/TLS is not spoken there/,
		],
	];
	for (const [name, prepare, reason] of cases) {
		publisher.misbehave = () => false;
		const { state, error = state } = await outcome(prepare());
		assert.match(error, reason, name);
		assert.doesNotMatch(error, /[\\/]tmp|ambient16-/, name);
		assert.equal((await owner.identify(it.url)).version, BEFORE, name);
		assert.equal(existsSync(join(data, "slots", "a.mjs")), false, name);
	}
	assert.deepEqual(asked, []);
	t.diagnostic(`${cases.length} updates refused or given up`);

	// And one that is right still works.
	publisher.misbehave = () => false;
	await it.order(publish());
	await desk.waitFor(({ state, version }) => state === "confirmed" && version === "9.0.0", 120_000);
	assert.equal((await untilOpen(() => owner.identify())).version, "9.0.0");
});

test("a full disk is told as one, and harms nothing", { skip: !existsSync("/dev/full") }, async (t) => {
	const { publisher, data, image, outcome } = await setUp(t);
	const url = publisher.publish("9.0.0", image("9.0.0"));
	for (const file of ["a.mjs", "state.json.new"]) {
		symlinkSync("/dev/full", join(data, "slots", file));
		assert.equal((await outcome(url)).error, "the other slot cannot be written: the disk is full");
		rmSync(join(data, "slots", file), { force: true });
		assert.equal(existsSync(join(data, "slots", "a.mjs")), false);
	}
	rmSync(join(data, "slots"), { recursive: true });
	assert.equal((await outcome(url)).error, "the other slot cannot be written: the disk failed (ENOENT)");
});

test("a factory reset during a download ends it", async (t) => {
	const { publisher, desk, owner, data, image, order, url } = await setUp(t);
	publisher.misbehave = (path, response) => path.endsWith(".mjs") && response.write(Buffer.alloc(10_000));
	await order(publisher.publish("9.0.0", image("9.0.0")));
	await desk.waitFor(({ state }) => state === "downloading");
	assert.equal((await owner.send({ update: { url } }, url)).json.code, "update-under-way");
	assert.equal((await owner.send({ factoryReset: {} }, url)).status, 200);
	await desk.waitFor(({ event, state }) => event === "update" && state === "idle");
	assert.equal(existsSync(join(data, "slots", "a.mjs")), false);
	const { paired, version } = await untilOpen(() => owner.identify());
	assert.deepEqual([paired, version], [false, BEFORE]);
});

test("a new firmware that does not start, crashes soon, hangs or does not work is left, with the reason; one that works stays", async (t) => {
	const { publisher, desk, owner, image, ...it } = await setUp(t);
	const notWorking = image("9.3.0")
		.toString()
		.replace("=watchTrial(host,this)", "=watchTrial(host,{works:false})");
	assert.notEqual(notWorking, image("9.3.0").toString());
	// It works at first, and each time a little longer than it takes to look.
	const crashing = `${image("9.1.2")}\nsetTimeout(() => process.exit(1), 900);\n`;
	const block = "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);\n";
	const bad: [string, string, string][] = [
		["9.1.0", "throw new Error('of the test');\n", "the new firmware ended 3 times in its trial"],
		["9.1.1", "process.exit(0);\n", "the new firmware ended 3 times in its trial"],
		["9.1.2", crashing, "the new firmware ended 3 times in its trial"],
		["9.2.0", block, "the new firmware hung"],
		["9.3.0", notWorking, "the new firmware did not work within 5 minutes"],
	];
	for (const [version, program, reason] of bad) {
		const from = desk.events.length;
		await it.order(publisher.publish(version, Buffer.from(program)));
		// Each start of a device tells it.
		await desk.waitFor(({ event, error }) => event === "update" && error === reason, 120_000, from);
		await it.secure();
		assert.deepEqual(await it.status(), { state: "failed", error: reason, daily: null });
		assert.equal((await owner.identify(it.url)).version, BEFORE);
	}

	await it.order(publisher.publish("9.4.0", image("9.4.0")));
	const confirmed = ({ event, state }: Desk["events"][number]) => event === "update" && state === "confirmed";
	await desk.waitFor(confirmed, 120_000);
	await it.secure();
	for (const version of ["9.3.9", BEFORE])
		assert.equal(
			(await it.outcome(publisher.publish(version, image(version)))).error,
			`${version} is older than 9.4.0`,
		);
	// The supervisor's time for the trial is over; it ended a firmware that had confirmed itself, once.
	const from = desk.events.length;
	await new Promise((resolve) => setTimeout(resolve, TRIAL_TIME));
	assert.equal((await owner.identify(it.url)).version, "9.4.0");
	assert.ok(!desk.events.slice(from).some(({ event }) => event === "ready"));

	// Told to stop during a trial, it stops.
	await it.order(publisher.publish("9.5.0", image("9.5.0")));
	await desk.waitFor(({ event }) => event === "ready", 120_000, from);
	assert.equal(await desk.stop(), 0);
});

test("a firmware without a key takes no update, and says so", async (t) => {
	const { publisher, image, order } = await setUp(t, { hasKey: false });
	const { status, json } = await order(publisher.publish("9.0.0", image("9.0.0")));
	assert.deepEqual([status, json.code], [409, "no-update"]);
	assert.match(json.message ?? "", /without a key/);
	assert.equal(publisher.asked.length, 0);
});

test("a supervisor that is killed takes its device with it", async (t) => {
	const { desk, data, entry } = await setUp(t);
	desk.kill("SIGKILL");
	await desk.exit;
	const again = await startDesk(t, { entry, data });
	assert.deepEqual([again.udid, again.paired], [desk.udid, true]);
});
