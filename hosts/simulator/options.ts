import { isUdid } from "../simulated/udid";

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
	/** Its Wi-Fi is simulated; else it has none. */
	wifi: boolean;
}

const PORT_MAX = 65_535;
const CLOCK_RATE_MAX = 3600;

/** By what name is set what; undefined where it is not. */
type Environment = (name: string) => string | undefined;

/** Reads a process's environment. Throws an Error whose message is a line for the user. */
export function readOptions(environment: Environment): Options {
	const udid = environment("AMBIENT16_UDID");
	if (udid && !isUdid(udid)) throw new Error("AMBIENT16_UDID must be 12 lower-case hex digits");
	const port = readPort(environment, "AMBIENT16_PORT", "8080");
	const httpsPort = readPort(environment, "AMBIENT16_HTTPS_PORT", "8443");
	if (port !== 0 && port === httpsPort)
		throw new Error("AMBIENT16_PORT and AMBIENT16_HTTPS_PORT must differ");
	const clockRate = Number(environment("AMBIENT16_CLOCK_RATE") || "1");
	if (!(clockRate > 0 && clockRate <= CLOCK_RATE_MAX))
		throw new Error(`AMBIENT16_CLOCK_RATE must be a number above 0 and up to ${CLOCK_RATE_MAX}`);
	return {
		port,
		httpsPort,
		data: environment("AMBIENT16_DATA") || "data/simulator",
		udid: udid || undefined,
		clockRate,
		wifi: environment("AMBIENT16_WIFI") === "1",
	};
}

function readPort(environment: Environment, name: string, usual: string): number {
	const port = Number(environment(name) || usual);
	if (!Number.isInteger(port) || port < 0 || port > PORT_MAX)
		throw new Error(`${name} must be a whole number from 0 to ${PORT_MAX}`);
	return port;
}
