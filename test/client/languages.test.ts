import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Sensor } from "../../client/node";
import { type Desk, startDesk } from "../support/desk";
import { suiteScope } from "../support/scope";

const FOLDER = join(dirname(fileURLToPath(import.meta.url)), "languages");

/** A program as somebody writes it who has read the beginning of docs/protocol.md, and how to see if it can run. */
type Program = [name: string, file: string, run: string[], check: string[]];

/** Bodies go with whatever Content-Type each of them sends by itself (WLED#2283, el-client#33). */
const PROGRAMS: Program[] = [
	["curl -d", "curl.sh", ["bash"], ["curl", "--version"]],
	["wget --post-data", "wget.sh", ["bash"], ["wget", "--version"]],
	["Python's urllib", "urllib.py", ["python3", "-P"], ["python3", "-P", "--version"]],
	["Python's requests", "session.py", ["python3"], ["python3", "-c", "import requests"]],
	["Node's fetch", "fetch.mjs", ["node", "--no-warnings"], ["node", "--version"]],
	["axios", "axios.cjs", ["node"], ["node", "-e", "require('axios')"]],
	["PHP's curl", "curl.php", ["php"], ["php", "-r", "exit(function_exists('curl_init') ? 0 : 1);"]],
	["Ruby's Net::HTTP", "net-http.rb", ["ruby"], ["ruby", "--version"]],
	[
		"Perl's LWP",
		"lwp.pl",
		["perl"],
		["perl", "-MLWP::UserAgent", "-MLWP::Protocol::https", "-MJSON::PP", "-e", "0"],
	],
	["Java's HttpURLConnection", "Connection.java", ["java"], ["java", "--version"]],
];

/** A certificate that nobody has signed is taken, as newcomers do; the others say so in their programs. */
const env = { ...process.env, NODE_TLS_REJECT_UNAUTHORIZED: "0" };

function start([file = "", ...args]: string[]): { status: number | null; stdout: string; stderr: string } {
	return spawnSync(file, args, { encoding: "utf8", env, timeout: 60_000 });
}

describe("the owner's first program", () => {
	const scope = suiteScope(after);
	let desk: Desk;
	let uuid: string;
	before(async () => {
		desk = await startDesk(scope);
		uuid = await new Sensor(desk.http).pair();
	});

	const there = new Map(PROGRAMS.map(([name, , , check]) => [name, start(check).status === 0]));
	const each = (place: () => string) => {
		for (const [name, file, run] of PROGRAMS)
			test(`in ${name}`, { skip: there.get(name) ? false : `this machine lacks ${name}` }, () => {
				const { stdout, stderr } = start([...run, join(FOLDER, file), `${place()}/`, uuid]);
				assert.match(stdout, /^\{"status":"ok"/, stderr);
				const { setColor, getData } = JSON.parse(stdout);
				assert.deepEqual([setColor.color, typeof getData.events], ["#0000ff", "object"]);
			});
	};

	describe("works over plain HTTP", () => each(() => desk.http));

	describe("works over HTTPS", () => {
		before(async () => {
			await new Sensor(desk.http, { uuid }).openHttps({ idle: 3600, limit: 3600 });
		});
		each(() => desk.https);
	});
});
