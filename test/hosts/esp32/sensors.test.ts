import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { BoardSensors, type Sensor, type SensorSource } from "../../../hosts/esp32/sensors";
import type { Motion, Readings } from "../../../hosts/host";
import { FakeTime } from "../../fakes/host";

/** A sensor that the test plugs in and out. */
class Plug implements SensorSource {
	readonly name: string;
	present = true;
	readings: Readings;
	motion: Motion | undefined;
	opened = 0;
	closed = 0;

	constructor(name: string, readings: Readings = {}) {
		this.name = name;
		this.readings = readings;
	}

	open(): Sensor {
		this.opened++;
		this.#check();
		return {
			read: () => {
				this.#check();
				return this.readings;
			},
			look: () => {
				this.#check();
				const motion = this.motion;
				this.motion = undefined;
				return motion;
			},
			close: () => {
				this.closed++;
				this.#check();
			},
		};
	}

	#check(): void {
		if (!this.present) throw new Error("NACK");
	}
}

function scene(...sources: SensorSource[]) {
	const time = new FakeTime();
	const problems: string[] = [];
	const motions: Motion[] = [];
	const sensors = new BoardSensors({
		sources,
		clock: time,
		timers: time,
		onProblem: (m) => problems.push(m),
	});
	sensors.onMotion = (motion) => motions.push(motion);
	return { time, problems, motions, sensors };
}

describe("the sensor for CO2", () => {
	const SETTINGS = { temperatureOffset: 2, altitude: 300 };

	/** One that tells what it is told. */
	function co2Scene() {
		const told: string[] = [];
		const plug = { present: true };
		const check = () => {
			if (!plug.present) throw new Error("NACK");
		};
		const co2 = { unready: undefined, recalibrate() {} };
		const source: SensorSource = {
			name: "SCD4x",
			optional: true,
			open(settings) {
				check();
				told.push(`open ${JSON.stringify(settings)}`);
				return {
					co2,
					read: () => {
						check();
						return {};
					},
					configure: (settings) => told.push(`configure ${JSON.stringify(settings)}`),
					close() {},
				};
			},
		};
		return { ...scene(new Plug("other"), source), plug, told, co2 };
	}

	test("is there once it was found, and not when it is gone", () => {
		const { sensors, plug, co2 } = co2Scene();
		assert.equal(sensors.co2, undefined);
		sensors.read();
		assert.equal(sensors.co2, co2);
		plug.present = false;
		sensors.read();
		assert.equal(sensors.co2, undefined);
	});

	test("knows its settings at once, and whenever it is found", () => {
		const { sensors, plug, told, time } = co2Scene();
		sensors.configure(SETTINGS);
		sensors.read();
		sensors.configure(null);
		sensors.configure(SETTINGS);
		plug.present = false;
		sensors.read();
		plug.present = true;
		time.advance(61_000);
		sensors.read();
		const settings = JSON.stringify(SETTINGS);
		assert.deepEqual(told, [
			`open ${settings}`,
			"configure null",
			`configure ${settings}`,
			`open ${settings}`,
		]);
	});

	test("that fails while it is told is gone", () => {
		const { sensors, time } = scene({
			name: "SCD4x",
			open: () => ({
				read: () => ({}),
				configure() {
					throw new Error("NACK");
				},
				close() {},
			}),
		});
		sensors.read();
		sensors.configure(SETTINGS);
		assert.equal(sensors.co2, undefined);
		assert.equal(time.pending, 1);
	});
});

describe("BoardSensors", () => {
	test("a reading is that of all sensors together", () => {
		const { sensors } = scene(new Plug("a", { temperature: 21 }), new Plug("b", { illuminance: 120 }));
		assert.deepEqual(sensors.read(), { temperature: 21, illuminance: 120 });
	});

	test("a board without sensors reads nothing and runs no timer", () => {
		const { sensors, time } = scene();
		assert.deepEqual(sensors.read(), {});
		assert.equal(time.pending, 0);
	});

	test("an absent sensor is reported once and does not keep the others from being read", () => {
		const absent = new Plug("a");
		absent.present = false;
		const { sensors, problems, time } = scene(absent, new Plug("b", { humidity: 40 }));
		for (let i = 0; i < 600; i++) {
			assert.deepEqual(sensors.read(), { humidity: 40 });
			time.advance(1_000);
		}
		assert.deepEqual(problems, ["the sensor a is not there"]);
	});

	test("an absent sensor is looked for once a minute, and used when it comes", () => {
		const plug = new Plug("a", { temperature: 21 });
		plug.present = false;
		const { sensors, time } = scene(plug);
		for (let i = 0; i < 120; i++) {
			sensors.read();
			time.advance(1_000);
		}
		assert.equal(plug.opened, 2);
		plug.present = true;
		assert.deepEqual(sensors.read(), { temperature: 21 });
	});

	test("a sensor that falls silent is freed, reported once, and comes back", () => {
		const plug = new Plug("a", { temperature: 21 });
		const { sensors, problems, time } = scene(plug);
		sensors.read();
		plug.present = false;
		for (let i = 0; i < 90; i++) {
			assert.deepEqual(sensors.read(), {});
			time.advance(1_000);
		}
		assert.equal(plug.closed, 1);
		plug.present = true;
		time.advance(60_000);
		assert.deepEqual(sensors.read(), { temperature: 21 });
		plug.present = false;
		sensors.read();
		assert.equal(problems.length, 2);
	});

	test("somebody who passes is told", () => {
		const plug = new Plug("a");
		const { sensors, motions, time } = scene(plug);
		sensors.read();
		plug.motion = "left-to-right";
		time.advance(100);
		time.advance(1_000);
		assert.deepEqual(motions, ["left-to-right"]);
	});

	test("a sensor that fails while looked at is reported and nothing escapes", () => {
		const plug = new Plug("a");
		const { sensors, problems, time } = scene(plug);
		sensors.read();
		plug.present = false;
		time.advance(5_000);
		assert.deepEqual(problems, ["the sensor a does not answer"]);
	});
});
