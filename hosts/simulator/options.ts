import { environment } from "./surroundings";

export interface Options {
	/** Of plain HTTP; 0: any free one. */
	port: number;
	/** Of HTTPS; 0: any free one. */
	httpsPort: number;
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
	const port = readPort("AMBIENT16_PORT", "8080");
	const httpsPort = readPort("AMBIENT16_HTTPS_PORT", "8443");
	const clockRate = Number(environment("AMBIENT16_CLOCK_RATE") || "1");
	if (!(clockRate > 0 && clockRate <= CLOCK_RATE_MAX))
		throw new Error(`AMBIENT16_CLOCK_RATE must be a number above 0 and up to ${CLOCK_RATE_MAX}`);
	return {
		port,
		httpsPort,
		data: environment("AMBIENT16_DATA") || "data/simulator",
		udid: udid || undefined,
		clockRate,
	};
}

function readPort(name: string, usual: string): number {
	const port = Number(environment(name) || usual);
	if (!Number.isInteger(port) || port < 0 || port > PORT_MAX)
		throw new Error(`${name} must be a whole number from 0 to ${PORT_MAX}`);
	return port;
}

export function isUdid(text: string): boolean {
	return /^[0-9a-f]{12}$/.test(text);
}
