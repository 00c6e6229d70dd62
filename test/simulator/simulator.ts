import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** Why the simulator cannot be tried here; false if it can. */
export const skip =
	process.platform !== "linux"
		? "the simulator runs without a display on Linux only"
		: !process.env.MODDABLE && "MODDABLE is not set";

/** A line that the firmware traces. */
export interface SimulatorEvent {
	event: string;
	http?: string;
	udid?: string;
	paired?: boolean;
	token?: string;
	red?: number;
	effect?: string;
	motion?: string;
	message?: string;
	time?: number | null;
	readings?: Record<string, number>;
}

/** What XS uses, in an instrumented build; told once a second. */
export interface Usage {
	/** Bytes, those that wait to be collected among them. */
	chunks: number;
	/** Bytes that there is room for. It grows when collecting is not enough, and never shrinks. */
	chunkHeap: number;
	slots: number;
	slotHeap: number;
	/** The most since the last one, in slots. */
	stack: number;
	/** Names that are kept for ever, beyond those of the build. */
	keys: number;
}

export interface SimulatorOptions {
	/** Of the owner; without it the device has none. */
	uuid?: string;
	/** Kept afterwards; without it the device has a folder of its own, erased at the end. */
	data?: string;
	env?: Record<string, string>;
	instrument?: boolean;
}

/** Bytes of a slot on a computer of 64 bits. */
const SLOT = 32;
const BUILD_TIME = 600_000;
const EVENT_TIME = 30_000;

/** The firmware in Moddable's simulator, without its window. */
export class Simulator {
	readonly events: SimulatorEvent[] = [];
	readonly usages: Usage[] = [];
	/** All that it has written. */
	output = "";
	/** Its exit code, once it has ended. */
	code: number | undefined;
	readonly data: string;
	#process: ChildProcess;
	#wake = new Set<() => void>();
	#units: string[] = [];

	constructor({ uuid, data, env = {}, instrument = false }: SimulatorOptions) {
		this.data = data ?? mkdtempSync(join(tmpdir(), "ambient16-"));
		mkdirSync(join(this.data, "flash"), { recursive: true });
		if (uuid) writeFileSync(join(this.data, "flash", "uuid"), uuid);
		const args = ["scripts/sim.mjs", "--headless", ...(instrument ? ["--instrument"] : [])];
		this.#process = spawn(process.execPath, args, {
			env: {
				...process.env,
				AMBIENT16_PORT: "0",
				AMBIENT16_HTTPS_PORT: "0",
				AMBIENT16_DATA: this.data,
				...env,
			},
			stdio: ["pipe", "pipe", "pipe"],
		});
		for (const stream of [this.#process.stdout!, this.#process.stderr!])
			createInterface(stream).on("line", (line) => this.#take(line));
		this.#process.on("exit", (code) => {
			this.code = code ?? -1;
			for (const wake of this.#wake) wake();
		});
	}

	/** Gives it a line on standard input. */
	send(action: object): void {
		this.#process.stdin?.write(`${JSON.stringify(action)}\n`);
	}

	/** Waits until that is among all that it has written. */
	async says(what: RegExp): Promise<void> {
		await this.#until(() => what.test(this.output) || undefined, EVENT_TIME);
	}

	/** The first event from number `from` on that `matches`; waits for it. */
	async event(
		matches: (event: SimulatorEvent) => boolean,
		from = 0,
		patience = EVENT_TIME,
	): Promise<SimulatorEvent> {
		return this.#until(() => this.events.slice(from).find(matches), patience);
	}

	/** Where it can be reached. The first start may have to build it. */
	async ready(from = 0): Promise<string> {
		return (await this.event(({ event }) => event === "ready", from, BUILD_TIME)).http!;
	}

	/** The next one that begins to be measured from now on. */
	async usage(): Promise<Usage> {
		const from = this.usages.length + 1;
		return this.#until(() => this.usages[from], EVENT_TIME);
	}

	/** Its exit code, when it has ended by itself. */
	async ended(): Promise<number> {
		return this.#until(() => this.code, EVENT_TIME);
	}

	async stop(): Promise<void> {
		this.#process.kill();
		await this.ended().catch(() => {});
	}

	#take(line: string): void {
		this.output += `${line}\n`;
		if (line.startsWith("{")) {
			try {
				this.events.push(JSON.parse(line));
			} catch {}
		} else if (line.startsWith("instruments key:"))
			this.#units = line
				.slice("instruments key:".length)
				.split(",")
				.map((name) => name.trim());
		else if (line.startsWith("instruments:")) this.usages.push(this.#usage(line));
		for (const wake of this.#wake) wake();
	}

	#usage(line: string): Usage {
		const values = line.slice("instruments:".length).split(",").map(Number);
		const value = (name: string) => values[this.#units.indexOf(name)] ?? Number.NaN;
		return {
			chunks: value("Chunk used"),
			chunkHeap: value("Chunk available"),
			slots: value("Slot used") / SLOT,
			slotHeap: value("Slot available") / SLOT,
			stack: value("Stack used") / SLOT,
			keys: value("Keys used"),
		};
	}

	#until<T>(look: () => T | undefined, patience: number): Promise<T> {
		return new Promise((resolve, reject) => {
			const end = (error?: Error) => {
				clearTimeout(timer);
				this.#wake.delete(check);
				if (error) reject(error);
			};
			const check = () => {
				const found = look();
				if (found !== undefined) {
					end();
					resolve(found);
				} else if (this.code !== undefined) end(new Error(`it ended with ${this.code}:\n${this.tail}`));
			};
			const timer = setTimeout(() => end(new Error(`nothing came:\n${this.tail}`)), patience);
			this.#wake.add(check);
			check();
		});
	}

	private get tail(): string {
		return this.output.slice(-2_000);
	}
}

/** Starts it for one test, and leaves nothing of it. */
export async function simulate(
	t: { after(task: () => Promise<void>): void },
	options: SimulatorOptions = {},
): Promise<{ simulator: Simulator; http: string }> {
	const simulator = new Simulator(options);
	t.after(async () => {
		await simulator.stop();
		if (!options.data) rmSync(simulator.data, { recursive: true, force: true });
	});
	return { simulator, http: await simulator.ready() };
}
