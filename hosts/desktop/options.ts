import { parseArgs } from "node:util";
import { isUdid } from "../simulated/udid";

export interface Options {
	/** 0: any free one. */
	port: number;
	/** 0: any free one. */
	httpsPort: number;
	/** Of the panel; another one if it is taken. 0: any free one. */
	panelPort: number;
	/** The folder that holds all that the device keeps. */
	data: string;
	/** Twelve lower-case hex digits; undefined: the one in the data folder. */
	udid: string | undefined;
	/** How many times as fast device time runs. */
	clockRate: number;
	/** Of the simulated room; undefined: from the udid. */
	seed: number | undefined;
	/** Its Wi-Fi is simulated; else it has none. */
	wifi: boolean;
	json: boolean;
	help: boolean;
}

export const HELP = `Ambient16 on a desk.

  npm start -- [options]

  --port N          HTTP port, 0 for any free one (8080)
  --https-port N    HTTPS port, 0 for any free one (8443)
  --panel-port N    port of the panel, a page for this computer's browser; another if it is taken,
                    0 for any free one (8016)
  --data DIR        folder for all that the device keeps (./data)
  --udid HEX        the device's udid, 12 lower-case hex digits; kept in the data folder
  --clock-rate N    device time N times as fast, above 0 up to 3600 (1); network time-outs stay real
  --seed N          of the simulated room, 0 to 4294967295 (from the udid)
  --wifi            simulate its Wi-Fi: http://localhost:8080/setup is the page that a phone sees.
                    The network "Home" has the password "correct horse"
  --json            print one JSON object a line, and take {"button":11} (seconds held)
                    {"motion":"left-to-right"} or "right-to-left", {"breath":true},
                    {"network":false}, {"power":false}, and with --wifi {"router":false} and
                    {"newPassword":true} as lines on standard input
  --help            this text

With --json use "npm start --silent -- --json" or "node scripts/start.mjs --json":
npm prints two lines of its own otherwise.
In a terminal these keys work: b press, B hold for 11 s, m and M motion, q quit.
`;

const CLOCK_RATE_MAX = 3600;
const SEED_MAX = 0xffff_ffff;

/** Reads the command line. Throws an Error whose message is one line for the user. */
export function parseOptions(args: string[]): Options {
	const values = parse(args);
	const port = integer("--port", values.port, 65_535);
	const httpsPort = integer("--https-port", values["https-port"], 65_535);
	if (port !== 0 && port === httpsPort) throw new Error("--port and --https-port must differ");
	if (values.data === "") throw new Error("--data must name a folder");
	if (values.udid !== undefined && !isUdid(values.udid))
		throw new Error("--udid must be 12 lower-case hex digits");
	return {
		port,
		httpsPort,
		panelPort: integer("--panel-port", values["panel-port"], 65_535),
		data: values.data,
		udid: values.udid,
		clockRate: rate(values["clock-rate"]),
		seed: values.seed === undefined ? undefined : integer("--seed", values.seed, SEED_MAX),
		wifi: values.wifi,
		json: values.json,
		help: values.help,
	};
}

function parse(args: string[]) {
	try {
		return parseArgs({
			args,
			options: {
				port: { type: "string", default: "8080" },
				"https-port": { type: "string", default: "8443" },
				"panel-port": { type: "string", default: "8016" },
				data: { type: "string", default: "./data" },
				udid: { type: "string" },
				"clock-rate": { type: "string", default: "1" },
				seed: { type: "string" },
				wifi: { type: "boolean", default: false },
				json: { type: "boolean", default: false },
				help: { type: "boolean", default: false },
			},
		}).values;
	} catch (error) {
		// What follows the first sentence is advice on "--".
		throw new Error((error as Error).message.split(/\. |\n/)[0]);
	}
}

function integer(name: string, text: string, max: number): number {
	const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
	if (!(value <= max)) throw new Error(`${name} must be a whole number from 0 to ${max}`);
	return value;
}

function rate(text: string): number {
	const value = /^\d{1,10}(\.\d{1,10})?$/.test(text) ? Number(text) : Number.NaN;
	if (!(value > 0 && value <= CLOCK_RATE_MAX))
		throw new Error(`--clock-rate must be a number above 0 and up to ${CLOCK_RATE_MAX}`);
	return value;
}
