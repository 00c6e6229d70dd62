import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { pathToFileURL } from "node:url";
import { openFlash } from "../../hosts/desktop/flash";
import { SLOT_VARIABLE, Slots } from "../../hosts/desktop/slots";
import { SETTINGS_KEY, UUID_KEY } from "../../modules/flash-keys";
import { bundle, type DeskEvent, temporaryFolder } from "../support/desk";
import { alter, Publisher } from "../support/publisher";

/** Of the image: whole percents, and more than fits into one read. */
const SIZE = 300_000;
const UUID = "01234567-89ab-4def-8123-456789abcdef";
const DATABASE = "http://127.0.0.1:1";
/** The HTTP parser is WebAssembly: V8 is not to compile it a second time, better, for so short a life. */
const QUICK = "--liftoff-only";
const NO_GROUPS = { skip: process.platform === "win32" && "there are no process groups" };

interface Told extends DeskEvent {
	slot?: string;
	percent?: number;
	database?: string;
}

/** A process that tells what happens to it, one JSON object a line. */
class Program {
	readonly told: Told[] = [];
	readonly exit: Promise<unknown>;
	#child: ChildProcess;
	#onEvent: (event: Told) => void;

	constructor(
		t: TestContext,
		args: string[],
		env: Record<string, string>,
		onEvent: (event: Told) => void = () => {},
	) {
		this.#onEvent = onEvent;
		this.#child = spawn(process.execPath, args, {
			env: { ...process.env, ...env },
			stdio: ["ignore", "pipe", "inherit"],
			// A process group of its own, whose power can be cut.
			detached: true,
		});
		t.after(() => this.kill());
		this.exit = once(this.#child, "close");
		let rest = "";
		this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => {
			const lines = (rest + text).split("\n");
			rest = lines.pop() as string;
			for (const line of lines) {
				const event = JSON.parse(line) as Told;
				this.told.push(event);
				this.#onEvent(event);
			}
		});
	}

	/** Cuts the power of it and all that it has started. */
	kill(): void {
		try {
			process.kill(-(this.#child.pid as number), "SIGKILL");
		} catch {
			// It has ended.
		}
	}
}

/** A device with an owner and settings, and someone who publishes updates for it. */
async function setUp(t: TestContext) {
	const publisher = new Publisher();
	await publisher.serve(t);
	const [program = ""] = await bundle(t, "test/desktop/slot-device.ts", { splitting: false });
	const constants = { UPDATE_KEY: publisher.key, CONFIRM_INTERVAL: 10, CONFIRM_STABLE: 50 };
	const text = alter(readFileSync(program, "utf8"), constants);
	const image = (version: string) => Buffer.from(alter(text, { VERSION: version }));
	const device = () => {
		const data = temporaryFolder(t);
		mkdirSync(join(data, "flash"));
		const flash = openFlash(join(data, "flash"));
		flash.set(UUID_KEY, Buffer.from(UUID));
		flash.set(SETTINGS_KEY, Buffer.from(JSON.stringify({ influx: { url: DATABASE, database: "home" } })));
		return { data, kept: () => flash.get(UUID_KEY)?.toString() };
	};
	writeFileSync(program, text);
	return { publisher, program, image, device };
}

/** That it has started with all that it knew. */
function checkStart(told: Told[], context: string): Told {
	const ready = told.find(({ event }) => event === "ready");
	assert.ok(ready, context);
	assert.deepEqual([ready.paired, ready.database], [true, DATABASE], context);
	return ready;
}

test("killed at every 1 % of the download, 100 times: the firmware that it had runs, with all that it knew, and says why", async (t) => {
	const { publisher, program, device } = await setUp(t);
	/** It sends 9.9.N up to N %, and no further. */
	publisher.misbehave = (path, response) => {
		const percent = /^\/9\.9\.(\d+)\.mjs$/.exec(path)?.[1];
		if (percent === undefined) return false;
		response.writeHead(200, { "Content-Length": SIZE });
		response.write(Buffer.alloc((SIZE / 100) * Number(percent), "x"));
		return true;
	};
	let partial = 0;
	const live = async (percents: number[]) => {
		const { data } = device();
		let before: number | undefined;
		for (const percent of [...percents, undefined]) {
			const context = `after a kill at ${before} %`;
			const slot = new Slots(data).start();
			assert.equal(slot, "source", context);
			const url = percent === undefined ? "" : publisher.publish(`9.9.${percent}`, Buffer.alloc(SIZE, "x"));
			const run = new Program(
				t,
				[QUICK, program, "--data", data],
				{ [SLOT_VARIABLE]: slot, UPDATE_URL: url },
				(event) => {
					if (percent === undefined ? event.event === "update" : event.percent === percent) run.kill();
				},
			);
			await run.exit;
			assert.equal(checkStart(run.told, context).version, "0.1.0", context);
			const why = run.told.find(({ event }) => event === "update")?.error;
			if (before !== undefined)
				assert.equal(why, `the update to 9.9.${before} was interrupted`, JSON.stringify(run.told));
			if (existsSync(join(data, "slots", "a.mjs"))) partial++;
			before = percent;
		}
	};
	const percents = Array.from({ length: 100 }, (_, percent) => percent);
	await Promise.all([0, 1].map((lane) => live(percents.filter((percent) => percent % 2 === lane))));
	assert.ok(partial >= 100, `${partial} kills came within the download`);
});

test(
	"killed at each step from the verified image to the confirmation: the old firmware or the new one runs, and says why",
	NO_GROUPS,
	async (t) => {
		const { publisher, program, image, device } = await setUp(t);
		const [supervised = ""] = await bundle(t, "test/desktop/supervised.ts");
		const power = pathToFileURL("test/desktop/power.mjs").href;
		const { data } = device();
		const log = join(temporaryFolder(t), "log");
		let running = "0.1.0";
		let steps = "";
		const seen = { old: 0, new: 0 };
		for (let step = 0, done = false; !done; step++) {
			const next = `1.0.${step}`;
			const url = publisher.publish(next, image(next));
			const before = step === 0 ? undefined : `1.0.${step - 1}`;
			rmSync(log, { force: true });
			const run = new Program(
				t,
				[supervised, program, "60000", "--data", data],
				{ UPDATE_URL: url, POWER_LOG: log, POWER_STEP: `${step}`, NODE_OPTIONS: `--import=${power}` },
				({ event, state, version }) => {
					// No step was left at which the power could go.
					if (event === "update" && state === "confirmed" && version === next) done = true;
					if (done) run.kill();
				},
			);
			await run.exit;
			const context = `after a kill before step ${step - 1} (${steps.split("\n")[step - 1]}): ${JSON.stringify(run.told)}`;
			const { version } = checkStart(run.told, context);
			const why = run.told.filter(({ event }) => event === "update");
			if (version === before) {
				// It is on trial still, or has confirmed itself the moment before.
				const confirmed = why[0]?.state === "confirmed" && why[0].version === version;
				assert.ok(confirmed || why[0]?.state === "checking", context);
				seen.new++;
			} else {
				assert.equal(version, running, context);
				if (before) assert.equal(why[0]?.error, `the update to ${before} was interrupted`, context);
				seen.old++;
			}
			running = version as string;
			steps = readFileSync(log, "utf8");
		}
		const names = steps.trim().split("\n");
		assert.ok(names.length >= 20, steps);
		t.diagnostic(
			`${names.length} steps; the old firmware ran ${seen.old} times, the new one ${seen.new} times`,
		);
		for (const name of ["fsync a.mjs", "rename state.json.new", "rename tried.new", "unlink fetched"])
			assert.ok(
				names.some((it) => it.replace("b.mjs", "a.mjs") === name),
				`${name}: ${steps}`,
			);
		assert.ok(seen.old > 5 && seen.new > 5);
	},
);
