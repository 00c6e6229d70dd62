import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { startDesk, temporaryFolder } from "../support/desk";
import { Owner, untilOpen } from "../support/owner";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const SOURCES = [
	"main.ts",
	"modules",
	"hosts",
	"scripts",
	"package.json",
	"package-lock.json",
	"tsconfig.base.json",
];

/** A copy of the repository with a key of its own, whose releases are served on loopback. */
async function publisher(t: Parameters<typeof startDesk>[0]) {
	const folder = temporaryFolder(t);
	const [repository, key, out] = ["repository", "key.pem", "out"].map((name) => join(folder, name)) as [
		string,
		string,
		string,
	];
	for (const source of SOURCES)
		cpSync(join(ROOT, source), join(repository, source), { recursive: true, preserveTimestamps: true });
	symlinkSync(join(ROOT, "node_modules"), join(repository, "node_modules"));
	const server = createServer((request, response) => {
		try {
			response.end(readFileSync(join(out, request.url?.slice(1) ?? "")));
		} catch {
			response.writeHead(404).end();
		}
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	t.after(() => server.close());
	const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

	const run = (script: string, ...args: string[]) => {
		const { status, stderr } = spawnSync(process.execPath, [join(repository, "scripts", script), ...args], {
			encoding: "utf8",
		});
		assert.equal(status, 0, stderr);
	};
	/** Builds and publishes a version; with `image`, that in place of the firmware. Leaves the sources as they were. */
	const release = (version: string, image?: string): string => {
		const path = join(repository, "modules", "version.ts");
		const source = readFileSync(path, "utf8");
		writeFileSync(path, source.replace(/VERSION = "[^"]*"/, `VERSION = "${version}"`));
		const file = join(folder, "image.mjs");
		if (image !== undefined) writeFileSync(file, image);
		run(
			"release.mjs",
			"desktop",
			"--base",
			base,
			"--key",
			key,
			"--out",
			out,
			...(image === undefined ? [] : ["--image", file]),
		);
		writeFileSync(path, source);
		return `${base}/desktop.json`;
	};
	run("keygen.mjs", key);
	return { entry: [join(repository, "scripts", "start.mjs")], release, out };
}

/** Orders something in HTTPS mode and leaves it. */
async function securely(owner: Owner, commands: object) {
	const { json } = await owner.send({ setHttps: { enabled: true } });
	const { url } = json.setHttps as unknown as { url: string };
	const answer = await owner.send({ ...commands, setHttps: { enabled: false } }, url);
	assert.equal(answer.status, 200, answer.text);
	await untilOpen(() => owner.identify());
	return answer.json as Record<string, never>;
}

test("a running device takes a new version, keeps its owner, settings and points, and leaves one that does not start", async (t) => {
	const { entry, release, out } = await publisher(t);
	const desk = await startDesk(t, { entry, args: ["--clock-rate", "20"] });
	const owner = new Owner(desk.http);
	await owner.pair(desk.https);
	const { version: before } = await owner.identify();

	// Points have somewhere to go, which is not there: all of them wait.
	await securely(owner, {
		setInflux: { url: "http://127.0.0.1:1", database: "home" },
		setAuth: { md5: true },
	});
	const stored = desk.events.length;

	await securely(owner, { update: { url: release("9.1.0") } });
	let gone = 0;
	let longest = 0;
	for (let version: unknown = before; version !== "9.1.0"; ) {
		version = await owner.identify().then(
			({ version }) => {
				gone = 0;
				return version;
			},
			() => undefined,
		);
		gone ||= version === undefined ? performance.now() : 0;
		if (gone) longest = Math.max(longest, performance.now() - gone);
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
	t.diagnostic(`the device could not be reached for ${Math.round(longest)} ms during the switch`);
	await desk.waitFor(({ event, state }) => event === "update" && state === "confirmed", 30_000);

	const { getSettings } = await securely(owner, { getSettings: {} });
	const { influx, points, update } = getSettings as unknown as {
		influx: { database: string };
		points: { waiting: number; lost: number };
		update: { state: string };
	};
	assert.equal(influx.database, "home");
	const measured = desk.events.slice(stored).filter(({ event }) => event === "window").length;
	assert.ok(points.waiting >= measured - 1 && points.waiting > 2, `${points.waiting} of ${measured}`);
	assert.deepEqual([points.lost, update.state], [0, "idle"]);

	// One that is signed, and does not start.
	await securely(owner, { update: { url: release("9.2.0", "process.exit(3)\n") } });
	await desk.waitFor(
		({ event, state, version }) => event === "update" && state === "restarting" && version === "9.2.0",
		30_000,
	);
	const from = desk.events.length;
	await desk.waitFor(({ event }) => event === "ready", 60_000, from);
	assert.equal((await untilOpen(() => owner.identify())).version, "9.1.0");
	const after = await securely(owner, { getSettings: {} });
	assert.match(JSON.stringify(after.getSettings), /failed to start 3 times/);

	// One whose image is not the signed one.
	const url = release("9.3.0");
	const image = join(out, "ambient16-desktop-9.3.0.mjs");
	writeFileSync(image, readFileSync(image, "utf8").replace("Ambient16", "Ambient17"));
	await securely(owner, { update: { url } });
	const failed = await desk.waitFor(
		({ event, error }) => event === "update" && error !== undefined,
		30_000,
		from,
	);
	assert.match(failed.error ?? "", /not the one that was signed/);
	assert.equal((await owner.identify()).version, "9.1.0");
	assert.equal((await owner.send({ getData: {} })).status, 200);
});

test("a release is the same, byte for byte, when it is built again", async (t) => {
	const { release, out } = await publisher(t);
	const build = () => {
		release("9.1.0");
		return readFileSync(join(out, "ambient16-desktop-9.1.0.mjs"));
	};
	assert.ok(build().equals(build()));
});

test("a repository without a key takes no update, and says so", async (t) => {
	const desk = await startDesk(t, { entry: ["scripts/start.mjs"] });
	const owner = new Owner(desk.http);
	await owner.pair(desk.https);
	const { json } = await owner.send({ setHttps: { enabled: true } });
	const { url } = json.setHttps as unknown as { url: string };
	const answer = await owner.send({ update: { url: "https://updates.example.org/desktop.json" } }, url);
	assert.deepEqual([answer.status, answer.json.code], [409, "no-update"]);
});

test("a supervisor that is killed takes its device with it", async (t) => {
	const data = temporaryFolder(t);
	const desk = await startDesk(t, { entry: ["scripts/start.mjs"], data });
	desk.kill("SIGKILL");
	await desk.exit;
	const again = await startDesk(t, { entry: ["scripts/start.mjs"], data, patience: 30_000 });
	assert.equal(again.udid, desk.udid);
});
