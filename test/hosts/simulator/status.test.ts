import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readOptions } from "../../../hosts/simulator/options";
import { Status } from "../../../hosts/simulator/status";

const UDID = "10000fb38278";
const ready = { event: "ready", http: "http://127.0.0.1:8080", udid: UDID } as const;
const secure = { event: "secure", https: "https://127.0.0.1:8443", udid: UDID } as const;

describe("what the simulator's display says", () => {
	test("nothing before the device can be reached", () => {
		const status = new Status(UDID);
		assert.equal(status.see({ event: "paired", paired: false }), undefined);
		assert.equal(status.see({ event: "pairing", open: true }), undefined);
	});

	test("how it gets an owner, with the usual ports and with others", () => {
		const status = new Status(UDID);
		status.see({ event: "pairing", open: true });
		status.see(secure);
		assert.deepEqual(status.see(ready), [
			`Ambient16 ${UDID}, not paired`,
			"http://127.0.0.1:8080/",
			"To become its owner, in a second terminal:",
			"npm run --silent ambient16 -- pair",
		]);
		assert.equal(
			status.see({ ...ready, http: "http://127.0.0.1:9000" })?.at(-1),
			"npm run --silent ambient16 -- pair --url http://127.0.0.1:9000",
		);
	});

	test("that the button has to be pressed once it takes no owner any more", () => {
		const status = new Status(UDID);
		status.see(ready);
		status.see({ event: "pairing", open: true });
		const lines = status.see({ event: "pairing", open: false });
		assert.equal(lines?.at(-1), "To become its owner, press its button first.");
	});

	test("its address in HTTPS mode, and nothing about owners once it has one", () => {
		const status = new Status(UDID);
		status.see(ready);
		status.see({ event: "paired", paired: true });
		status.see({ event: "mode", mode: "https" });
		assert.deepEqual(status.see(secure), [
			`Ambient16 ${UDID}, paired`,
			"https://127.0.0.1:8443/  (HTTPS mode)",
		]);
	});

	test("nothing when nothing has changed", () => {
		const status = new Status(UDID);
		assert.notEqual(status.see(ready), undefined);
		assert.equal(status.see(ready), undefined);
		assert.equal(status.see({ event: "restart" }), undefined);
	});
});

test("a setting that is wrong is told in a line that names it", () => {
	for (const [name, value] of [
		["AMBIENT16_PORT", "80a"],
		["AMBIENT16_PORT", "65536"],
		["AMBIENT16_PORT", "8443"],
		["AMBIENT16_HTTPS_PORT", "-1"],
		["AMBIENT16_UDID", "1000AABBCCDD"],
		["AMBIENT16_CLOCK_RATE", "0"],
	])
		assert.throws(
			() => readOptions((asked) => (asked === name ? value : undefined)),
			new RegExp(`^Error: ${name} `),
		);
	assert.equal(readOptions(() => undefined).port, 8080);
});
