import { parseArgs } from "node:util";
import { keyFile, readKey } from "../../client/cli/keys";
import { Sensor, UnreachableError } from "../../client/node";
import { conform, type Result, type Target, Unreachable } from "./suite";
import { type Endpoint, endpointOf } from "./wire";

const HELP = `Tries every rule of docs/protocol.md on a device.

  npm run conformance -- --url http://HOST:PORT [--https https://HOST:PORT] [--uuid UUID]

  --url     where the device answers plain HTTP
  --https   where it answers HTTPS; without it no rule about HTTPS is tried
  --uuid    of a device that has an owner; better given as AMBIENT16_UUID in the environment. Without it the
            UUID is taken from the file where \`ambient16 pair\` has put it

A device without an owner is paired for the test and factory-reset at the end. One that has an owner is left
as it was, and what would change it is not tried. On this computer (127.0.0.1), which can send wrong secrets
from many addresses, it takes half a minute; elsewhere eight, as it sends no more than nine a minute.
Exit code: 0 all passed, 1 not, 2 it could not be tried.
`;

const LABELS = { pass: "pass", fail: "FAIL", skip: "skip" } as const;

async function main(): Promise<number> {
	let target: Target;
	try {
		const { values } = parseArgs({
			options: {
				url: { type: "string" },
				https: { type: "string" },
				uuid: { type: "string" },
				help: { type: "boolean", default: false },
			},
		});
		if (values.help) {
			process.stdout.write(HELP);
			return 0;
		}
		if (!values.url) throw new Error("--url is missing");
		target = {
			http: address("--url", "http:", values.url),
			https: values.https === undefined ? undefined : address("--https", "https:", values.https),
			uuid: values.uuid || process.env.AMBIENT16_UUID || (await keptUuid(values.url)),
		};
	} catch (error) {
		process.stderr.write(`${(error as Error).message}\n\n${HELP}`);
		return 2;
	}
	const counts = { pass: 0, fail: 0, skip: 0 };
	const begin = performance.now();
	try {
		await conform(
			target,
			({ name, outcome, detail }: Result) => {
				counts[outcome]++;
				process.stdout.write(`${LABELS[outcome]}  ${name}${detail ? ` (${detail})` : ""}\n`);
			},
			(note) => process.stdout.write(`      ${note}\n`),
		);
	} catch (error) {
		if (!(error instanceof Unreachable)) throw error;
		process.stderr.write(`${error.message}\n`);
		return 2;
	}
	const seconds = Math.round((performance.now() - begin) / 1000);
	process.stdout.write(
		`in ${seconds} s\n${counts.pass} passed, ${counts.fail} failed, ${counts.skip} skipped\n`,
	);
	return counts.fail > 0 ? 1 : 0;
}

/** The UUID with which this computer's user has paired the device, if there is a file with it. */
async function keptUuid(url: string): Promise<string | undefined> {
	try {
		const { udid } = await new Sensor(url).info();
		return readKey(keyFile(udid))?.uuid;
	} catch (error) {
		// The suite says so.
		if (error instanceof UnreachableError) return undefined;
		throw error;
	}
}

function address(option: string, protocol: string, url: string): Endpoint {
	if (!url.startsWith(`${protocol}//`)) throw new Error(`${option} must begin with ${protocol}//`);
	return endpointOf(url);
}

process.exitCode = await main();
