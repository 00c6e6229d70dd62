import { type ChildProcess, spawn } from "node:child_process";
import { resolve } from "node:path";
import type { ResetReason } from "../host";
import { parseOptions } from "./options";
import { EXIT_SWITCH, RESET_VARIABLE, type ReadyMessage, SLOT_VARIABLE, type Slot, Slots } from "./slots";

/** ms, real time: a firmware on trial has judged itself after 6 minutes; one that hangs has not. */
const TRIAL_TIME = 390_000;

export interface SupervisorOptions {
	/** What Node.js runs for the repository. */
	source: string[];
	/** Of the repository. */
	version: string;
	/** Whether a version comes after another. */
	isNewer(candidate: string, current: string): boolean;
	/** ms that a firmware on trial has. */
	trialTime?: number;
}

/**
 * Runs the device that is in the active slot, and the one after it, until one ends by itself: the boot loader of
 * a desk. Small enough to need no update itself.
 */
export function supervise(
	args: string[],
	{ source, version, isNewer, trialTime = TRIAL_TIME }: SupervisorOptions,
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

	/** What is in the repository is never passed over in silence: who has brought a newer one wants that to run. */
	const compare = (): void => {
		if (!slots || slots.active === "source") return;
		const { active, version: updated = "of an unknown version" } = slots;
		if (isNewer(version, updated)) {
			say(
				`The update in slot ${active} (${updated}) is older than what is here (${version}), which runs now.`,
			);
			slots.settle("source");
		} else say(`The update in slot ${active} (${updated}) runs, not what is here (${version}).`);
	};

	const launch = (reset: ResetReason): void => {
		const slot = slots?.start() ?? "source";
		const isOnTrial = () => slots?.onTrial === true && slots.active === slot;
		let ready = false;
		let left = false;
		child = spawn(process.execPath, [...entry(slot, slots, source), ...args, ...ports], {
			stdio: ["inherit", "inherit", "inherit", "ipc"],
			env: { ...process.env, ...(slots && { [SLOT_VARIABLE]: slot }), [RESET_VARIABLE]: reset },
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
			if (!stopping && (code === EXIT_SWITCH || left || failed))
				launch(code === EXIT_SWITCH ? "restart" : left ? "watchdog" : "crash");
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
	try {
		compare();
	} catch {
		// The disk is full. What was said is so the next time.
	}
	launch("power");
}

/** What Node.js runs for a slot. One on trial whose image is gone fails like one that does not start. */
function entry(slot: Slot, slots: Slots | undefined, source: string[]): string[] {
	return slot === "source" || !slots ? source : [slots.path(slot)];
}

/** Standard output belongs to the device. */
function say(line: string): void {
	process.stderr.write(`${line}\n`);
}
