import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { lineOf } from "../../../modules/cloud/line-protocol";
import { QUANTITIES as MEASURED } from "../../../modules/sensing/quantities";
import { parseLines } from "../../points/line-protocol";
import { QUANTITIES } from "../../points/point";

const UDID = "10000fb38278";
const LINE = `ambient16,udid=${UDID} temperature=21.37,co2=612,motionEvents=1i 1798761600`;

function reasonOf(line: string): string {
	const { points, refused, reason = "" } = parseLines(line);
	assert.deepEqual([points, refused], [[], 1]);
	return reason.slice(reason.indexOf(": ") + 2);
}

describe("lines of a sensor", () => {
	test("the quantities are those that the firmware measures, with its units and digits", () => {
		const measured = MEASURED.map(({ name, decimals }) => ({ name, decimals }));
		const ours = QUANTITIES.map(({ name, decimals }) => ({ name, decimals }));
		assert.deepEqual(ours, [...measured, { name: "motionEvents", decimals: 0 }]);
	});

	test("what the firmware writes is read as it was measured", () => {
		const readings = Object.fromEntries(
			MEASURED.map(({ name, decimals }) => [
				name,
				fc.integer({ min: -1_000_000, max: 20_000_000 }).map((digits) => digits / 10 ** decimals),
			]),
		);
		const point = fc.record({
			time: fc.integer({ min: 0, max: 400_000_000 }).map((windows) => windows * 10),
			readings: fc.record(readings, { requiredKeys: [] }),
			motionEvents: fc.nat(0xffff),
		});
		fc.assert(
			fc.property(fc.array(point, { minLength: 1, maxLength: 30 }), (points) => {
				const lines = parseLines(points.map((it) => lineOf(UDID, it)).join("\n"));
				assert.equal(lines.reason, undefined);
				assert.equal(lines.udid, UDID);
				assert.deepEqual(
					lines.points,
					points.map(({ time, readings, motionEvents }) => ({ time, values: { ...readings, motionEvents } })),
				);
			}),
		);
	});

	test("a line that is none of a sensor's is refused, and what is wrong is said by name", () => {
		for (const [line, reason] of [
			["cpu,host=a usage=1 1798761600", "measurement 'cpu' is not taken, only ambient16"],
			[LINE.replace("udid", "host"), "tag 'host' is not known"],
			[LINE.replace(" temp", ",room=a temp"), "tag 'room' is not known"],
			[LINE.replace(`,udid=${UDID}`, ""), "it has no udid"],
			[LINE.replace(UDID, "10000FB38278"), "udid is not 12 lower-case hex digits"],
			[LINE.replace("co2", "radon"), "field 'radon' is not known"],
			[LINE.replace("co2", "temperature"), "field temperature is there twice"],
			[LINE.replace("612", "612i"), "field co2 is not a decimal number"],
			[LINE.replace("612", "NaN"), "field co2 is not a decimal number"],
			[LINE.replace("612", '"612"'), "field co2 is not a decimal number"],
			[LINE.replace("1i", "1"), "field motionEvents is not an integer as 1i"],
			[LINE.replace("612", "9999999999"), "field co2 is out of range"],
			[LINE.replace("1798761600", "1798761600000"), "its time is not in seconds"],
			[LINE.replace("1798761600", "1798761605"), "its time is not a multiple of 10 s"],
			[
				LINE.replace(" 1798761600", ""),
				"not a measurement with udid, fields and a time, with single spaces between",
			],
		] as const)
			assert.equal(reasonOf(line), reason);
	});

	test("names that somebody else made up do not become prototypes", () => {
		for (const name of ["__proto__", "constructor", "toString"])
			assert.equal(reasonOf(LINE.replace("co2", name)), `field '${name}' is not known`);
	});

	test("the lines beside one that is refused are read", () => {
		const other = LINE.replace("1798761600", "1798761610");
		const { points, refused, reason } = parseLines([LINE, "cpu x=1", "mem x=1", other].join("\n"));
		assert.deepEqual(
			points.map(({ time }) => time),
			[1798761600, 1798761610],
		);
		assert.equal(refused, 2);
		assert.equal(reason, "'cpu x=1': measurement 'cpu' is not taken, only ambient16");
	});

	test("a request is of one device", () => {
		const { points, reason } = parseLines(`${LINE}\n${LINE.replace(UDID, "200000000000")}`);
		assert.equal(points.length, 1);
		assert.match(reason ?? "", /of another device than the first$/);
	});

	test("any text at all is read or refused", () => {
		fc.assert(
			fc.property(fc.string({ unit: "binary" }), (text) => {
				const { points, refused } = parseLines(text);
				assert.ok(points.length + refused <= text.split("\n").length);
			}),
		);
	});
});
