import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createPrivateKey } from "node:crypto";
import { cpSync, mkdirSync, readFileSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { type Desk, type Scope, startDesk, temporaryFolder } from "../support/desk";
import { Owner, untilOpen } from "../support/owner";
import { Publisher } from "../support/publisher";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const SOURCES = [
	"main.ts",
	"common",
	"modules",
	"hosts",
	"setup",
	"scripts",
	"package.json",
	"package-lock.json",
	"tsconfig.base.json",
];
const VERSION = "9.1.0";
const KILLS = [10, 30, 50, 70, 90];

/** A copy of the repository. */
class Repository {
	readonly #folder: string;

	constructor(folder: string) {
		this.#folder = folder;
		mkdirSync(folder, { recursive: true });
		for (const source of SOURCES) cpSync(join(ROOT, source), join(folder, source), { recursive: true });
		symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
		// Nothing is to be installed through the link.
		utimesSync(join(folder, "package-lock.json"), 1, 1);
		// What is released here is kept after three seconds, not after a minute.
		const limits = this.read("modules", "limits.ts");
		this.write(limits.replace("CONFIRM_STABLE = 60_000", "CONFIRM_STABLE = 3_000"), "modules", "limits.ts");
	}

	script(name: string): string {
		return join(this.#folder, "scripts", name);
	}

	read(...path: string[]): string {
		return readFileSync(join(this.#folder, ...path), "utf8");
	}

	run(script: string, args: string[], env: Record<string, string> = {}) {
		return spawnSync(process.execPath, [this.script(script), ...args], {
			encoding: "utf8",
			env: { ...process.env, ...env },
		});
	}

	/** What comes of `npm run release` for a desk: manifest and image. */
	release(version: string, base: string, key: string, out: string, env?: Record<string, string>) {
		const files = ["package.json", "modules/version.ts"].map((file) => join(this.#folder, file));
		const before = files.map((file) => readFileSync(file, "utf8"));
		const set = (texts: string[]) => {
			for (const [i, file] of files.entries()) writeFileSync(file, texts[i] as string);
		};
		set(before.map((text) => text.replace(/((?:VERSION =|"version":) ")[^"]*/, `$1${version}`)));
		const args = ["desktop", "--base", base, "--key", key, "--out", out];
		const { status, stderr } = this.run("release.mjs", args, env);
		set(before);
		assert.equal(status, 0, stderr);
		return {
			manifest: readFileSync(join(out, "desktop.json")),
			image: readFileSync(join(out, `ambient16-desktop-${version}.mjs`)),
		};
	}

	write(text: string, ...path: string[]): void {
		writeFileSync(join(this.#folder, ...path), text);
	}

	useKey(source: Repository): void {
		writeFileSync(join(this.#folder, "hosts", "update-key.ts"), source.read("hosts", "update-key.ts"));
	}
}

const folder = temporaryFolder({ after });
const repository = new Repository(join(folder, "repository"));
const key = join(folder, "keys", "key.pem");
const made = repository.run("keygen.mjs", [key]);
assert.equal(made.status, 0, made.stderr);
const publisher = new Publisher(createPrivateKey(readFileSync(key)));
await publisher.serve({ after });
const released = repository.release(VERSION, publisher.url(""), key, join(folder, "out"));
publisher.files.set("/desktop.json", released.manifest);
publisher.files.set(`/ambient16-desktop-${VERSION}.mjs`, released.image);

/** A database that keeps the time of each point, in the order in which they come. */
async function database(scope: Scope) {
	const times: number[] = [];
	const server = createServer((request, response) => {
		let body = "";
		request.setEncoding("utf8").on("data", (text: string) => {
			body += text;
		});
		request.on("end", () => {
			for (const line of body.trim().split("\n")) times.push(Number(line.slice(line.lastIndexOf(" "))));
			response.writeHead(204).end();
		});
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	scope.after(() => {
		server.close();
		server.closeAllConnections();
	});
	return { times, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** Puts the device into HTTPS mode; where to talk to it. */
async function secure(owner: Owner): Promise<string> {
	const { json } = await untilOpen(() => owner.send({ setHttps: { enabled: true } }));
	return json.setHttps?.url ?? "";
}

/** Sends `file` in `pieces`, one every 100 ms. */
function slowly(response: ServerResponse, file: Buffer, pieces: number): boolean {
	response.writeHead(200, { "Content-Length": file.length });
	const size = Math.ceil(file.length / pieces);
	let at = 0;
	const timer = setInterval(() => {
		response.write(file.subarray(at, at + size));
		at += size;
		if (at < file.length) return;
		clearInterval(timer);
		response.end();
	}, 100);
	response.on("close", () => clearInterval(timer));
	return true;
}

/** Asks the device, over HTTP and HTTPS, all the time, until it is `version`. The longest time that nobody answered, ms. */
async function downtime(owner: Owner, urls: string[], version: string): Promise<number> {
	let longest = 0;
	let last = performance.now();
	for (;;) {
		const answer = await Promise.any(urls.map((url) => owner.identify(url))).catch(() => undefined);
		const now = performance.now();
		longest = Math.max(longest, now - last);
		if (answer) last = now;
		if (answer?.version === version) return longest;
		await new Promise((resolve) => setTimeout(resolve, 10));
	}
}

/** Cuts the power of npm start and the device that it runs. */
async function cutPower(desk: Desk, data: string): Promise<void> {
	const [pid] = readFileSync(join(data, "lock"), "latin1").split(" ");
	process.kill(Number(pid), "SIGKILL");
	desk.kill("SIGKILL");
	await desk.exit;
}

test("npm start takes a new version while it serves and measures: no point, owner or setting is lost", async (t) => {
	const { url: databaseUrl, times } = await database(t);
	const data = temporaryFolder(t);
	const entry = [repository.script("start.mjs")];
	const start = () => startDesk(t, { entry, data });
	let desk = await start();
	let owner = new Owner(desk.http);
	const { uuid } = owner;
	await owner.pair(desk.https);
	const { version: before } = await owner.identify();
	let https = await secure(owner);
	await owner.send({ setInflux: { url: databaseUrl, database: "home" }, setAuth: { md5: true } }, https);

	// It fetches the update in HTTPS mode, which keeps points waiting, for longer than a window.
	const first = desk.events.findIndex((event) => (event as { database?: boolean }).database);
	publisher.misbehave = (path, response) =>
		path.endsWith(".mjs") && slowly(response, publisher.files.get(path) as Buffer, 110);
	await owner.send({ update: { url: publisher.url("/desktop.json") } }, https);
	for (let percent = 10; percent <= 90; percent += 20) {
		await desk.waitFor((event) => (event.percent ?? 0) >= percent);
		assert.equal((await owner.identify(https)).version, before);
	}
	const gone = await downtime(owner, [desk.http, https], VERSION);
	const confirmed = await desk.waitFor(
		({ event, state }) => event === "update" && state === "confirmed",
		30_000,
	);
	assert.equal(confirmed.version, VERSION);
	assert.ok(desk.events.some(({ event, effect }) => event === "led" && effect === "update"));
	assert.equal((await owner.send({ getStatus: {} })).json.getStatus?.reset, "restart");

	// The window in which it started anew, and one more.
	const switched = desk.events.length;
	const windows = (from: number) =>
		desk.events.slice(from).flatMap(({ event, time }) => (event === "window" && time ? [time] : []));
	await desk.waitFor(() => windows(switched).length === 2, 30_000);
	const measured = windows(first);
	for (let tries = 0; !measured.every((time) => times.includes(time)) && tries < 100; tries++)
		await new Promise((resolve) => setTimeout(resolve, 100));
	assert.deepEqual(times.slice(0, measured.length), measured, "each point once, and in their order");
	assert.ok(windows(first).length >= 3);
	const gaps = measured.slice(1).map((time, i) => time - (measured[i] as number) - 10);
	assert.ok(Math.max(...gaps) <= 10 * Math.ceil(gone / 10_000), `${gaps}`);
	t.diagnostic(
		`nobody answered for ${Math.round(gone)} ms at most; of ${measured.length} points none is lost; windows missing: ${Math.max(...gaps) / 10}`,
	);

	https = await secure(owner);
	const { getSettings } = (await owner.send({ getSettings: {} }, https)).json as unknown as {
		getSettings: { influx: { database: string }; points: { lost: number }; update: { state: string } };
	};
	assert.deepEqual(
		[getSettings.influx.database, getSettings.points.lost, getSettings.update.state],
		["home", 0, "idle"],
	);

	// The power goes during the next update, again and again.
	publisher.misbehave = (path, response) => {
		const percent = /^\/9\.2\.(\d+)\.mjs$/.exec(path)?.[1];
		if (percent === undefined) return false;
		response.writeHead(200, { "Content-Length": 1_000_000 });
		return response.write(Buffer.alloc(10_000 * Number(percent))) || true;
	};
	for (const percent of KILLS) {
		const url = publisher.publish(`9.2.${percent}`, Buffer.alloc(1_000_000));
		await owner.send({ update: { url } }, https);
		await desk.waitFor((event) => event.version === `9.2.${percent}` && event.percent === percent);
		await cutPower(desk, data);
		desk = await start();
		assert.equal(desk.paired, true);
		const { error } = await desk.waitFor(({ event }) => event === "update");
		assert.equal(error, `the update to 9.2.${percent} was interrupted`);
		owner = new Owner(desk.http, uuid);
		assert.equal((await owner.identify()).version, VERSION);
		https = await secure(owner);
		const { json } = await owner.send({ getSettings: {} }, https);
		assert.match(JSON.stringify(json.getSettings), /"database":"home"/);
	}
});

test("a release is the same, byte for byte, in another folder, time zone and language, and at another time", (t: TestContext) => {
	const elsewhere = new Repository(join(temporaryFolder(t), "deeper", "in another place"));
	elsewhere.useKey(repository);
	const env = { TZ: "Asia/Kolkata", LANG: "tr_TR.UTF-8", LC_ALL: "tr_TR.UTF-8" };
	const again = elsewhere.release(VERSION, publisher.url("/"), key, join(temporaryFolder(t), "out"), env);
	assert.ok(again.image.equals(released.image));
	// ECDSA draws a number for each signature.
	const claims = (manifest: Buffer) => ({ ...JSON.parse(manifest.toString()), signature: "" });
	assert.deepEqual(claims(again.manifest), claims(released.manifest));
	t.diagnostic(`${released.image.length} bytes`);
});

test("a key is for its user alone, never in the repository, and never written over", () => {
	if (process.platform !== "win32") assert.equal(statSync(key).mode & 0o777, 0o600);
	const text = readFileSync(key, "utf8");
	assert.match(text, /^-----BEGIN PRIVATE KEY-----/);
	const again = repository.run("keygen.mjs", [key]);
	assert.deepEqual([again.status, readFileSync(key, "utf8")], [1, text]);
	assert.match(again.stderr, /^[^\n]*exists already[^\n]*\n$/);
	const inside = repository.run("keygen.mjs", [repository.script("key.pem")]);
	assert.equal(inside.status, 1);
	assert.match(inside.stderr, /^[^\n]*inside the repository[^\n]*\n$/);
});

test("versions that disagree are refused: the one that was raised is not the one that devices would get", () => {
	const elsewhere = new Repository(join(folder, "raised by half"));
	elsewhere.useKey(repository);
	const text = elsewhere.read("package.json");
	elsewhere.write(text.replace(/("version": ")[^"]*/, "$19.9.9"), "package.json");
	const args = ["desktop", "--base", "https://updates.example.org", "--key", key];
	const { status, stderr, stdout } = elsewhere.run("release.mjs", args);
	assert.deepEqual([status, stdout], [1, ""]);
	assert.match(
		stderr,
		/^package\.json is of version 9\.9\.9, modules\/version\.ts of \d[^\n]*npm version[^\n]*\n$/,
	);
});

test("what stands in the way of a release is told in one line", () => {
	const base = ["--base", "https://updates.example.org"];
	const bare = { MODDABLE: "", IDF_PATH: "" };
	const cases: [string[], RegExp][] = [
		[["desktop"], /--base URL/],
		[["desktop", ...base, "--key", join(folder, "none")], /npm run keygen/],
		[["toaster", ...base, "--key", key], /no target toaster: desktop, esp32/],
		[["esp32c3", ...base, "--key", key], /MODDABLE is not set: see docs\/hardware\.md/],
	];
	for (const [args, reason] of cases) {
		const { status, stderr, stdout } = repository.run("release.mjs", args, bare);
		assert.deepEqual([status, stdout], [1, ""]);
		assert.match(stderr, reason);
		assert.match(stderr, /^[^\n]+\n$/);
	}
});
