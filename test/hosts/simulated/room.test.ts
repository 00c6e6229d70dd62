import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { Quantity } from "../../../hosts/host";
import { Room } from "../../../hosts/simulated/room";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = Date.UTC(2026, 4, 6);

/** Readings every five minutes. */
function record(room: Room, days: number, start = START) {
	const times = Array.from({ length: days * 288 }, (_, i) => start + i * 300_000);
	return times.map((time) => ({ time, ...room.read(time) }));
}

function mean(values: number[]): number {
	return values.reduce((sum, value) => sum + value, 0) / values.length;
}

const seeds = fc.integer({ min: 0, max: 0xffff_ffff });

describe("room", () => {
	test("the same seed gives the same day, in whatever order it is asked", () => {
		const there = record(new Room(7), 1);
		const room = new Room(7);
		const back = there
			.toReversed()
			.map(({ time }) => ({ time, ...room.read(time) }))
			.toReversed();
		assert.deepEqual(back, there);
	});

	test("another seed gives another day", () => {
		const room = new Room(7).read(START);
		assert.notDeepEqual(new Room(8).read(START), room);
	});

	test("every reading is plausible, for any seed at any time of this century", () => {
		const limits: Record<Quantity, [number, number]> = {
			temperature: [18.5, 23.5],
			humidity: [30, 65],
			pressure: [98_000, 104_000],
			illuminance: [0, 700],
			co2: [400, 1_800],
			motion: [0, 10],
		};
		const times = fc.integer({ min: Date.UTC(2000, 0), max: Date.UTC(2100, 0) });
		fc.assert(
			fc.property(seeds, times, (seed, time) => {
				const readings = new Room(seed).read(time);
				for (const [name, [least, most]] of Object.entries(limits)) {
					const value = readings[name as Quantity];
					assert.ok(value >= least && value <= most, `${name} ${value}`);
				}
			}),
			{ numRuns: 2_000 },
		);
	});

	test("a clock from before 1970 is no harm", () => {
		for (const value of Object.values(new Room(1).read(-12_345_678))) assert.ok(Number.isFinite(value));
	});

	test("nothing jumps from one second to the next but light and motion", () => {
		const room = new Room(3);
		let last = room.read(START);
		for (let time = START + 1_000; time < START + DAY; time += 1_000) {
			const readings = room.read(time);
			assert.ok(Math.abs(readings.temperature - last.temperature) < 0.1);
			assert.ok(Math.abs(readings.humidity - last.humidity) < 0.5);
			assert.ok(Math.abs(readings.pressure - last.pressure) <= 10);
			assert.ok(Math.abs(readings.co2 - last.co2) <= 15);
			last = readings;
		}
	});

	test("afternoons are warmer than early mornings", () => {
		const all = record(new Room(1), 30);
		const at = (hour: number) => all.filter(({ time }) => Math.floor((time % DAY) / HOUR) === hour);
		const warm = mean(at(17).map(({ temperature }) => temperature));
		const cool = mean(at(5).map(({ temperature }) => temperature));
		assert.ok(warm > cool + 1, `${warm} and ${cool}`);
	});

	test("nights are dark, noons are bright, and evenings have a lamp", () => {
		const all = record(new Room(1), 30);
		const light = (from: number, to: number) =>
			all
				.filter(({ time }) => time % DAY >= from * HOUR && time % DAY < to * HOUR)
				.map(({ illuminance }) => illuminance);
		assert.ok(light(1, 5).filter((value) => value < 1).length > 0.9 * light(1, 5).length);
		assert.ok(mean(light(12, 14)) > 150);
		assert.ok(light(21, 22).filter((value) => value > 100).length > 0.6 * light(21, 22).length);
	});

	test("people breathe: evenings have more CO2 than early mornings", () => {
		const all = record(new Room(1), 30);
		const at = (hour: number) =>
			mean(all.filter(({ time }) => Math.floor((time % DAY) / HOUR) === hour).map(({ co2 }) => co2));
		assert.ok(at(21) > at(5) + 300, `${at(21)} and ${at(5)}`);
	});

	test("motion is there when somebody is home, and not at night", () => {
		const room = new Room(1);
		const moving = (from: number) => {
			let count = 0;
			for (let time = START + from * HOUR; time < START + (from + 3) * HOUR; time += 5_000)
				if (room.read(time).motion > 0) count++;
			return count;
		};
		assert.ok(moving(18) > 100);
		assert.ok(moving(2) < 0.2 * moving(18));
	});

	test("somebody passes some hundred times a day, in both directions", () => {
		const room = new Room(1);
		const counts = { "left-to-right": 0, "right-to-left": 0 };
		for (let time = START; time < START + DAY; time += 1_000) {
			const motion = room.passage(time, time + 1_000);
			if (motion) counts[motion]++;
		}
		assert.ok(counts["left-to-right"] > 20 && counts["right-to-left"] > 20, JSON.stringify(counts));
		assert.ok(counts["left-to-right"] + counts["right-to-left"] < 500);
	});

	test("who passed is the same however the time is cut", () => {
		const room = new Room(1);
		const evening = START + 19 * HOUR;
		const count = (step: number) => {
			let passages = 0;
			for (let time = evening; time < evening + HOUR; time += step)
				if (room.passage(time, time + step)) passages++;
			return passages;
		};
		assert.equal(count(250), count(1_000));
		assert.ok(count(1_000) > 0);
	});
});
