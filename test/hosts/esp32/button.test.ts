import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { PolledButton } from "../../../hosts/esp32/button";
import { FakeTime } from "../../fakes/host";

class Scene {
	readonly time = new FakeTime();
	readonly changes: boolean[] = [];
	down = false;
	readonly button = new PolledButton(() => this.down, this.time);

	constructor() {
		this.button.onChange = (pressed) => this.changes.push(pressed);
	}
}

describe("PolledButton", () => {
	test("a press and a release are told once each", () => {
		const scene = new Scene();
		scene.down = true;
		scene.time.advance(500);
		scene.down = false;
		scene.time.advance(500);
		assert.deepEqual(scene.changes, [true, false]);
	});

	test("a press is told within a tenth of a second", () => {
		const scene = new Scene();
		scene.down = true;
		scene.time.advance(100);
		assert.deepEqual(scene.changes, [true]);
	});

	test("contacts that bounce are one press", () => {
		const scene = new Scene();
		for (let i = 0; i < 10; i++) {
			scene.down = !scene.down;
			scene.time.advance(20);
		}
		scene.down = true;
		scene.time.advance(500);
		assert.deepEqual(scene.changes, [true]);
	});

	test("a glitch is nothing", () => {
		const scene = new Scene();
		scene.down = true;
		scene.time.advance(40);
		scene.down = false;
		scene.time.advance(500);
		assert.deepEqual(scene.changes, []);
	});

	test("a glitch in a hold does not end it", () => {
		const scene = new Scene();
		scene.down = true;
		scene.time.advance(5_000);
		scene.down = false;
		scene.time.advance(40);
		scene.down = true;
		scene.time.advance(5_000);
		assert.deepEqual(scene.changes, [true]);
	});
});
