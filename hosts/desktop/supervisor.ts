import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseOptions } from "./options";
import { EXIT_SWITCH, type ReadyMessage, SLOT_VARIABLE, type Slot, Slots } from "./slots";

/** ms, real time: a firmware on trial has 5 minutes to judge itself; one that hangs does not. */
const TRIAL_TIME = 330_000;

export interface SupervisorOptions {
	/** What Node.js runs for the repository. */
	source?: string[];
	/** ms that a firmware on trial has. */
	trialTime?: number;
}

/**
 * Runs the device that is in the active slot, and the one after it, until one ends by itself: the boot loader of
 * a desk. Small enough to need no update itself.
 */
export function supervise(
	args: string[],
	{ source = fromSource(), trialTime = TRIAL_TIME }: SupervisorOptions = {},
): void {
	let slots: Slots | undefined;
	try {
		const { data, help } = parseOptions(args);
		if (!help) slots = new Slots(resolve(data));
	} catch {
		// The device will say what is wrong.
	}
	let child: ChildProcess | undefined;
	let stopping = false;
	let ports: string[] = [];

	const launch = (): void => {
		const slot = slots?.start() ?? "source";
		const isOnTrial = () => slots?.onTrial === true && slots.active === slot;
		let ready = false;
		let left = false;
		child = spawn(process.execPath, [...entry(slot, slots, source), ...args, ...ports], {
			stdio: ["inherit", "inherit", "inherit", "ipc"],
			env: { ...process.env, ...(slots && { [SLOT_VARIABLE]: slot }) },
		});
		child.on("message", (message) => {
			const { httpPort, httpsPort, panelPort } = message as Partial<ReadyMessage>;
			if (!httpPort || !httpsPort) return;
			ready = true;
			ports = ["--port", `${httpPort}`, "--https-port", `${httpsPort}`];
			if (panelPort) ports.push("--panel-port", `${panelPort}`);
		});
		const limit = isOnTrial()
			? setTimeout(() => {
					if (!isOnTrial()) return;
					left = true;
					try {
						slots?.rollBack("the new firmware hung");
					} catch {
						// The disk is full: the start after this one counts.
					}
					child?.kill("SIGKILL");
				}, trialTime)
			: undefined;
		child.on("exit", (code, signal) => {
			clearTimeout(limit);
			// One that was ready and ends well has been told to.
			const failed = isOnTrial() && !(ready && code === 0);
			if (!stopping && (code === EXIT_SWITCH || left || failed)) launch();
			else if (signal) process.kill(process.pid, signal);
			else process.exit(code ?? 1);
		});
	};

	for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
		process.on(signal, () => {
			stopping = true;
			// Ctrl-C reaches both.
			if (signal !== "SIGINT" || !process.stdin.isTTY) child?.kill(signal);
		});
	launch();
}

/** What Node.js runs for a slot. One on trial whose image is gone fails like one that does not start. */
function entry(slot: Slot, slots: Slots | undefined, source: string[]): string[] {
	return slot === "source" || !slots ? source : [slots.path(slot)];
}

/** tsx by its URL, as the user may be in another folder. */
function fromSource(): string[] {
	const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
	return ["--import", tsx, fileURLToPath(new URL("../../main.ts", import.meta.url))];
}
