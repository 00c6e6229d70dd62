import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32 } from "../../../modules/cloud/crc32";
import { decodePoint, encodePoint, POINT_BYTES, type Point } from "../../../modules/sensing/point";

test("a CRC-32 is zlib's", () => {
	assert.equal(crc32(new TextEncoder().encode("123456789")), 0xcbf43926);
});

test("a point keeps every digit", () => {
	const points: Point[] = [
		{
			time: 1_798_761_600,
			readings: {
				temperature: -12.34,
				humidity: 99.9,
				pressure: 101_325,
				illuminance: 100_000.1,
				co2: 5000,
				motion: 0.07,
			},
			motionEvents: 3,
		},
		{ time: 10, readings: { motion: 0 }, motionEvents: 0 },
		{ time: 4_294_967_290, readings: {}, motionEvents: 65_535 },
	];
	for (const point of points) assert.deepEqual(decodePoint(encodePoint(point)), point);
});

test("a record is no longer than it says", () => {
	const readings = { temperature: 1, humidity: 1, pressure: 1, illuminance: 1, co2: 1, motion: 1 };
	assert.equal(encodePoint({ time: 0, readings, motionEvents: 0 }).length, POINT_BYTES);
});

test("a record cut short is no point", () => {
	const bytes = encodePoint({ time: 10, readings: { co2: 600 }, motionEvents: 0 });
	for (let length = 0; length < bytes.length; length++)
		assert.equal(decodePoint(bytes.subarray(0, length)), undefined);
});
