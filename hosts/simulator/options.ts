import { environment } from "./surroundings";

export interface Options {
	/** 0: any free one. */
	port: number;
	/** The folder that holds all that the device keeps. */
	data: string;
	/** Twelve lower-case hex digits; undefined: the one in the data folder. */
	udid: string | undefined;
	/** How many times as fast device time runs. */
	clockRate: number;
}

const PORT = 8080;
const PORT_MAX = 65_535;
const CLOCK_RATE_MAX = 3600;

/** Reads the environment; what makes no sense there counts as not set. scripts/sim.mjs tells the user. */
export function readOptions(): Options {
	const udid = environment("AMBIENT16_UDID");
	const clockRate = Number(environment("AMBIENT16_CLOCK_RATE"));
	return {
		port: portOf(environment("AMBIENT16_PORT")),
		data: environment("AMBIENT16_DATA") || "data/simulator",
		udid: udid && isUdid(udid) ? udid : undefined,
		clockRate: clockRate > 0 && clockRate <= CLOCK_RATE_MAX ? clockRate : 1,
	};
}

export function isUdid(text: string): boolean {
	return /^[0-9a-f]{12}$/.test(text);
}

function portOf(text: string | undefined): number {
	const port = text ? Number(text) : Number.NaN;
	return port >= 0 && port <= PORT_MAX ? Math.floor(port) : PORT;
}
