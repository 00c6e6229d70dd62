import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { request, untilOpen } from "../support/owner";

/** What it takes to start something. */
export interface Start {
	/** From the start to the first answer, or to the end of a program that ends by itself, ms. */
	time: number;
	/** CPU time by then, ms, of each of its processes, the one with the most memory first. */
	cpu: number[];
	/** Memory of each that is left, MB. */
	memory: number[];
}

/** Why starts cannot be measured here; false if they can. */
export const cannotMeasure = !existsSync("/proc/self/stat") && "this system has no /proc";

/** Bytes of a page and ticks a second: those of Linux everywhere that we know of. */
const PAGE = 4_096;
const TICKS = 100;
/** ms after the first answer: what a program still does at its start is part of it. */
const SETTLING = 1_000;

/** Starts a server and waits for its first answer at `url`. */
export async function measureServer(command: string[], url: string, cwd: string): Promise<Start> {
	const begin = performance.now();
	const child = launch(command, cwd);
	await untilOpen(() => request(url));
	const time = performance.now() - begin;
	await new Promise((resolve) => setTimeout(resolve, SETTLING));
	const processes = family(child.pid as number)
		.map(usage)
		.sort((a, b) => b.memory - a.memory);
	const ended = new Promise((resolve) => child.once("close", resolve));
	child.kill("SIGTERM");
	await ended;
	return { time, cpu: processes.map(({ cpu }) => cpu), memory: processes.map(({ memory }) => memory) };
}

/** Runs a program to its end. */
export async function measureProgram(command: string[], cwd: string): Promise<Start> {
	const before = waitedFor();
	const begin = performance.now();
	const child = launch(command, cwd);
	await new Promise((resolve) => child.once("close", resolve));
	return { time: performance.now() - begin, cpu: [waitedFor() - before], memory: [] };
}

function launch([program = "", ...args]: string[], cwd: string): ChildProcess {
	return spawn(program, args, { cwd, stdio: "ignore" });
}

/** The process and all that descend from it. */
function family(pid: number): number[] {
	const parents = readdirSync("/proc")
		.filter((name) => /^\d+$/.test(name))
		.flatMap((name) => {
			const fields = statOf(name);
			return fields ? [[Number(name), Number(fields[1])] as const] : [];
		});
	const found = [pid];
	for (const next of found)
		found.push(...parents.flatMap(([child, parent]) => (parent === next ? [child] : [])));
	return found;
}

function usage(pid: number): { cpu: number; memory: number } {
	const fields = statOf(`${pid}`) ?? [];
	return {
		cpu: ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS,
		memory: (Number(fields[21]) * PAGE) / 1_048_576,
	};
}

/** CPU time of all children of this process that have ended, ms. */
function waitedFor(): number {
	const fields = statOf("self") ?? [];
	return ((Number(fields[13]) + Number(fields[14])) * 1000) / TICKS;
}

/** The fields of proc(5)'s stat from the third on: state, parent, … */
function statOf(pid: string): string[] | undefined {
	try {
		return readFileSync(`/proc/${pid}/stat`, "latin1").split(") ").at(-1)?.split(" ");
	} catch {
		return undefined;
	}
}
