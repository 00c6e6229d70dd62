import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { built } from "../../scripts/bundle.mjs";
import { panelFiles } from "../../scripts/panel-files.mjs";
import { freePort } from "./ports";
import { atEnd } from "./scope";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** A line of `--json`. */
export interface DeskEvent {
	event: string;
	http?: string;
	https?: string;
	panel?: string;
	udid?: string;
	paired?: boolean;
	token?: string;
	mode?: string;
	open?: boolean;
	red?: number;
	green?: number;
	blue?: number;
	effect?: string;
	status?: number;
	commands?: string[];
	motion?: string;
	message?: string;
	/** Of an update. */
	state?: string;
	version?: string;
	percent?: number;
	error?: string;
	/** Of a window: when it began, in seconds since 1970, and what it measured. */
	time?: number | null;
	readings?: Record<string, number>;
}

export interface DeskOptions {
	/** Arguments beside the ports, the folder and --json. */
	args?: string[];
	/** Kept afterwards; without it the device has a folder of its own, erased at the end. */
	data?: string;
	/** What Node runs, in place of the firmware. */
	entry?: string[];
	/** ms to wait until it is ready. */
	patience?: number;
}

/** Where things are registered that have to be done at the end: a TestContext of node:test has this shape. */
export interface Scope {
	after(task: () => unknown): void;
}

/** A desktop device in a process of its own, on free ports. */
export class Desk {
	readonly events: DeskEvent[] = [];
	/** All that it has written to stdout and stderr. */
	output = "";
	/** The exit code, or the name of the signal that ended it. */
	readonly exit: Promise<number | NodeJS.Signals | null>;
	#child: ChildProcess;
	#waiting = new Set<() => void>();
	#ended = false;
	#line = "";

	constructor(child: ChildProcess) {
		this.#child = child;
		child.stdout?.setEncoding("utf8").on("data", (text: string) => this.#read(text));
		child.stderr?.setEncoding("utf8").on("data", (text: string) => {
			this.output += text;
		});
		child.stdin?.on("error", () => {});
		this.exit = new Promise((resolve) =>
			child.once("close", (code, signal) => {
				this.#ended = true;
				this.#wake();
				resolve(signal ?? code);
			}),
		);
	}

	/** `http://127.0.0.1:PORT`. */
	get http(): string {
		return this.#ready.http ?? "";
	}

	get https(): string {
		return this.#ready.https ?? "";
	}

	/** Where its panel is. */
	get panel(): string {
		return this.#ready.panel ?? "";
	}

	get udid(): string {
		return this.#ready.udid ?? "";
	}

	/** Whether it had an owner when it started. */
	get paired(): boolean {
		return this.#ready.paired === true;
	}

	get pid(): number {
		return this.#child.pid as number;
	}

	get #ready(): DeskEvent {
		return this.events.find(({ event }) => event === "ready") ?? { event: "none" };
	}

	/**
	 * The first event that `matches`, counted from number `from` (all, unless told otherwise). Rejects if it
	 * does not come in `patience` ms, or the device ends.
	 */
	async waitFor(matches: (event: DeskEvent) => boolean, patience = 60_000, from = 0): Promise<DeskEvent> {
		const deadline = performance.now() + patience;
		for (let next = from; ; ) {
			for (; next < this.events.length; next++) {
				const event = this.events[next] as DeskEvent;
				if (matches(event)) return event;
			}
			const left = deadline - performance.now();
			if (this.#ended || left <= 0)
				throw new Error(
					`${this.#ended ? "the device ended" : "no such event"}:\n${this.output.slice(-2000)}`,
				);
			await new Promise<void>((resolve) => {
				const wake = () => {
					clearTimeout(timer);
					this.#waiting.delete(wake);
					resolve();
				};
				const timer = setTimeout(wake, left);
				this.#waiting.add(wake);
			});
		}
	}

	/** Types a line, such as {"button":11}. */
	send(line: object): void {
		this.#child.stdin?.write(`${JSON.stringify(line)}\n`);
	}

	/** Does not wait for the end; `exit` does. */
	kill(signal: NodeJS.Signals): void {
		this.#child.kill(signal);
	}

	/** Ends it as Ctrl-C does, or by force after 30 s. Resolves with the exit code. */
	async stop(): Promise<number | NodeJS.Signals | null> {
		this.kill("SIGINT");
		const timer = setTimeout(() => this.kill("SIGKILL"), 30_000);
		const code = await this.exit;
		clearTimeout(timer);
		return code;
	}

	#read(text: string): void {
		this.output += text;
		const lines = (this.#line + text).split("\n");
		this.#line = lines.pop() as string;
		for (const line of lines) {
			try {
				this.events.push(JSON.parse(line));
			} catch {
				this.events.push({ event: "unreadable", message: line });
			}
		}
		this.#wake();
	}

	#wake(): void {
		for (const wake of this.#waiting) wake();
	}
}

/** What npm start runs, without the supervisor. */
export async function firmware(): Promise<string[]> {
	return [join(await built("desk"), "main.mjs")];
}

/** Starts a device and waits until it is ready. `scope` ends it. */
export async function startDesk(scope: Scope, options: DeskOptions = {}): Promise<Desk> {
	const desk = spawnDesk(scope, { entry: await firmware(), ...options });
	await desk.waitFor(({ event }) => event === "ready", options.patience ?? 120_000);
	return desk;
}

/** Starts a device, and does not wait. */
export function spawnDesk(scope: Scope, { args = [], data, entry }: DeskOptions & { entry: string[] }): Desk {
	const folder = data ?? mkdtempSync(PREFIX);
	const ports = ["--port", "--https-port"].flatMap((port) =>
		args.includes(port) ? [] : [port, `${freePort()}`],
	);
	const command = [...entry, ...ports, "--data", folder, "--json", ...args];
	const child = spawn(process.execPath, command, { cwd: ROOT, stdio: "pipe" });
	const desk = new Desk(child);
	// For a test whose process ends before `after`.
	const end = () => void child.kill("SIGKILL");
	process.once("exit", end);
	child.once("close", () => process.removeListener("exit", end));
	atEnd(scope, async () => {
		await desk.stop();
		if (data === undefined) erase(folder);
	});
	return desk;
}

/** A folder that `scope` removes. */
export function temporaryFolder(scope: Scope): string {
	const folder = mkdtempSync(PREFIX);
	atEnd(scope, () => erase(folder));
	return folder;
}

/** A program ready to run, without a compiler and with libraries apart: it starts in a fifth of the time. For `entry`. */
export async function bundle(scope: Scope, program: string, { splitting = true } = {}): Promise<string[]> {
	const outdir = temporaryFolder(scope);
	await build({
		absWorkingDir: ROOT,
		entryPoints: [program],
		outdir,
		outExtension: { ".js": ".mjs" },
		bundle: true,
		splitting,
		minifyWhitespace: true,
		mainFields: ["module", "main"],
		platform: "node",
		format: "esm",
		logLevel: "error",
		plugins: [panelFiles],
		// Some libraries are CommonJS.
		banner: {
			js: 'import { createRequire as makeRequire } from "node:module"; const require = makeRequire(import.meta.url);',
		},
	});
	return [join(outdir, `${basename(program, ".ts")}.mjs`)];
}

const PREFIX = join(tmpdir(), "ambient16-");

function erase(folder: string): void {
	rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
