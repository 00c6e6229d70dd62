import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { buildEngine, compileFirmware, type Engine, type Watch } from "./engine";

const root = fileURLToPath(new URL("../..", import.meta.url));
const MAIN = "test/xs/device/main";

/** What the garbage collector finds in use. */
export interface Measure {
	slots: number;
	/** Bytes. */
	chunks: number;
	/** Names beyond those in the flash; XS never forgets one. */
	keys: number;
	/** Bytecodes and their like since the start. */
	meter: number;
	/** Most in use at a time since the last measure; exact only after `stress`. */
	peakSlots: number;
	/** Bytes. */
	peakChunks: number;
	/** Bytes that C has taken from its own heap. */
	heap: number;
	/** Bytes that XS had of the C heap at the most since the last measure. */
	peakHeap: number;
	/** Slots that XS has taken of the region, which it never gives back. */
	taken: number;
	/** Slots of the stack that were in use at some time. */
	stack: number;
	/** Sockets that are open, those included that are being closed. */
	sockets: number;
	/** The most messages from the thread that waits for sockets that were under way at a time. */
	messages: number;
}

/** What XS takes at its start, as `creation` in manifests has it. */
export interface Creation {
	/** Bytes for slots, chunks and the stack together. */
	static: number;
	/** Bytes of chunks. */
	chunk: { initial: number; incremental: number };
	/** Slots. */
	heap: { initial: number; incremental: number };
	/** Slots. */
	stack: number;
}

/** That of the chips. */
export const CREATION: Creation = JSON.parse(
	readFileSync(join(root, "hosts/esp32/manifest.json"), "utf8"),
).creation;

/** Bytes of the C heap that XS may take beyond those at its start: what is left on the chip beside two TLS sessions. */
const HEAP = 16_384;

export interface BenchOptions {
	/** Bytes of the region, if not as many as the chip has. */
	region?: number;
	/** What to run it under. */
	wrapper?: string[];
	/** Print what the device reports. */
	events?: boolean;
	/** Real TLS, where otherwise a second plain port takes the place of HTTPS. */
	tls?: boolean;
	/** Connects to the database and the broker, where otherwise what goes out is printed and taken. */
	dials?: boolean;
	/** It has Wi-Fi, and a page for it to be set. */
	wifi?: boolean;
	/** Its clock is not set. */
	unset?: boolean;
	/** What watches over its C. */
	watch?: Watch;
}

/** Faults in the use of memory are told on standard error, and by the exit code. What is forgotten, the sanitizer tells. */
const MEMCHECK = ["valgrind", "--quiet", "--error-exitcode=99", "--leak-check=no"];

/** What a DeviceEvent prints. */
export type BenchEvent = { event: string } & Record<string, unknown>;

/** Where things are registered that have to be done at the end: a TestContext of node:test has this shape. */
export interface Scope {
	after(task: () => unknown): void;
}

interface Built {
	engine: Engine;
	firmware: string;
}

const built = new Map<string, Promise<Built>>();

/** The engine, and the folder of the firmware for it; made once in a process. */
export function build(tls = false, watch?: Watch): Promise<Built> {
	const kind = `${tls} ${watch}`;
	let made = built.get(kind);
	if (!made) {
		made = (async () => {
			const firmware = mkdtempSync(join(tmpdir(), "ambient16-xs-"));
			process.once("exit", () => rmSync(firmware, { recursive: true }));
			const [engine] = await Promise.all([buildEngine(tls, watch), compileFirmware(firmware)]);
			return { engine, firmware };
		})();
		built.set(kind, made);
	}
	return made;
}

/** All modules of the firmware, by name. */
function modules(firmware: string): string[] {
	return ["common", "modules"].flatMap((folder) =>
		readdirSync(join(firmware, folder), { recursive: true, encoding: "utf8" })
			.filter((file) => file.endsWith(".js"))
			.map((file) => `${folder}/${file.slice(0, -3)}`)
			.sort(),
	);
}

/** A device on XS in a process of its own. Its time passes only in `advance`; its sockets are real. */
export class Bench {
	readonly slotSize: number;
	/** HTTPS is what it says. */
	readonly tls: boolean;
	/** Standard error: what XS says when it ends. */
	problem = "";
	/** Exit code or signal. */
	readonly exit: Promise<number | string>;
	#child: ChildProcess;
	readonly #events: BenchEvent[] = [];
	#waiting: ((line: string) => void)[] = [];
	#over: string | undefined;

	private constructor(child: ChildProcess, slotSize: number, tls: boolean) {
		this.#child = child;
		this.slotSize = slotSize;
		this.tls = tls;
		child.stderr!.setEncoding("utf8").on("data", (text: string) => {
			this.problem += text;
		});
		child.stdin!.on("error", () => {});
		createInterface(child.stdout!).on("line", (line) => {
			if (line.startsWith("= ")) this.#waiting.shift()?.(line.slice(2));
			else this.#events.push(JSON.parse(line));
		});
		this.exit = new Promise((resolve) =>
			child.once("close", (code, signal) => {
				this.#over = `the device ended (${signal ?? code}): ${this.problem}`;
				for (const answer of this.#waiting) answer("null");
				resolve(signal ?? (code as number));
			}),
		);
	}

	/** Starts a machine with a device, which listens when this resolves. `scope` ends it. */
	static async start(scope: Scope, options: BenchOptions = {}): Promise<Bench> {
		const bench = await Bench.startMachine(scope, options);
		const wanted = (["events", "tls", "dials", "wifi", "unset"] as const).filter((name) => options[name]);
		await bench.act("start", wanted.join(" "));
		await bench.advance(1_000);
		return bench;
	}

	/** A machine with all modules, and nothing of them running. */
	static async startMachine(
		scope: Scope,
		{ region = CREATION.static, wrapper = [], tls = false, watch }: BenchOptions = {},
	): Promise<Bench> {
		const { engine, firmware } = await build(tls, watch);
		const { chunk, heap, stack } = CREATION;
		// Chunks and slots hold pointers, which may be twice as wide here.
		const wide = engine.slotSize / 16;
		const [command = "", ...args] = [
			...wrapper,
			...(watch === "valgrind" ? MEMCHECK : []),
			engine.program,
			firmware,
			...[
				region * wide,
				chunk.initial,
				chunk.incremental,
				heap.initial,
				heap.incremental,
				stack,
				HEAP * wide,
			].map(String),
			...modules(firmware),
			MAIN,
		];
		// Without glibc's store of freed blocks, which counts as being in use.
		const env = { ...process.env, ...(tls && { GLIBC_TUNABLES: "glibc.malloc.tcache_count=0" }) };
		const child = spawn(command, args, { stdio: "pipe", env });
		const bench = new Bench(child, engine.slotSize, tls);
		scope.after(() => bench.close());
		await bench.#answer();
		return bench;
	}

	/** XS has given up, or was closed. */
	get isOver(): boolean {
		return this.#over !== undefined;
	}

	/** Lets `ms` of the device's time pass, with all that falls due. */
	async advance(ms: number): Promise<void> {
		await this.#command(`advance ${ms}`);
	}

	/** Collects garbage and measures. */
	async measure(): Promise<Measure> {
		return JSON.parse(await this.#command("measure"));
	}

	/** From now on garbage is collected at every allocation. */
	async stress(on: boolean): Promise<void> {
		await this.#command(`stress ${on ? 1 : 0}`);
	}

	/** Under callgrind: writes what was counted so far to a file and counts anew. */
	async dump(): Promise<void> {
		await this.#command("dump bench");
	}

	/** One of the actions of device/main.ts. */
	async act(name: string, argument = ""): Promise<unknown> {
		return JSON.parse(await this.#command(`${name} ${argument}`));
	}

	/** All events of this name up to now. */
	async events(name: string): Promise<BenchEvent[]> {
		// What it has printed is here when it answers.
		await this.act("nothing");
		return this.#events.filter(({ event }) => event === name);
	}

	/** The open ports. */
	async ports(): Promise<{ http?: number; https?: number }> {
		return (await this.act("ports")) as { http?: number; https?: number };
	}

	async close(): Promise<number | string> {
		this.#child.stdin?.end();
		return this.exit;
	}

	async #command(line: string): Promise<string> {
		this.#child.stdin?.write(`${line}\n`);
		return this.#answer();
	}

	async #answer(): Promise<string> {
		const line = this.#over ? "null" : await new Promise<string>((resolve) => this.#waiting.push(resolve));
		if (this.#over) throw new Error(this.#over);
		return line;
	}
}
