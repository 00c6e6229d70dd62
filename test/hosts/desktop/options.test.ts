import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { HELP, parseOptions } from "../../../hosts/desktop/options";

const rejects = (args: string[], message: RegExp) =>
	assert.throws(
		() => parseOptions(args),
		(error: Error) => {
			assert.match(error.message, message);
			assert.ok(!error.message.includes("\n"), "one line");
			return true;
		},
	);

describe("options", () => {
	test("without any the defaults hold", () => {
		assert.deepEqual(parseOptions([]), {
			port: 8080,
			httpsPort: 8443,
			panelPort: 8016,
			data: "./data",
			udid: undefined,
			clockRate: 1,
			seed: undefined,
			wifi: false,
			json: false,
			help: false,
		});
	});

	test("all are taken", () => {
		const line =
			"--port 0 --https-port=0 --panel-port 0 --data d --udid 10000fb38278 --clock-rate 0.5 --seed 7 --wifi --json";
		assert.deepEqual(parseOptions(line.split(" ")), {
			port: 0,
			httpsPort: 0,
			panelPort: 0,
			data: "d",
			udid: "10000fb38278",
			clockRate: 0.5,
			seed: 7,
			wifi: true,
			json: true,
			help: false,
		});
	});

	for (const port of ["", "-1", "65536", "80a", "8080.5", "1e3", " 80"])
		test(`--port ${JSON.stringify(port)} is refused`, () =>
			rejects([`--port=${port}`], /^--port must be a whole number from 0 to 65535$/));

	for (const rate of ["0", "-1", "3601", "", "fast", "Infinity", "1e2", "0.0"])
		test(`--clock-rate ${JSON.stringify(rate)} is refused`, () =>
			rejects([`--clock-rate=${rate}`], /^--clock-rate must be/));

	for (const udid of ["", "10000FB38278", "10000fb3827", "10000fb382789", "../../etc/pas"])
		test(`--udid ${JSON.stringify(udid)} is refused`, () =>
			rejects([`--udid=${udid}`], /^--udid must be 12 lower-case hex digits$/));

	test("one port cannot be both", () => rejects(["--port=8443"], /must differ/));

	test("an unknown option is named in one line", () =>
		rejects(["--bind", "::1"], /^Unknown option '--bind'$/));

	test("a word that belongs to no option is refused", () => rejects(["8080"], /'8080'/));

	test("an option without its value is refused", () => rejects(["--data"], /--data/));

	test("the help names every option", () => {
		for (const option of [
			"port",
			"https-port",
			"panel-port",
			"data",
			"udid",
			"clock-rate",
			"seed",
			"json",
			"help",
		])
			assert.match(HELP, new RegExp(`--${option} `));
	});
});
