import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Scd4x } from "../../../hosts/esp32/scd4x";
import { crc8 } from "../../../hosts/esp32/sensirion";
import { BoardSensors } from "../../../hosts/esp32/sensors";
import { Sht4x } from "../../../hosts/esp32/sht4x";
import type { Readings } from "../../../hosts/host";
import { FakeTime } from "../../fakes/host";
import { FakeI2c, FakeScd4x, FakeSht4x, type Fault } from "./fake-i2c";

const FAULTS: readonly Fault[] = ["nack", "crc", "short", "stuck"];
const WHERE = { data: 21, clock: 22 };

function scene(measuring = false) {
	const time = new FakeTime();
	const bus = new FakeI2c();
	const sht = new FakeSht4x(time);
	const scd = new FakeScd4x(time, measuring);
	bus.chips.set(0x44, sht);
	bus.chips.set(0x62, scd);
	const problems: string[] = [];
	const open = {
		sht: () => new Sht4x({ sensor: { io: bus.io, ...WHERE, address: 0x44 }, clock: time }),
		scd: () => new Scd4x({ sensor: { io: bus.io, ...WHERE, address: 0x62 }, clock: time }),
	};
	return { time, bus, sht, scd, problems, open };
}

/** A board with one of them, read once a second as the device does. */
function board(kind: "sht" | "scd", measuring = false) {
	const parts = scene(measuring);
	const { time, problems, open } = parts;
	const source = { name: kind, optional: true, open: open[kind] };
	const sensors = new BoardSensors({
		sources: [source],
		clock: time,
		timers: time,
		onProblem: (message) => problems.push(message),
	});
	/** The readings of so many seconds that are not empty. */
	const readFor = (seconds: number): Readings[] => {
		const readings: Readings[] = [];
		for (let i = 0; i < seconds; i++) {
			const reading = sensors.read();
			if (Object.keys(reading).length > 0) readings.push(reading);
			time.advance(1_000);
		}
		return readings;
	};
	return { ...parts, readFor };
}

const round = ({ co2, temperature, humidity }: Readings) =>
	`${co2 ?? ""} ${temperature?.toFixed(2)} ${humidity?.toFixed(1)}`;

describe("Sensirion's CRC", () => {
	test("is that of the data sheets' example", () => {
		assert.equal(crc8([0xbe, 0xef]), 0x92);
	});
});

describe("SHT4x", () => {
	test("each reading is the measurement that the one before began", () => {
		const { readFor } = board("sht");
		assert.deepEqual(readFor(4).map(round), [" 25.00 56.5", " 25.00 56.5", " 25.00 56.5"]);
	});

	test("a humidity beyond what there is ends at its bounds", () => {
		const { readFor, sht } = board("sht");
		sht.humidity = 0;
		assert.equal(readFor(2)[0]?.humidity, 0);
		sht.humidity = 0xffff;
		assert.equal(readFor(2)[1]?.humidity, 100);
	});

	test("asked before it has measured it is left alone", () => {
		const { open, time } = scene();
		const sensor = open.sht();
		time.advance(5);
		assert.deepEqual(sensor.read(), {});
		time.advance(5);
		assert.equal(sensor.read().temperature?.toFixed(2), "25.00");
	});

	test("one that is not there frees the bus", () => {
		const { open, bus } = scene();
		bus.chips.clear();
		assert.throws(() => open.sht());
		assert.equal(bus.open, 0);
	});
});

describe("SCD4x", () => {
	test("stops, is set, starts, and gives what it measures every 5 s", () => {
		const { readFor, scd, problems } = board("scd");
		const readings = readFor(60);
		assert.equal(scd.offset, Math.round((4 * 65_535) / 175));
		assert.equal(scd.altitude, 0);
		assert.ok(readings.length >= 9 && readings.length <= 12, `${readings.length} readings`);
		assert.deepEqual(new Set(readings.map(round)), new Set(["612 25.00 37.0"]));
		assert.deepEqual(problems, []);
	});

	test("one that has gone on measuring since before a restart is stopped first", () => {
		const { readFor, problems } = board("scd", true);
		assert.ok(readFor(30).length >= 3);
		assert.deepEqual(problems, []);
	});

	test("new settings are written, however many come, and it measures again", () => {
		const { open, time, scd } = scene();
		const sensor = open.scd();
		const run = (seconds: number) => {
			let measurements = 0;
			for (let i = 0; i < seconds; i++, time.advance(1_000)) if (sensor.read().co2) measurements++;
			return measurements;
		};
		for (let altitude = 0; altitude <= 1_000; altitude += 10)
			sensor.configure({ temperatureOffset: 2, altitude });
		run(10);
		assert.equal(scd.altitude, 1_000);
		assert.equal(scd.measuring, true);
		sensor.configure({ temperatureOffset: 1.5, altitude: 300 });
		assert.ok(run(20) >= 2);
		assert.equal(scd.altitude, 300);
		assert.equal(scd.offset, Math.round((1.5 * 65_535) / 175));
	});

	test("CO2 of 0 ppm is no reading", () => {
		const { readFor, scd, problems } = board("scd");
		scd.co2 = 0;
		assert.deepEqual(readFor(30), []);
		assert.deepEqual(problems, []);
	});

	test("one that measures no more is told once, and used again when it does", () => {
		const { readFor, scd, problems } = board("scd");
		readFor(20);
		scd.dead = true;
		assert.ok(readFor(30).length <= 1);
		assert.deepEqual(problems, ["the sensor scd does not answer"]);
		scd.dead = false;
		assert.ok(readFor(90).length > 0);
		assert.equal(problems.length, 1);
	});

	describe("forced recalibration", () => {
		function measuring(seconds: number) {
			const parts = scene();
			const sensor = parts.open.scd();
			const run = (seconds: number) => {
				for (let i = 0; i < seconds; i++, parts.time.advance(1_000)) sensor.read();
			};
			run(seconds);
			return { ...parts, sensor, run };
		}

		test("is refused before the sensor has measured for 3 minutes", () => {
			const { sensor, scd, run } = measuring(170);
			assert.throws(() => sensor.recalibrate(420, () => {}), /3 minutes/);
			run(10);
			assert.equal(scd.target, undefined);
		});

		test("stops the sensor, tells it the truth, and lets it measure on", () => {
			const { sensor, scd, run } = measuring(190);
			const told: boolean[] = [];
			sensor.recalibrate(420, (worked) => told.push(worked));
			run(10);
			assert.equal(scd.target, 420);
			assert.deepEqual(told, [true]);
			assert.equal(scd.measuring, true);
		});

		test("one that the sensor did not take is told as that", () => {
			const { sensor, scd, run } = measuring(190);
			const told: boolean[] = [];
			scd.correction = 0xffff;
			sensor.recalibrate(420, (worked) => told.push(worked));
			run(10);
			assert.deepEqual(told, [false]);
		});

		test("a second one meanwhile is refused, settings meanwhile are taken", () => {
			const { sensor, scd, run } = measuring(190);
			const told: boolean[] = [];
			sensor.recalibrate(420, (worked) => told.push(worked));
			assert.throws(() => sensor.recalibrate(500, () => {}), /under way/);
			sensor.configure({ temperatureOffset: 3, altitude: 500 });
			run(10);
			assert.deepEqual(told, [true]);
			assert.equal(scd.target, 420);
			assert.equal(scd.altitude, 500);
		});

		test("one that the sensor's end interrupts has not worked", () => {
			const { sensor } = measuring(190);
			const told: boolean[] = [];
			sensor.recalibrate(420, (worked) => told.push(worked));
			sensor.close();
			assert.deepEqual(told, [false]);
		});
	});
});

for (const kind of ["sht", "scd"] as const)
	describe(`${kind} with a fault on the bus`, () => {
		const right = { sht: " 25.00 56.5", scd: "612 25.00 37.0" }[kind];

		for (const fault of FAULTS)
			test(`${fault} in any transfer is an absent reading, told once at the most, never a wrong number`, () => {
				for (let at = 0; at < 40; at++) {
					const { bus, readFor, problems } = board(kind);
					bus.fault = fault;
					bus.faultAt = at;
					const readings = readFor(180);
					assert.deepEqual(new Set(readings.map(round)), new Set([right]), `at transfer ${at}`);
					assert.ok(problems.length <= 1, `at transfer ${at}: ${problems}`);
					assert.equal(bus.open, 1, `at transfer ${at}`);
				}
			});

		test("a sensor that goes and comes back is told once each time it goes", () => {
			const { bus, readFor, problems } = board(kind);
			const chips = [...bus.chips];
			for (let round = 1; round <= 3; round++) {
				assert.ok(readFor(90).length > 0);
				bus.chips.clear();
				readFor(120);
				assert.equal(problems.length, round);
				for (const [address, chip] of chips) bus.chips.set(address, chip);
			}
		});

		test("one that was never there is no problem where a board need not have it", () => {
			const { bus, readFor, problems } = board(kind);
			bus.chips.clear();
			assert.deepEqual(readFor(300), []);
			assert.deepEqual(problems, []);
		});
	});
