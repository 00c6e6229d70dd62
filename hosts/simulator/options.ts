import { environment } from "./surroundings";

export interface Options {
	/** Of plain HTTP; 0: any free one. */
	port: number;
	/** The folder that holds all that the device keeps. */
	data: string;
	/** Twelve lower-case hex digits; undefined: the one in the data folder. */
	udid: string | undefined;
	/** How many times as fast device time runs. */
	clockRate: number;
}

const PORT_MAX = 65_535;
const CLOCK_RATE_MAX = 3600;

/** Reads the process's environment. Throws an Error whose message is a line for the user. */
export function readOptions(): Options {
	const udid = environment("AMBIENT16_UDID");
	if (udid && !isUdid(udid)) throw new Error("AMBIENT16_UDID must be 12 lower-case hex digits");
	const port = Number(environment("AMBIENT16_PORT") || "8080");
	if (!Number.isInteger(port) || port < 0 || port > PORT_MAX)
		throw new Error(`AMBIENT16_PORT must be a whole number from 0 to ${PORT_MAX}`);
	const clockRate = Number(environment("AMBIENT16_CLOCK_RATE") || "1");
	if (!(clockRate > 0 && clockRate <= CLOCK_RATE_MAX))
		throw new Error(`AMBIENT16_CLOCK_RATE must be a number above 0 and up to ${CLOCK_RATE_MAX}`);
	return {
		port,
		data: environment("AMBIENT16_DATA") || "data/simulator",
		udid: udid || undefined,
		clockRate,
	};
}

export function isUdid(text: string): boolean {
	return /^[0-9a-f]{12}$/.test(text);
}
