import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { describeData } from "../../../modules/sensing/data";
import { Sampler } from "../../../modules/sensing/sampler";
import { FakeHost } from "../../fakes/host";

function setUp(synced = true) {
	const host = new FakeHost();
	host.time.synced = synced;
	return { host, sampler: new Sampler(host, { onWindow() {}, onMotion() {} }) };
}

describe("describeData", () => {
	test("has no window before one has closed", () => {
		const { sampler } = setUp();
		assert.deepEqual(describeData(sampler), {
			window: null,
			events: { motion: { "left-to-right": 0, "right-to-left": 0 } },
		});
	});

	test("has the latest window and the counters, in the order of the protocol", () => {
		const { host, sampler } = setUp();
		host.readings.motion = 0.5;
		host.wave("right-to-left");
		host.advance(10_000);
		host.wave("left-to-right");
		host.wave("left-to-right");
		assert.equal(
			JSON.stringify(describeData(sampler)),
			JSON.stringify({
				window: {
					time: Date.UTC(2026, 0, 1) / 1000,
					seconds: 10,
					samples: 10,
					temperature: 21.5,
					humidity: 40,
					pressure: 101_325,
					illuminance: 120,
					co2: 600,
					motion: 5,
					motionEvents: 1,
				},
				events: { motion: { "left-to-right": 2, "right-to-left": 1 } },
			}),
		);
	});

	test("has no quantity that is not measured", () => {
		const { host, sampler } = setUp();
		host.readings = { co2: 500 };
		host.advance(10_000);
		const { window } = describeData(sampler) as { window: object };
		assert.deepEqual(Object.keys(window), ["time", "seconds", "samples", "co2", "motionEvents"]);
	});

	test("tells no time until the clock is set, and then the true one", () => {
		const { host, sampler } = setUp(false);
		host.time.jump(0);
		host.advance(15_000);
		const time = () => (describeData(sampler) as { window: { time: unknown } }).window.time;
		assert.equal(time(), null);
		host.time.jump(Date.UTC(2026, 0, 1) + 8_000);
		host.time.synced = true;
		host.advance(1_000);
		assert.equal(time(), Date.UTC(2026, 0, 1) / 1000 - 10);
	});

	test("gives a copy of the counters", () => {
		const { host, sampler } = setUp();
		const data = JSON.stringify(describeData(sampler));
		const before = describeData(sampler);
		host.wave("left-to-right");
		assert.equal(JSON.stringify(before), data);
	});
});
