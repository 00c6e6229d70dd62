import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { DeviceEvent, Timers } from "../../../hosts/host";
import type { Color } from "../../../modules/led/color";
import { type Effect, Light, type LightOrder } from "../../../modules/led/light";
import { BREATH, BREATH_STEP } from "../../../modules/limits";
import { FakeLed, FakeTime } from "../../fakes/host";

const RED: Color = 0xff0000;
const BLUE: Color = 0x0000ff;
const BLACK: Color = 0x000000;
const DARK = [0, 0, 0];

function setUp({ gamma = 1, lateness = (): number => 0 } = {}) {
	const time = new FakeTime();
	const led = new FakeLed();
	led.gamma = gamma;
	const timers: Timers = {
		once: (callback, ms) => time.once(callback, ms + lateness()),
		repeat: (callback, ms) => time.repeat(callback, ms),
		clear: (timer) => time.clear(timer),
	};
	const changes: string[] = [];
	const orders: (LightOrder | undefined)[] = [];
	const report = (event: DeviceEvent) => {
		if (event.event === "led") changes.push(`${event.red} ${event.green} ${event.blue} ${event.effect}`);
	};
	const onOrder = (order: LightOrder | undefined) => void orders.push(order);
	const light = new Light({ led, timers, clock: time, report }, { onOrder });
	led.history.length = 0;
	return { time, led, light, changes, orders };
}

function order(changes: Partial<LightOrder> = {}): LightOrder {
	return { color: RED, effect: "solid", duration: 10, intensity: 100, ...changes };
}

describe("the owner's light", () => {
	test("is dark at first, whatever the LED showed before", () => {
		const led = new FakeLed();
		const time = new FakeTime();
		new Light({ led, timers: time, clock: time }, { onOrder() {} });
		assert.deepEqual(led.history, ["0,0,0"]);
		assert.equal(time.pending, 0);
	});

	test("solid lasts exactly its duration", () => {
		const { time, led, light, changes } = setUp();
		light.show(order({ duration: 3 }));
		assert.deepEqual(led.color, [255, 0, 0]);
		assert.equal(time.pending, 1);
		time.advance(2_999);
		assert.deepEqual(led.color, [255, 0, 0]);
		time.advance(1);
		assert.deepEqual(led.color, DARK);
		assert.deepEqual(led.history, ["255,0,0", "0,0,0"]);
		assert.deepEqual(changes, ["255 0 0 solid", "0 0 0 off"]);
	});

	test("blink is on and off for 500 ms each, to the ms, beginning with on", () => {
		const { time, led, light } = setUp();
		light.show(order({ effect: "blink", duration: 2 }));
		const lit: boolean[] = [];
		for (let ms = 0; ms < 2_500; ms++) {
			lit.push(led.color[0] === 255);
			time.advance(1);
		}
		for (const [ms, on] of lit.entries()) assert.equal(on, ms < 2_000 && ms % 1_000 < 500, `${ms} ms`);
	});

	test("blink tells each toggle", () => {
		const { time, light, changes } = setUp();
		light.show(order({ effect: "blink", duration: 2 }));
		time.advance(5_000);
		assert.deepEqual(changes, ["255 0 0 blink", "0 0 0 blink", "255 0 0 blink", "0 0 0 blink", "0 0 0 off"]);
	});

	test("without a duration it stays until the next order, and no timer waits for its end", () => {
		const { time, led, light } = setUp();
		light.show(order({ duration: null }));
		assert.equal(time.pending, 0);
		time.advance(30 * 86_400_000);
		assert.deepEqual(led.color, [255, 0, 0]);
		light.show(order({ color: BLUE, duration: 1 }));
		time.advance(1_000);
		assert.deepEqual(led.color, DARK);
	});

	test("each order is told, and that none is in force any more, also behind a signal", () => {
		const { time, light, orders } = setUp();
		const red = order({ duration: 5 });
		light.show(red);
		assert.deepEqual(orders.splice(0), [red]);
		light.signal("pairing");
		time.advance(5_000);
		assert.deepEqual(orders.splice(0), [undefined]);
		light.show(order({ color: BLACK }));
		light.show(order({ intensity: 0 }));
		assert.deepEqual(orders.splice(0), [undefined, undefined]);
		light.show(order({ duration: null }));
		light.off();
		light.off();
		assert.deepEqual(orders, [order({ duration: null }), undefined]);
	});

	test("blink ends at its duration also when that is a moment to light up", () => {
		const { time, led, light } = setUp();
		light.show(order({ effect: "blink", duration: 1 }));
		time.advance(60_000);
		assert.deepEqual(led.history, ["255,0,0", "0,0,0"]);
	});

	test("an order after another keeps its own times, with one timer for both", () => {
		const { time, led, light } = setUp();
		light.show(order({ effect: "blink", duration: 2 }));
		time.advance(300);
		light.show(order({ effect: "blink", duration: 2, color: BLUE }));
		assert.equal(time.pending, 1);
		const lit: number[] = [];
		for (let ms = 0; ms < 2_500; ms++) {
			lit.push(led.color[2]);
			assert.ok(time.pending <= 1);
			time.advance(1);
		}
		for (const [ms, level] of lit.entries())
			assert.equal(level, ms < 2_000 && ms % 1_000 < 500 ? 255 : 0, `${ms} ms`);
		assert.equal(time.pending, 0);
	});

	test("an order that ends before the one it replaces ends in time", () => {
		const { time, led, light } = setUp();
		light.show(order({ effect: "solid", duration: 100 }));
		light.show(order({ effect: "solid", duration: 1 }));
		time.advance(999);
		assert.deepEqual(led.color, [255, 0, 0]);
		time.advance(1);
		assert.deepEqual(led.color, DARK);
		assert.equal(time.pending, 0);
	});

	test("breathe rises from dark to the peak and falls again", () => {
		const { time, led, light } = setUp();
		light.show(order({ effect: "breathe" }));
		const levels: number[] = [];
		for (let ms = 0; ms <= BREATH; ms += BREATH_STEP) {
			levels.push(led.color[0]);
			time.advance(BREATH_STEP);
		}
		const half = levels.length >> 1;
		assert.equal(levels[0], 0);
		assert.equal(levels[half], 255);
		assert.equal(levels.at(-1), 0);
		for (let i = 1; i < levels.length; i++)
			assert.ok(i <= half ? levels[i]! >= levels[i - 1]! : levels[i]! <= levels[i - 1]!);
		assert.ok(new Set(levels).size > 30);
	});

	test("breathe tells only its begin, with the peak, and its end", () => {
		const { time, light, changes } = setUp();
		light.show(order({ effect: "breathe", intensity: 50 }));
		time.advance(20_000);
		assert.deepEqual(changes, ["128 0 0 breathe", "0 0 0 off"]);
	});

	test("the LED is set only when its value changes", () => {
		const { time, led, light } = setUp();
		light.show(order({ effect: "breathe", color: 0x020000, duration: 4 }));
		light.show(order({ effect: "breathe", color: 0x020000, duration: 4 }));
		time.advance(10_000);
		assert.deepEqual(led.history, ["1,0,0", "2,0,0", "1,0,0", "0,0,0"]);
	});

	test("intensity scales the color linearly", () => {
		const { led, light } = setUp();
		light.show(order({ color: 0xff640a, intensity: 20 }));
		assert.deepEqual(led.color, [51, 20, 2]);
	});

	test("intensity 0 and black are dark at once, without a timer", () => {
		for (const dark of [order({ intensity: 0 }), order({ color: BLACK, effect: "blink" })]) {
			const { time, led, light, changes } = setUp();
			light.show(order());
			light.show(dark);
			assert.deepEqual(led.color, DARK);
			assert.equal(time.pending, 0);
			assert.deepEqual(changes, ["255 0 0 solid", "0 0 0 off"]);
		}
	});

	test("a second order replaces the first, with its own time", () => {
		const { time, led, light } = setUp();
		light.show(order({ duration: 10 }));
		time.advance(9_000);
		light.show(order({ color: BLUE, duration: 5 }));
		assert.deepEqual(led.color, [0, 0, 255]);
		time.advance(4_999);
		assert.deepEqual(led.color, [0, 0, 255]);
		time.advance(1);
		assert.deepEqual(led.color, DARK);
		assert.equal(time.pending, 0);
	});

	test("a shorter second order does not bring the first one back", () => {
		const { time, led, light } = setUp();
		light.show(order({ duration: 3_600 }));
		light.show(order({ color: BLUE, duration: 1 }));
		time.advance(1_000);
		assert.deepEqual(led.color, DARK);
	});

	test("replacing a blink does not leave its toggles behind", () => {
		const { time, led, light } = setUp();
		light.show(order({ effect: "blink" }));
		time.advance(250);
		light.show(order({ color: BLUE, duration: 2 }));
		time.advance(1_999);
		assert.deepEqual(led.history, ["255,0,0", "0,0,255"]);
	});

	test("off ends it", () => {
		const { time, led, light, changes } = setUp();
		light.show(order());
		light.off();
		assert.deepEqual(led.color, DARK);
		assert.equal(time.pending, 0);
		assert.deepEqual(changes, ["255 0 0 solid", "0 0 0 off"]);
	});

	test("a jump of the wall clock changes nothing", () => {
		const { time, led, light } = setUp();
		light.show(order({ duration: 3 }));
		time.jump(0);
		time.advance(2_999);
		assert.deepEqual(led.color, [255, 0, 0]);
		time.advance(1);
		assert.deepEqual(led.color, DARK);
	});

	test("a timer that is late once does not shift what comes after it", () => {
		const late = [300];
		const { time, led, light } = setUp({ lateness: () => late.shift() ?? 0 });
		light.show(order({ effect: "blink", duration: 3 }));
		time.advance(799);
		assert.deepEqual(led.color, [255, 0, 0]);
		time.advance(1);
		assert.deepEqual(led.color, DARK);
		time.advance(200);
		assert.deepEqual(led.color, [255, 0, 0]);
		time.advance(1_999);
		assert.deepEqual(led.history, ["255,0,0", "0,0,0", "255,0,0", "0,0,0", "255,0,0", "0,0,0"]);
		time.advance(1);
		assert.equal(time.pending, 0);
	});

	test("a timer later than the end goes straight to dark", () => {
		const { time, led, light } = setUp({ lateness: () => 7_777 });
		light.show(order({ effect: "blink", duration: 4 }));
		time.advance(60_000);
		assert.deepEqual(led.history, ["255,0,0", "0,0,0"]);
	});

	test("a timer that comes early waits for its moment", () => {
		const { time, led, light } = setUp({ lateness: () => -0.5 });
		light.show(order({ duration: 1 }));
		time.advance(999.9);
		assert.deepEqual(led.color, [255, 0, 0]);
		time.advance(1);
		assert.deepEqual(led.color, DARK);
	});
});

describe("signals", () => {
	test("hide the owner's order, which goes on in its own time", () => {
		const { time, led, light, changes } = setUp();
		light.show(order({ color: BLUE, duration: 10 }));
		time.advance(1_000);
		light.signal("reset");
		assert.deepEqual(led.color, [255, 0, 0]);
		time.advance(200);
		assert.deepEqual(led.color, DARK);
		time.advance(4_800);
		light.endSignal("reset");
		assert.deepEqual(led.color, [0, 0, 255]);
		assert.deepEqual(changes.slice(0, 3), ["0 0 255 solid", "255 0 0 reset", "0 0 0 reset"]);
		assert.equal(changes.at(-1), "0 0 255 solid");
		time.advance(3_999);
		assert.deepEqual(led.color, [0, 0, 255]);
		time.advance(1);
		assert.deepEqual(led.color, DARK);
	});

	test("leave a hidden blink in step", () => {
		const { time, led, light } = setUp();
		light.show(order({ color: BLUE, effect: "blink" }));
		light.signal("error");
		time.advance(2_600);
		light.endSignal("error");
		assert.deepEqual(led.color, DARK);
		time.advance(399);
		assert.deepEqual(led.color, DARK);
		time.advance(1);
		assert.deepEqual(led.color, [0, 0, 255]);
	});

	test("leave dark behind when the owner's time is over", () => {
		const { time, led, light, changes } = setUp();
		light.show(order({ duration: 2 }));
		light.signal("pairing");
		time.advance(3_000);
		light.endSignal("pairing");
		assert.deepEqual(led.color, DARK);
		assert.equal(time.pending, 0);
		assert.deepEqual(changes, ["255 0 0 solid", "255 255 255 pairing", "0 0 0 off"]);
	});

	test("let an order given meanwhile be seen afterwards", () => {
		const { time, led, light } = setUp();
		light.signal("update");
		light.show(order({ color: BLUE, duration: 5 }));
		assert.deepEqual(led.color, DARK);
		time.advance(4_000);
		light.endSignal("update");
		assert.deepEqual(led.color, [0, 0, 255]);
		time.advance(1_000);
		assert.deepEqual(led.color, DARK);
	});

	test("go on when the owner's order is ended", () => {
		const { light, changes } = setUp();
		light.show(order());
		light.signal("pairing");
		light.off();
		assert.deepEqual(changes, ["255 0 0 solid", "255 255 255 pairing"]);
	});

	test("come by their urgency, whichever began first", () => {
		const urgency = ["reset", "error", "update", "pairing"] as const;
		fc.assert(
			fc.property(fc.shuffledSubarray([...urgency], { minLength: 4 }), (sequence) => {
				const { light, changes, time } = setUp();
				light.show(order({ effect: "breathe", duration: 3_600 }));
				for (const name of sequence) light.signal(name);
				for (const name of urgency) {
					assert.match(changes.at(-1)!, new RegExp(` ${name}$`));
					light.endSignal(name);
				}
				assert.match(changes.at(-1)!, / breathe$/);
				light.off();
				assert.equal(time.pending, 0);
			}),
		);
	});

	test("do not begin anew when given twice", () => {
		const { time, led, light } = setUp();
		light.signal("reset");
		time.advance(300);
		light.signal("reset");
		assert.deepEqual(led.color, DARK);
		time.advance(100);
		assert.deepEqual(led.color, [255, 0, 0]);
	});

	test("one that was not given can be ended", () => {
		const { led, light, changes } = setUp();
		light.endSignal("error");
		assert.deepEqual(led.history, []);
		assert.deepEqual(changes, []);
	});
});

describe("gamma", () => {
	test("keeps 0 and 255, never falls, and leaves nothing dark that is not black", () => {
		for (const gamma of [0.5, 1.8, 2.2, 2.8]) {
			const { led, light } = setUp({ gamma });
			let before = 0;
			for (let red = 1; red < 256; red++) {
				light.show(order({ color: red << 16 }));
				assert.ok(led.color[0] >= Math.max(before, 1));
				before = led.color[0];
			}
			assert.equal(before, 255);
			light.off();
			assert.deepEqual(led.color, DARK);
		}
	});

	test("follows the exponent", () => {
		const { led, light } = setUp({ gamma: 2.2 });
		light.show(order({ color: 0x804000 }));
		assert.deepEqual(led.color, [56, 13, 0]);
	});

	test("comes after intensity", () => {
		const { led, light } = setUp({ gamma: 2 });
		light.show(order({ color: 0xc80000, intensity: 50 }));
		assert.deepEqual(led.color, [40, 0, 0]);
	});

	test("is not in what is told", () => {
		const { light, changes } = setUp({ gamma: 2.2 });
		light.show(order({ color: 0x804000 }));
		assert.deepEqual(changes, ["128 64 0 solid"]);
	});

	test("of 1 changes nothing", () => {
		const { led, light } = setUp();
		light.show(order({ color: 0x017ffe }));
		assert.deepEqual(led.color, [1, 127, 254]);
	});
});

describe("a closed light", () => {
	test("is dark and holds no timer", () => {
		for (const effect of ["blink", "solid", "breathe"] as const) {
			const { time, led, light, changes } = setUp();
			light.show(order({ effect }));
			light.signal("error");
			light.close();
			light.close();
			assert.deepEqual(led.color, DARK);
			assert.equal(changes.at(-1), "0 0 0 off");
			assert.equal(time.pending, 0);
		}
	});

	test("takes no more orders or signals", () => {
		const { time, led, light } = setUp();
		light.close();
		light.show(order());
		light.signal("pairing");
		assert.deepEqual(led.history, []);
		assert.equal(time.pending, 0);
	});
});

describe("trouble", () => {
	test("an LED that cannot be set stops neither the caller nor the effect", () => {
		const { time, led, light } = setUp();
		const set = led.set;
		led.set = () => {
			throw new Error("no LED");
		};
		light.show(order({ effect: "blink", duration: 10 }));
		time.advance(750);
		led.set = set;
		time.advance(250);
		assert.deepEqual(led.color, [255, 0, 0]);
	});

	test("a watcher that throws stops nothing", () => {
		const time = new FakeTime();
		const led = new FakeLed();
		const report = () => {
			throw new Error("not interested");
		};
		const light = new Light({ led, timers: time, clock: time, report }, { onOrder() {} });
		light.show(order({ effect: "blink", duration: 1 }));
		time.advance(1_000);
		assert.deepEqual(led.color, DARK);
		assert.equal(time.pending, 0);
	});

	test("a watcher may give orders itself", () => {
		const time = new FakeTime();
		const led = new FakeLed();
		const report = (event: DeviceEvent) => {
			if (event.event === "led" && event.effect === "solid") light.signal("pairing");
		};
		const light: Light = new Light({ led, timers: time, clock: time, report }, { onOrder() {} });
		light.show(order());
		assert.equal(time.pending, 1);
		light.close();
		assert.equal(time.pending, 0);
	});

	test("after any sequence, what is dark for good has no timer, and what is lit has one", () => {
		const signal = fc.constantFrom("error" as const, "reset" as const, "update" as const, "pairing" as const);
		const step = fc.oneof(
			fc.record({
				effect: fc.constantFrom<Effect>("blink", "solid", "breathe"),
				duration: fc.integer({ min: 1, max: 20 }),
				intensity: fc.integer({ min: 0, max: 100 }),
			}),
			fc.record({ begin: signal }),
			fc.record({ end: signal }),
			fc.record({ pass: fc.integer({ min: 0, max: 8_000 }) }),
			fc.constant("off" as const),
		);
		fc.assert(
			fc.property(fc.array(step), fc.array(fc.integer({ min: 0, max: 3_000 })), (steps, late) => {
				const { time, light, changes } = setUp({ lateness: () => late.shift() ?? 0 });
				for (const step of steps) {
					if (step === "off") light.off();
					else if ("pass" in step) time.advance(step.pass);
					else if ("begin" in step) light.signal(step.begin);
					else if ("end" in step) light.endSignal(step.end);
					else light.show(order(step));
					assert.equal(time.pending, (changes.at(-1) ?? "off").endsWith("off") ? 0 : 1);
				}
				light.close();
				assert.equal(time.pending, 0);
			}),
		);
	});
});
