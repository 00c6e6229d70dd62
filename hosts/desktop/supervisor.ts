import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseOptions } from "./options";
import { EXIT_SWITCH, type ReadyMessage, SLOT_VARIABLE, type Slot, Slots } from "./slots";

/** ms, real time: a firmware on trial has 5 minutes to judge itself; one that hangs does not. */
const TRIAL_TIME = 330_000;

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** By its URL, as the user may be in another folder. */
const TSX = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;

/**
 * Runs the device that is in the active slot, and the one after it, until one ends by itself: the boot loader of
 * a desk. Small enough to need no update itself.
 */
export function supervise(args: string[]): void {
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
		const onTrial = slots?.onTrial === true;
		child = spawn(process.execPath, [...entry(slot, slots), ...args, ...ports], {
			stdio: ["inherit", "inherit", "inherit", "ipc"],
			env: { ...process.env, ...(slots && { [SLOT_VARIABLE]: slot }) },
		});
		child.on("message", (message) => {
			const { httpPort, httpsPort, panelPort } = message as ReadyMessage;
			ports = ["--port", `${httpPort}`, "--https-port", `${httpsPort}`];
			if (panelPort) ports.push("--panel-port", `${panelPort}`);
		});
		const limit = onTrial ? setTimeout(() => child?.kill("SIGKILL"), TRIAL_TIME) : undefined;
		child.on("exit", (code, signal) => {
			clearTimeout(limit);
			if (!stopping && (code === EXIT_SWITCH || slots?.onTrial)) launch();
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

/** What Node.js runs for a slot. One whose image is gone fails like one that does not start. */
function entry(slot: Slot, slots: Slots | undefined): string[] {
	if (slot === "source" || !slots) return ["--import", TSX, `${ROOT}main.ts`];
	const image = slots.path(slot);
	return existsSync(image) ? [image] : ["--eval", "process.exit(1)", "--"];
}
