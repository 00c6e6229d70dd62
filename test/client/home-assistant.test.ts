import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { parseKey } from "../../client/key";
import { mintKey, Sensor } from "../../client/node";
import { DIAGNOSED, discoveryMessages } from "../../modules/cloud/discovery";
import { QUANTITIES } from "../../modules/sensing/quantities";
import { type Desk, startDesk, temporaryFolder } from "../support/desk";
import { complaints } from "../support/home-assistant";
import { block, KEY, ownBlock, PAGE } from "../support/home-assistant-page";
import { suiteScope } from "../support/scope";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

const found = spawnSync("python3", ["-c", "import jinja2, yaml"]);
const skip = found.status === 0 ? false : "there is no python3 with PyYAML and Jinja";

interface Outcome {
	entities: Record<string, Record<string, string>>;
	scripts: Record<string, { status: number; content: { setColor: object } } | null>;
}

/** Carries out the page's configuration with a device at `url`. */
function carryOut(url: string, udid: string, key: string, reachable = true): Promise<Outcome> {
	const own = (start: string) => ownBlock(start, url, udid, key);
	const input = { secrets: own("# secrets.yaml"), configuration: own("# configuration.yaml"), reachable };
	return new Promise((resolve, reject) => {
		const child = spawn("python3", ["-B", join(ROOT, "test", "support", "home_assistant.py")]);
		let [stdout, stderr] = ["", ""];
		child.stdout.on("data", (chunk) => {
			stdout += chunk;
		});
		child.stderr.on("data", (chunk) => {
			stderr += chunk;
		});
		child.on("close", (code) => (code === 0 ? resolve(JSON.parse(stdout)) : reject(new Error(stderr))));
		child.stdin.end(JSON.stringify(input));
	});
}

/** Pairs the device, and makes the page's key for it. */
async function keyOf(desk: Desk): Promise<string> {
	const uuid = await new Sensor(desk.http).pair();
	return mintKey(uuid, { name: "home-assistant", read: true, light: true });
}

test("the page shows the key that its line makes", () => {
	assert.match(PAGE, /key home-assistant --read --light/);
	assert.ok(PAGE.includes(`   ${KEY}\n`));
	assert.equal(parseKey(KEY).scope, "rl");
});

test("no page tells anybody to give the UUID to a program", () => {
	for (const page of readdirSync(join(ROOT, "docs")).filter((name) => name.endsWith(".md")))
		assert.doesNotMatch(
			readFileSync(join(ROOT, "docs", page), "utf8"),
			/AMBIENT16_UUID=|uuid\.txt|\.uuid\b/,
			page,
		);
});

test("the page names the entities that the device announces", () => {
	const rows = [...PAGE.matchAll(/^\| ([A-Z][\w ]*) \| ([^|]*?) ?\|$/gm)].map(([, name, unit]) => [
		name,
		unit,
	]);
	const quantities = QUANTITIES.map(({ name }) => name);
	const ALL = {
		topic: "ambient16",
		udid: "10000fb38278",
		quantities,
		light: true,
		diagnostics: DIAGNOSED,
		name: null,
	};
	const announced = [...discoveryMessages(ALL)].map(({ topic, payload }) => {
		assert.deepEqual(complaints(topic, payload), []);
		const { name, unit_of_measurement: unit = "", event_types: types } = JSON.parse(payload);
		if (topic.includes("/light/")) return ["Light", "if you let it: on and off, brightness, color, effects"];
		if (topic.includes("/update/"))
			return [name, "which version runs, and which one it is being replaced by"];
		if (topic.includes("/started/")) return [name, "a time"];
		if (topic.includes("/problem/")) return [name, "on while there is one, with its message"];
		return [name, types ? `an event: ${types.map((type: string) => `\`${type}\``).join(", ")}` : unit];
	});
	assert.deepEqual(
		rows.filter(([name]) => name !== "entity"),
		announced,
	);
});

describe("the page, with a paired device that has measured", { skip }, () => {
	const scope = suiteScope(after);
	let desk: Desk;
	let key: string;
	before(async () => {
		desk = await startDesk(scope, { args: ["--clock-rate", "60"] });
		key = await keyOf(desk);
		await desk.waitFor(({ event }) => event === "window");
	});

	test("its REST configuration makes entities of the readings, of known classes and units, and the light red", async () => {
		const { entities, scripts } = await carryOut(desk.http, desk.udid, key);
		const names = ["temperature", "humidity", "pressure", "illuminance", "CO2"];
		assert.deepEqual(
			Object.keys(entities),
			names.map((name) => `Ambient16 ${name}`),
		);
		for (const { state, availability, name, unique_id: id, ...rest } of Object.values(entities)) {
			assert.match(state ?? "", /^\d+(\.\d+)?$/, name);
			// The classes of MQTT sensors are those of all sensors.
			const config = {
				name,
				unique_id: id,
				...rest,
				state_topic: "a",
				device: { identifiers: ["a"] },
				origin: { name: "a" },
			};
			assert.deepEqual(complaints("homeassistant/sensor/a/config", JSON.stringify(config)), []);
		}
		const { status, content } = scripts.ambient16_red ?? assert.fail();
		assert.equal(status, 200);
		assert.deepEqual(content.setColor, { color: "#ff0000", effect: "breathe", duration: 60, intensity: 100 });
	});

	test("they are unavailable while the sensor is away, refuses, or has measured nothing yet", async (t) => {
		// Windows end with each ten seconds of the wall clock: its time all but stands still, so that none does now.
		const fresh = await startDesk(t, { args: ["--clock-rate", "0.000001"] });
		const other = await keyOf(fresh);
		for (const outcome of [
			await carryOut("http://127.0.0.1:1", desk.udid, key, false),
			await carryOut(desk.http, desk.udid, KEY),
			await carryOut(fresh.http, fresh.udid, other),
		])
			for (const { state } of Object.values(outcome.entities)) assert.equal(state, "unavailable");
	});

	test("its command prints the readings", (t) => {
		const folder = temporaryFolder(t);
		copyFileSync(join(ROOT, "client", "python", "ambient16.py"), join(folder, "ambient16.py"));
		writeFileSync(join(folder, "ambient16.key"), `${key}\n`);
		const [, command = ""] = /^ +command: (.*)$/m.exec(block("command_line:")) ?? [];
		const { stdout, status } = spawnSync("sh", ["-c", command.replace("http://192.168.1.16", desk.http)], {
			cwd: folder,
			encoding: "utf8",
		});
		assert.equal(status, 0);
		assert.equal(typeof JSON.parse(stdout).window.temperature, "number");
	});
});
