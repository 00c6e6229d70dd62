import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { connect } from "node:net";
import { delimiter, join } from "node:path";
import type { Scope } from "../../support/desk";
import { atEnd } from "../../support/scope";

/** ms until a server has to be up: a loaded machine is slow. */
const PATIENCE = 60_000;

/** A program of a Debian package, or the reason to skip a test without it. */
export function program(name: string, debianPackage: string): { path: string; skip: string | false } {
	const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin"];
	const path = folders.map((folder) => join(folder, name)).find((file) => existsSync(file));
	return { path: path ?? name, skip: path ? false : `the Debian package ${debianPackage} is not installed` };
}

/** For tests whose process ends before they have stopped them. */
const running = new Set<ChildProcess>();
process.once("exit", () => {
	for (const child of running) child.kill("SIGKILL");
});

/** A server in a process of its own, to be started and ended again and again. `scope` ends it. */
export class Service {
	/** What it has written. */
	output = "";
	#command: string[];
	#port: number;
	#child: ChildProcess | undefined;

	constructor(scope: Scope, command: string[], port: number) {
		this.#command = command;
		this.#port = port;
		atEnd(scope, () => this.stop("SIGKILL"));
	}

	/** Starts it; resolves when its port is open. */
	async start(): Promise<void> {
		const [program, ...args] = this.#command as [string, ...string[]];
		const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
		this.#child = child;
		running.add(child);
		child.once("close", () => running.delete(child));
		for (const stream of [child.stdout, child.stderr])
			stream.setEncoding("utf8").on("data", (text: string) => {
				this.output = (this.output + text).slice(-20_000);
			});
		await patiently(
			() => isOpen(this.#port),
			() => `${program} did not start:\n${this.output}`,
		);
	}

	/** Ends it; resolves when it has gone. */
	async stop(signal: NodeJS.Signals): Promise<void> {
		const child = this.#child;
		this.#child = undefined;
		if (!child || child.exitCode !== null || child.signalCode !== null) return;
		const gone = new Promise((resolve) => child.once("close", resolve));
		child.kill(signal);
		await gone;
	}
}

/** Waits until `condition` holds. Rejects with `complaint` if that takes too long. */
export async function patiently(
	condition: () => boolean | Promise<boolean>,
	complaint: string | (() => string),
	patience = PATIENCE,
): Promise<void> {
	const deadline = performance.now() + patience;
	while (!(await condition())) {
		if (performance.now() > deadline)
			throw new Error(typeof complaint === "string" ? complaint : complaint());
		await pause(40);
	}
}

export function pause(ms: number): Promise<void> {
	return new Promise((resolve) => setTimeout(resolve, ms));
}

function isOpen(port: number): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = connect(port, "127.0.0.1");
		const finish = (open: boolean) => {
			socket.destroy();
			resolve(open);
		};
		socket.on("connect", () => finish(true)).on("error", () => finish(false));
	});
}
