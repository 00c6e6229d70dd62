import type { Host, ResetReason } from "../host";
import { SimulatedAir } from "../simulated/air";
import { MdnsAnnounce } from "./announce";
import { Cable } from "./cable";
import { openData } from "./data";
import { Desk } from "./desk";
import type { DeskDiagnostics, DeskParts } from "./desktop-host";
import { type Action, readKeys, readLines } from "./input";
import { HELP, type Options, parseOptions } from "./options";
import { createConsole } from "./output";
import { openPanel } from "./panel/open";
import { findPort } from "./ports";
import { describe } from "./problem";
import { RESET_VARIABLE, SLOT_VARIABLE, type Slot, Slots } from "./slots";
import { desktopTime } from "./time";

const EXIT_FAILURE = 1;
/** As in a shell. */
const EXIT_USAGE = 2;
/** sysexits.h: an internal software error. A chip would start anew. */
const EXIT_SOFTWARE = 70;

/** Runs a device at a desk, with the options on the command line, until it is told to stop. */
export function run(start: (host: Host) => { close(): void }): void {
	const args = process.argv.slice(2);
	let options: Options;
	try {
		options = parseOptions(args);
	} catch (error) {
		fail(`${(error as Error).message} (--help lists all options)`, EXIT_USAGE);
	}
	if (options.help) {
		process.stdout.write(HELP);
		return;
	}
	prepare(options).then(
		(parts) => operate(new Desk(parts, start), options.json),
		(error: Error) => fail(error.message, EXIT_FAILURE),
	);
}

function fail(message: string, code: number): never {
	process.stderr.write(`${message}\n`);
	process.exit(code);
}

/** Rejects with an Error with a line for the user. */
async function prepare(options: Options): Promise<DeskParts> {
	const kept = openData(options.data, options.udid);
	const { udid } = kept;
	const httpPort = await findPort(options.port, "--port", options.httpsPort);
	const httpsPort = await findPort(options.httpsPort, "--https-port", httpPort);
	const console = createConsole(options.json);
	const reset = (process.env[RESET_VARIABLE] as ResetReason | undefined) ?? "power";
	const diagnostics: DeskDiagnostics = { reset, problems: undefined };
	const onProblem = (message: string) => {
		console.event({ event: "problem", message });
		diagnostics.problems?.add(message);
	};
	const onException = (error: unknown) => onProblem(describe(error));
	const running = process.env[SLOT_VARIABLE] as Slot | undefined;
	const time = desktopTime(options.clockRate, onException);
	const { clockRate, panelPort } = options;
	const panel = await openPanel({ udid, httpPort, httpsPort, clock: time, clockRate, port: panelPort });
	const realTime = desktopTime(1, onException);
	const air = options.wifi
		? new SimulatedAir({ timers: realTime, onChange: (wifi) => panel?.panel.air(wifi) })
		: undefined;
	return {
		...kept,
		...(running !== undefined && { slots: new Slots(kept.data), running }),
		time,
		realTime,
		httpPort,
		httpsPort,
		seed: options.seed ?? Number.parseInt(udid.slice(4), 16),
		announce: new MdnsAnnounce(onProblem),
		cable: new Cable(),
		console,
		...(panel && { panel }),
		...(air && { air }),
		// 0 was any.
		panelPort: panelPort || (panel?.port ?? 0),
		diagnostics,
		onException,
	};
}

/** Joins a running device to the process: its signals, its input and its end. */
function operate(desk: Desk, json: boolean): void {
	const stop = () => {
		desk.close().then(() => process.exit());
	};
	// The supervisor is gone.
	process.on("disconnect", stop);
	for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
	// The reader of the output is gone.
	process.stdout.on("error", stop);
	process.on("uncaughtException", (error) => {
		desk.problem(describe(error));
		process.exit(EXIT_SOFTWARE);
	});
	const { stdin } = process;
	const input = {
		onAction: (action: Action) => ("quit" in action ? stop() : desk.act(action)),
		onProblem: (message: string) => desk.problem(message),
	};
	if (json) readLines(stdin, input);
	else if (stdin.isTTY) process.on("exit", readKeys(stdin, input));
	desk.start();
}
