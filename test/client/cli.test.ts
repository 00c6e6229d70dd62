import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { createSocket } from "node:dgram";
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { GENERAL, parse, SYNTAX } from "../../client/cli/arguments";
import { sparkline } from "../../client/cli/chart";
import { HELP } from "../../client/cli/help";
import { describeProgress } from "../../client/cli/progress";
import { mintKey, UsageError } from "../../client/node";
import { type Desk, startDesk, temporaryFolder } from "../support/desk";
import { suiteScope } from "../support/scope";
import { cli, type Outcome } from "./support/cli";
import { forgeries, INFO, playing, trap, updating } from "./support/impostor";

const NOWHERE = "http://127.0.0.1:1";

const noTerminal =
	spawnSync("script", ["-qec", "true", "/dev/null"]).status === 0
		? false
		: "there is no script, of util-linux, to make a terminal";

describe("a paired sensor on a desk", () => {
	const scope = suiteScope(after);
	const home = temporaryFolder(scope);
	let desk: Desk;
	let keyFile: string;
	let paired: Outcome;
	const run = (...args: string[]) => typed("", ...args);
	const typed = (input: string, ...args: string[]) =>
		cli(home, [...args, "--https", desk.https], { env: { AMBIENT16_URL: desk.http }, input });
	const json = async (...args: string[]) => JSON.parse((await run(...args, "--json")).stdout);
	before(async () => {
		desk = await startDesk(scope, { args: ["--clock-rate", "5"] });
		keyFile = join(home, ".config", "ambient16", desk.udid);
		paired = await run("pair");
	});

	test("pair keeps the UUID in a file for its owner alone, and the other commands find it there", async () => {
		assert.match(paired.stdout, new RegExp(`^${desk.udid} is yours`));
		assert.equal(statSync(keyFile).mode & 0o777, 0o600);
		assert.equal((await run("color", "blue", "--effect", "solid")).stdout, "#0000ff solid for 10 s\n");
		assert.deepEqual(await json("color", "red", "--duration", "5", "--intensity", "50"), {
			color: "#ff0000",
			effect: "blink",
			duration: 5,
			intensity: 50,
		});
		assert.equal((await json("info")).udid, desk.udid);
	});

	test("an address goes without its scheme, and HTTPS is where the sensor says", async (t) => {
		const other = await startDesk(t);
		const elsewhere = temporaryFolder(t);
		const { host } = new URL(other.http);
		const pair = await cli(elsewhere, ["pair", "--url", host]);
		assert.equal(pair.code, 0, pair.stderr);
		const color = await cli(elsewhere, ["color", "off"], { env: { AMBIENT16_URL: host } });
		assert.equal(color.stdout, "off\n");
		const forever = ["color", "0f8", "--effect", "solid", "--duration", "forever"];
		const green = await cli(elsewhere, forever, { env: { AMBIENT16_URL: host } });
		assert.equal(green.stdout, "#00ff88 solid until the next order\n");
	});

	test("pair leaves a sensor that has an owner, and makes no key for it", async (t) => {
		const other = temporaryFolder(t);
		const { code, stderr } = await cli(other, ["pair", "--url", desk.http]);
		assert.equal(code, 4, stderr);
		assert.equal(existsSync(join(other, ".config")), false);
		assert.equal((await cli(other, ["data", "--url", desk.http])).code, 2);
	});

	test("nothing that it prints holds the UUID, except new-uuid", async () => {
		const uuid = readFileSync(keyFile, "utf8").trim();
		const outputs = [paired];
		for (const args of [["data"], ["settings"], ["info"]]) outputs.push(await run(...args));
		for (const { stdout, stderr } of outputs) assert.ok(!(stdout + stderr).includes(uuid));
		assert.match((await run("new-uuid")).stdout, /^[0-9a-f-]{36}\n$/);
	});

	test("the UUID can come from the environment or another file, and not from an argument", async (t) => {
		const uuid = readFileSync(keyFile, "utf8").trim();
		const empty = temporaryFolder(t);
		const data = ["data", "--url", desk.http];
		assert.equal((await cli(empty, data, { env: { AMBIENT16_UUID: uuid } })).code, 0);
		assert.equal((await cli(empty, [...data, "--key-file", keyFile])).code, 0);
	});

	test("a key file that others can read is refused", async () => {
		chmodSync(keyFile, 0o640);
		const { code, stderr } = await run("data");
		chmodSync(keyFile, 0o600);
		assert.equal(code, 2);
		assert.match(stderr, /chmod 600/);
	});

	test("the UUID is asked for in a terminal, and not shown", { skip: noTerminal }, async (t) => {
		const uuid = readFileSync(keyFile, "utf8").trim();
		const { code, stdout } = await cli(temporaryFolder(t), ["color", "lime", "--url", desk.http], {
			terminal: true,
			prompt: "UUID: ",
			input: `${uuid}\r`,
		});
		assert.equal(code, 0, stdout);
		assert.match(stdout, /#00ff00 blink/);
		assert.ok(!stdout.includes(uuid.slice(0, 8)));
	});

	test("points and events are sent where told, with a password from standard input, and nowhere again", async () => {
		const set = await typed("hidden\n", "influx", "set", NOWHERE, "--database", "home", "--user", "me");
		assert.equal(set.stdout, `points go to ${NOWHERE}\n`);
		await typed("hidden\n", "mqtt", "set", "mqtt://127.0.0.1:1", "--user", "me", "--no-discovery");
		const { influx, mqtt } = await json("settings");
		assert.deepEqual([influx.user, influx.database], ["me", "home"]);
		assert.deepEqual([mqtt.user, mqtt.discovery], ["me", false]);
		await typed("token\n", "influx", "set", NOWHERE, "--bucket", "rooms", "--org", "us");
		assert.deepEqual(await json("mqtt", "off"), { mqtt: null });
		const now = await json("settings");
		assert.deepEqual([now.influx.bucket, now.influx.org, now.mqtt], ["rooms", "us", null]);
		await run("influx", "off");
		assert.equal((await json("settings")).influx, null);
	});

	test("https on proves the certificate and stays, the other commands find the sensor there, and off leaves", async () => {
		const on = await json("https", "on", "--idle", "60");
		assert.equal(new URL(on.url).port, new URL(desk.https).port);
		const { influx } = await json("settings");
		assert.equal(influx, null);
		assert.equal((await json("color", "red")).color, "#ff0000");
		assert.equal((await cli(home, ["info", "--url", desk.http])).code, 3);
		assert.equal((await run("https", "off")).code, 0);
		assert.equal((await cli(home, ["info", "--url", desk.http])).code, 0);
	});

	test("a key is made, shown, does what it is for, and is revoked", async (t) => {
		const made = await run("key", "grafana", "--read");
		assert.equal(made.code, 0, made.stderr);
		const env = { AMBIENT16_URL: desk.http, AMBIENT16_KEY: made.stdout.trim() };
		const program = (...args: string[]) => cli(temporaryFolder(t), args, { env });
		assert.equal((await program("data")).code, 0);
		assert.equal((await program("color", "red")).code, 2);
		assert.match((await run("keys")).stdout, /^generation {2}1\nrevoked {5}none\n.*\n {2}grafana +read +\S/);
		assert.equal((await run("revoke", "grafana")).stdout, "revoked: grafana\n");
		const { code, stderr } = await program("data");
		assert.equal(code, 4);
		assert.match(stderr, /AMBIENT16_KEY/);
		assert.match((await run("keys")).stdout, /^revoked {5}grafana$/m);
		const again = await run("key", "grafana", "--read");
		assert.equal(again.code, 2);
		assert.match(again.stderr, /choose another/);
		assert.equal((await typed("n\n", "revoke", "--all")).code, 1);
		assert.equal((await typed("y\n", "revoke", "--all")).code, 0);
		assert.equal((await json("keys")).generation, 2);
		assert.match((await run("key", "grafana", "--read")).stdout, /^grafana\.r\.0\.2:/);
		// What it was told last, it knows also while the sensor is out of reach.
		const away = [
			"key",
			"a",
			"--read",
			"--url",
			NOWHERE,
			"--https",
			"https://127.0.0.1:1",
			"--key-file",
			keyFile,
		];
		assert.match((await cli(home, away)).stdout, /^a\.r\.0\.2:/);
	});

	test("sensors tells the sensor for CO2 where it is, and recalibrates one that has settled", async () => {
		assert.equal((await run("sensors", "set", "--altitude", "300", "--offset", "5.5")).code, 0);
		assert.deepEqual((await json("settings")).sensors, { temperatureOffset: 5.5, altitude: 300 });
		const early = await run("sensors", "recalibrate", "420");
		assert.equal(early.code, 4);
		assert.match(early.stderr, /3 minutes/);
		assert.equal((await run("sensors", "off")).code, 0);
		assert.equal((await json("settings")).sensors, null);
		for (const wrong of [
			["sensors"],
			["sensors", "set"],
			["sensors", "recalibrate"],
			["sensors", "recalibrate", "x"],
		])
			assert.equal((await run(...wrong)).code, 2, wrong.join(" "));
	});

	test("auth hmac-only refuses MD5 secrets, and md5 takes them again", async () => {
		assert.equal((await run("data", "--md5")).code, 0);
		await run("auth", "hmac-only");
		assert.equal((await run("data", "--md5")).code, 2);
		assert.equal((await run("data")).code, 0);
		await run("auth", "md5");
		assert.equal((await run("data", "--md5")).code, 0);
	});

	test("data --watch draws what comes, with units, and over itself in a terminal", {
		skip: noTerminal,
	}, async () => {
		const args = ["data", "--watch", "--url", desk.http];
		const until = (stdout: string) => /co2 .*[▁-█]{2}/.test(stdout);
		const plain = await cli(home, args, { until });
		assert.match(plain.stdout, /^temperature +\d+(\.\d+)? °C {3}[▁-█]$/m);
		assert.ok(!plain.stdout.includes("\u001b"));
		const drawn = await cli(home, args, { until, terminal: true });
		assert.ok(drawn.stdout.includes("\u001b[7A\u001b[J"));
	});

	test("discover finds a sensor among the addresses that it is given, and asks no others", async () => {
		const { host, port } = new URL(desk.http);
		const found = await json("discover", "127.0.0.1:1", host);
		assert.deepEqual(
			found.map(({ url, info }: { url: string; info: { udid: string } }) => [url, info.udid]),
			[[desk.http, desk.udid]],
		);
		assert.deepEqual(await json("discover", "127.0.0.0/30", `127.0.0.2:${port}`, "127.0.0.1:1"), [
			{ url: `http://127.0.0.2:${port}`, info: await json("info") },
		]);
		const nobody = await run("discover", "127.0.0.1:1");
		assert.deepEqual([nobody.code, nobody.stdout], [6, "no sensor answers\n"]);
		for (const many of ["10.0.0.0/8", "10.0.0.0/23", "10.0.0.0/33", "//"])
			assert.equal((await run("discover", many)).code, 2, many);
	});

	test("discover without addresses finds the sensor that announces itself", async (t) => {
		if (!(await hasMulticast())) return t.skip("this machine hears no multicast of its own");
		const found = await json("discover");
		assert.ok(found.some(({ info }: { info: { udid: string } }) => info.udid === desk.udid));
	});

	test("an unreachable sensor is 3, a refusal 4, and JSON tells both", async () => {
		assert.equal((await cli(home, ["info", "--url", NOWHERE])).code, 3);
		const refused = await run("color", "no such color", "--json");
		assert.equal(refused.code, 4);
		assert.equal(JSON.parse(refused.stdout).code, "invalid-field");
	});

	test("reset asks first, and does as it is told", async () => {
		assert.equal((await typed("n\n", "reset")).code, 1);
		assert.equal((await json("info")).paired, true);
		assert.equal((await typed("y\n", "reset")).code, 0);
		assert.equal((await json("info")).paired, false);
		assert.equal((await run("data")).code, 2);
	});

	test("after a reset pair makes a new UUID, and says where the old one is", async () => {
		const old = readFileSync(keyFile, "utf8");
		const { stdout, code } = await run("pair");
		assert.equal(code, 0, stdout);
		assert.notEqual(readFileSync(keyFile, "utf8"), old);
		assert.equal(readFileSync(`${keyFile}.old`, "utf8"), old);
		assert.ok(stdout.includes(`${keyFile}.old`), stdout);
		assert.equal((await run("data")).code, 0);
	});

	test("--same-as pairs another sensor with the UUID that this one has", async (t) => {
		const other = await startDesk(t);
		const pair = await cli(home, ["pair", "--url", other.http, "--same-as", desk.udid]);
		assert.equal(pair.code, 0, pair.stderr);
		const file = join(home, ".config", "ambient16", other.udid);
		assert.equal(readFileSync(file, "utf8"), readFileSync(keyFile, "utf8"));
		assert.equal(statSync(file).mode & 0o777, 0o600);
		assert.equal((await cli(home, ["data", "--url", other.http])).code, 0);
		const nowhere = await cli(home, ["pair", "--url", other.http, "--same-as", "/no/such/file"]);
		assert.notEqual(nowhere.code, 0);
	});

	test("a wrong UUID is 5, and told with the file that it came from", async () => {
		const right = readFileSync(keyFile, "utf8");
		writeFileSync(keyFile, randomUUID());
		const { code, stderr } = await run("data");
		const told = await json("data");
		writeFileSync(keyFile, right);
		assert.equal(code, 5);
		assert.ok(stderr.includes(keyFile), stderr);
		assert.equal(told.code, "wrong-secret");
	});
});

describe("a pairing that is refused", () => {
	test("for a closed window says how to open it, and leaves the key files as they were", async (t) => {
		const { url } = await playing(t, () => ({ ...INFO, paired: false }), [200, {}]);
		const home = temporaryFolder(t);
		const key = join(home, "key");
		writeFileSync(key, "old", { mode: 0o600 });
		const pair = (...args: string[]) =>
			cli(home, ["pair", "--url", url, "--https", "https://127.0.0.1:1", ...args]);
		for (const { code, stderr } of [await pair(), await pair("--key-file", key)]) {
			assert.equal(code, 4);
			assert.match(stderr, /button.*b in its terminal/);
		}
		assert.equal(readFileSync(key, "utf8"), "old");
		assert.ok(!existsSync(`${key}.old`));
		assert.ok(!existsSync(join(home, ".config", "ambient16", INFO.udid)));
	});
});

describe("a key", () => {
	const nowhere = ["--url", NOWHERE, "--https", "https://127.0.0.1:1"];
	const uuid = randomUUID();
	const withUuid = { env: { AMBIENT16_UUID: uuid } };

	test("is made without the sensor, and shown once", async (t) => {
		const { code, stdout, stderr } = await cli(
			temporaryFolder(t),
			["key", "grafana", "--read", "--light", ...nowhere],
			withUuid,
		);
		assert.equal(code, 0, stderr);
		assert.equal(stdout.trim(), await mintKey(uuid, { name: "grafana", read: true, light: true }));
		assert.match(stderr, /cannot be reached.*generation 1/);
	});

	test("has an end, and a generation that is given", async (t) => {
		const home = temporaryFolder(t);
		const made = async (...args: string[]) => {
			const { stdout } = await cli(home, ["key", "a", "--manage", ...args, ...nowhere], withUuid);
			return stdout.split(":")[0]?.split(".") ?? [];
		};
		const [, , days, third] = await made("--days", "30", "--generation", "3");
		assert.ok(Math.abs(Number(days) - Date.now() / 1000 - 30 * 86_400) < 600);
		assert.equal(third, "3");
		const [, , until] = await made("--until", "2060-02-28");
		assert.equal(Number(until), new Date(2060, 1, 29).getTime() / 1000);
		const [, , moment] = await made("--until", "2060-02-28T12:00:00Z");
		assert.equal(Number(moment), Date.parse("2060-02-28T12:00:00Z") / 1000);
	});

	test("goes into a new file for its owner's eyes only", async (t) => {
		const home = temporaryFolder(t);
		const file = join(home, "keys", "grafana");
		const args = ["key", "grafana", "--read", "--file", file, ...nowhere];
		const { stdout } = await cli(home, args, withUuid);
		const text = readFileSync(file, "utf8").trim();
		assert.equal(text, await mintKey(uuid, { name: "grafana", read: true }));
		assert.ok(!stdout.includes(text.split(":")[1] ?? ""));
		assert.equal(statSync(file).mode & 0o777, 0o600);
		assert.notEqual((await cli(home, args, withUuid)).code, 0);
	});

	test("that cannot be is refused before anybody is asked", async (t) => {
		const { url, heard } = await playing(t, () => INFO, [200, {}]);
		const env = { AMBIENT16_UUID: uuid, AMBIENT16_URL: url };
		for (const args of [
			[],
			["grafana"],
			["Grafana", "--read"],
			["grafana", "--read", "--days", "0"],
			["grafana", "--read", "--until", "2001-01-01"],
			["grafana", "--read", "--until", "soon"],
			["grafana", "--read", "--until", "2060-01-01", "--days", "3"],
		])
			assert.equal((await cli(temporaryFolder(t), ["key", ...args], { env })).code, 2, args.join(" "));
		assert.deepEqual(heard, []);
	});

	test("stands for the UUID in the environment and the key file, as far as it goes", async (t) => {
		const info = { ...INFO, auth: ["md5", "hmac-sha256", "key"] };
		const { url, heard } = await playing(t, () => info, [200, { getData: { window: null } }]);
		const home = temporaryFolder(t);
		const key = await mintKey(uuid, { name: "grafana", read: true });
		const file = join(home, "key");
		writeFileSync(file, key, { mode: 0o600 });
		const env = { AMBIENT16_URL: url };
		for (const [args, more] of [
			[["--key-file", file], {}],
			[[], { AMBIENT16_KEY: key }],
		] as const) {
			const run = (...command: string[]) => cli(home, [...command, ...args], { env: { ...env, ...more } });
			assert.equal((await run("data")).code, 0);
			assert.match(heard.at(-1) ?? "", /key="grafana\.r\.0\.1"/);
			for (const [command, missing] of [
				[["color", "red"], /key to light/],
				[["settings"], /key to manage/],
				[["auth", "md5"], /owner's UUID/],
				[["revoke", "a"], /owner's UUID/],
				[["reset", "--yes"], /owner's UUID/],
				[["key", "b", "--read"], /owner's UUID/],
			] as const) {
				const { code, stderr } = await run(...command);
				assert.equal(code, 2, stderr);
				assert.match(stderr, missing);
				assert.ok(!stderr.includes(key.split(":")[1] ?? ""));
			}
		}
	});
});

describe("Ctrl-C at a question", { skip: noTerminal }, () => {
	const questions: [args: string[], prompt: string, info: object][] = [
		[["pair", "--ssid", "home"], "Wi-Fi password: ", { paired: false }],
		[["color", "red"], "UUID: ", {}],
		[["influx", "set", NOWHERE, "--database", "home", "--user", "me"], "Password: ", {}],
		[["influx", "set", NOWHERE, "--bucket", "home"], "Token: ", {}],
		[["mqtt", "set", "mqtt://127.0.0.1", "--user", "me"], "Password: ", {}],
		[["reset"], "[y/N] ", {}],
	];
	for (const [args, prompt, info] of questions)
		test(`of ${args.join(" ")} sends nothing`, async (t) => {
			const { url, heard } = await playing(t, () => ({ ...INFO, ...info }), [200, {}]);
			const home = temporaryFolder(t);
			const env = {
				AMBIENT16_URL: url,
				...(args[0] !== "color" && args[0] !== "pair" && { AMBIENT16_UUID: randomUUID() }),
			};
			for (const input of ["\u0003", "hid\u0003"]) {
				const { code, stdout } = await cli(home, args, { env, terminal: true, prompt, input });
				assert.equal(code, 130, stdout);
			}
			for (const request of heard) assert.equal(request, "\n");
			assert.ok(!existsSync(join(home, ".config")));
		});

	test("is not what an end of the input without a line is, and that sends nothing either", async (t) => {
		const { url, heard } = await playing(t, () => INFO, [200, {}]);
		const env = { AMBIENT16_URL: url, AMBIENT16_UUID: randomUUID() };
		const { code } = await cli(temporaryFolder(t), ["mqtt", "set", "mqtt://127.0.0.1", "--user", "me"], {
			env,
		});
		assert.equal(code, 2);
		assert.deepEqual(heard, []);
	});
});

describe("wrong usage", () => {
	test("of the command line is told before anything is asked", () => {
		for (const args of [
			["nonsense"],
			["toString"],
			["--nonsense"],
			["color", "red", "green"],
			["data", "--effect", "blink"],
			["data", "--uuid", randomUUID()],
			["new-uuid", "--watch"],
			["info", "--url"],
		])
			assert.throws(() => parse(args), UsageError, args.join(" "));
		for (const args of [[], ["help"], ["data", "--help"]]) assert.equal(parse(args).command, "help");
	});

	test("is 2", async (t) => {
		const home = temporaryFolder(t);
		const key = join(home, "key");
		writeFileSync(key, randomUUID(), { mode: 0o600 });
		const { url } = await playing(t, () => INFO, [200, {}]);
		for (const args of [
			["nonsense"],
			["color", "red", "--duration", "long"],
			["influx", "set", "http://127.0.0.1"],
			["mqtt", "set", "mqtt://127.0.0.1", "--ca", "/no/such/file"],
			["info", "--url", "nonsense"],
		]) {
			const { code, stderr } = await cli(home, [...args, "--key-file", key], { env: { AMBIENT16_URL: url } });
			assert.equal(code, 2, args.join(" "));
			assert.match(stderr, /^.+\n$/, args.join(" "));
		}
	});
});

test("an impostor is 5, and hears nothing secret", async (t) => {
	const uuid = randomUUID();
	const other = await trap(t);
	// The library refuses all of them; here it is the exit code that counts.
	const all = forgeries(uuid, other);
	for (const setHttps of [all[0] as object, ...all.slice(-3)]) {
		const between = await playing(t, () => INFO, [200, { status: "ok", setHttps }]);
		const args = ["influx", "set", "http://192.0.2.1", "--database", "home", "--user", "me"];
		const env = { AMBIENT16_UUID: uuid, AMBIENT16_URL: between.url };
		const { code, stderr } = await cli(temporaryFolder(t), args, { env, input: "hidden\n" });
		assert.equal(code, 5, stderr);
		for (const request of between.heard) assert.ok(!/hidden/.test(request) && !request.includes(uuid));
	}
	assert.deepEqual(other.heard, []);
});

test("update shows a bar in a terminal, and says what runs in the end", { skip: noTerminal }, async (t) => {
	const uuid = randomUUID();
	const states = [
		{ state: "downloading", version: "1.1.0", percent: 40 },
		{ state: "restarting", version: "1.1.0" },
	];
	const { url, heard } = await updating(t, uuid, states, "1.1.0");
	const { code, stdout } = await cli(temporaryFolder(t), ["update", "http://127.0.0.1/a.json", "--daily"], {
		env: { AMBIENT16_UUID: uuid, AMBIENT16_URL: url },
		terminal: true,
	});
	assert.equal(code, 0, stdout);
	assert.ok(stdout.includes("[##########               ]  40 %  downloading 1.1.0"), stdout);
	assert.match(stdout, /100 % {2}restarting 1\.1\.0\r\nversion 1\.1\.0 runs\r\n$/);
	assert.match(heard.join(), /"daily":true/);
});

test("a bar is as long at its begin as at its end", () => {
	const bars = [{ percent: 0 }, { percent: 33 }, { percent: 100 }, {}].map((it) =>
		describeProgress({ state: "downloading", daily: null, ...it }),
	);
	assert.deepEqual(new Set(bars.map(({ length }) => length)).size, 1);
	assert.match(bars[2] ?? "", /^\[#{25}\] 100 %/);
});

test("a chart goes from the least to the most, and is as long as it may be", () => {
	assert.equal(sparkline([1, 2, 3, 4, 5, 6, 7, 8], 8), "▁▂▃▄▅▆▇█");
	assert.equal(sparkline([5, 5, 5], 8), "▁▁▁");
	assert.equal(sparkline([0, 0, 1, 2], 2), "▁█");
	assert.equal(sparkline([], 8), "");
});

test("help names every command and option", () => {
	for (const name of Object.keys(SYNTAX))
		if (name !== "help") assert.match(HELP, new RegExp(`^ {2}ambient16 ${name}\\b`, "m"));
	const options = Object.values(SYNTAX).flatMap((syntax) => ("options" in syntax ? syntax.options : []));
	for (const name of [...GENERAL, ...options])
		if (name !== "help") assert.match(HELP, new RegExp(`--${name}\\b`));
});

describe("completion", () => {
	const shells = ["bash", "zsh", "fish"].map(
		(name) => [name, spawnSync(name, ["--version"]).status === 0] as const,
	);

	for (const [shell, there] of shells)
		test(`${shell} takes it`, { skip: there ? false : `there is no ${shell}` }, async (t) => {
			const { stdout } = await cli(temporaryFolder(t), ["completion", shell]);
			const { status, stderr } = spawnSync(shell, shell === "fish" ? ["-c", stdout] : ["-ec", stdout], {
				encoding: "utf8",
			});
			assert.deepEqual([status, stderr], [0, ""]);
		});

	const [, bash] = shells[0] as (typeof shells)[number];
	test("bash completes commands, what follows them, options and files", {
		skip: bash ? false : "there is no bash",
	}, async (t) => {
		const { stdout: script } = await cli(temporaryFolder(t), ["completion", "bash"]);
		const complete = (line: string) => {
			const words = line.split(" ");
			const { stdout } = spawnSync(
				"bash",
				[
					"-c",
					`${script}\nCOMP_CWORD=$(($# - 1)); COMP_WORDS=("$@"); _ambient16; printf '%s\\n' "\${COMPREPLY[@]}"`,
					"-",
					...words,
				],
				{ encoding: "utf8", cwd: "client" },
			);
			return stdout.trim().split("\n");
		};
		assert.deepEqual(complete("ambient16 "), Object.keys(SYNTAX));
		assert.deepEqual(complete("ambient16 set"), ["settings"]);
		assert.deepEqual(complete("ambient16 --url http://a --json https "), ["on", "off"]);
		assert.deepEqual(complete("ambient16 influx set "), [""]);
		assert.deepEqual(complete("ambient16 color red --e"), ["--effect"]);
		assert.deepEqual(complete("ambient16 color red --effect "), ["blink", "solid", "breathe"]);
		assert.deepEqual(complete("ambient16 data --w"), ["--watch"]);
		assert.deepEqual(complete("ambient16 data --key-file LIC"), ["LICENSE"]);
	});
});

/** Whether what this machine sends to a group comes back to it. */
function hasMulticast(): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = createSocket({ type: "udp4", reuseAddr: true });
		const end = (heard: boolean) => {
			clearTimeout(timer);
			socket.close();
			resolve(heard);
		};
		const timer = setTimeout(end, 1_000, false);
		socket.once("error", () => end(false));
		socket.once("message", () => end(true));
		socket.bind(0, () => {
			try {
				socket.addMembership("224.0.0.251");
				socket.send("?", (socket.address() as AddressInfo).port, "224.0.0.251");
			} catch {
				end(false);
			}
		});
	});
}
