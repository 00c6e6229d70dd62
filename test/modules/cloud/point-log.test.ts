import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { PointLog } from "../../../modules/cloud/point-log";
import type { Point } from "../../../modules/sensing/point";
import { FakeStorage } from "../../fakes/storage";
import { pointsOf } from "../../support/points";

const point = (time: number): Point => ({
	time,
	readings: { temperature: time / 100, pressure: 101_325 },
	motionEvents: 1,
});
const times = (log: PointLog, count = 1_000_000) => pointsOf(log, count).map(({ point }) => point.time);
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

function filled(count: number, storage = new FakeStorage()): { storage: FakeStorage; log: PointLog } {
	const log = new PointLog(storage);
	for (let i = 0; i < count; i++) log.append(point(i));
	return { storage, log };
}

describe("in order", () => {
	test("points come back as they were written, the oldest first", () => {
		const { log } = filled(20);
		assert.deepEqual(
			pointsOf(log, 20).map(({ point }) => point),
			range(0, 20).map(point),
		);
		assert.equal(log.waiting, 20);
	});

	test("as many are read as asked for", () => {
		const { log } = filled(20);
		assert.deepEqual(times(log, 7), range(0, 7));
		assert.deepEqual(times(log, 0), []);
	});

	test("what is released does not come back", () => {
		const { log } = filled(20);
		log.release(pointsOf(log, 5).at(-1)!.number + 1);
		assert.deepEqual(times(log), range(5, 20));
		assert.equal(log.waiting, 15);
	});

	test("new points can be written while old ones wait", () => {
		const { log } = filled(5);
		log.release(3);
		log.append(point(5));
		assert.deepEqual(times(log), [3, 4, 5]);
	});

	test("an empty log has nothing", () => {
		const { log } = filled(0);
		assert.deepEqual([times(log), log.waiting, log.lost], [[], 0, 0]);
	});
});

describe("full", () => {
	test("the oldest points make room and are counted", () => {
		const { log } = filled(200);
		const left = times(log);
		assert.ok(left.length >= 27 && left.length <= 36, String(left.length));
		assert.deepEqual(left, range(200 - left.length, 200));
		assert.equal(log.lost, 200 - left.length);
		assert.equal(log.waiting, left.length);
	});

	test("points that were sent before they made room are not lost", () => {
		const { log } = filled(0);
		for (let i = 0; i < 200; i++) {
			log.append(point(i));
			log.release(i + 1);
		}
		assert.equal(log.lost, 0);
	});

	test("every sector is erased equally often", () => {
		const { storage } = filled(1_000);
		assert.ok(Math.max(...storage.erased) - Math.min(...storage.erased) <= 1, storage.erased.join());
	});
});

describe("after a restart", () => {
	test("waiting, released and lost points are what they were", () => {
		const { storage, log } = filled(200);
		log.release(195);
		const again = new PointLog(storage);
		assert.deepEqual(times(again), range(195, 200));
		assert.deepEqual([again.waiting, again.lost], [5, log.lost]);
	});

	test("numbers go on", () => {
		const { storage } = filled(200);
		const again = new PointLog(storage);
		again.append(point(200));
		assert.equal(pointsOf(again, 1000).at(-1)!.number, 200);
	});

	test("an erased log is empty", () => {
		const { storage, log } = filled(200);
		log.erase();
		assert.deepEqual(times(log), []);
		assert.ok(storage.bytes.every((byte) => byte === 0xff));
		log.append(point(7));
		assert.deepEqual(times(new PointLog(storage)), [7]);
	});

	test("storage full of nonsense is an empty log", () => {
		const storage = new FakeStorage();
		for (let i = 0; i < storage.bytes.length; i++) storage.bytes[i] = (i * 7919) >> 3;
		const log = new PointLog(storage);
		assert.deepEqual(times(log), []);
		log.append(point(1));
		assert.deepEqual(times(new PointLog(storage)), [1]);
	});
});

describe("when the power goes", () => {
	test("at any byte, at most the point being written is lost, and none comes twice", () => {
		for (let power = 0; power < 2_600; power++) {
			const storage = new FakeStorage();
			storage.power = power;
			const log = new PointLog(storage);
			let written = 0;
			let released = 0;
			try {
				for (; written < 50; written++) {
					log.append(point(written));
					if (written % 5 === 4) {
						log.release(written - 1);
						released = written - 1;
					}
				}
			} catch {}
			storage.power = Number.POSITIVE_INFINITY;
			const again = new PointLog(storage);
			const left = times(again);
			assert.deepEqual(
				left,
				[...new Set(left)].sort((a, b) => a - b),
			);
			// The one that was being written may be there or not.
			const last = left.at(-1) ?? released - 1;
			assert.ok(
				last === written - 1 || last === written || left.length === 0,
				`${power}: ${last} of ${written}`,
			);
			if (left.length > 0) assert.deepEqual(left, range(left[0]!, last + 1));
			again.append(point(1_000));
			assert.deepEqual(times(new PointLog(storage)), [...left, 1_000]);
		}
	});

	test("while the oldest sector is erased, only points of that sector are lost", () => {
		for (let power = 0; power < 3_000; power++) {
			const storage = new FakeStorage();
			const log = new PointLog(storage);
			let written = 0;
			storage.power = power;
			try {
				for (; written < 60; written++) log.append(point(written));
			} catch {}
			storage.power = Number.POSITIVE_INFINITY;
			const again = new PointLog(storage);
			const left = times(again);
			// There are four sectors, with nine points in each.
			assert.deepEqual(left.slice(-27), range(Math.max(0, written - 27), written), `power ${power}`);
			if (left.length > 0) again.release(left.at(-1)! + 1);
			assert.equal(again.waiting, 0);
		}
	});

	test("and the writer goes on when it is back, what it took is there", () => {
		for (let power = 0; power < 1_200; power++) {
			const storage = new FakeStorage();
			const log = new PointLog(storage);
			const taken: number[] = [];
			storage.power = power;
			for (let i = 0; i < 30; i++) {
				try {
					log.append(point(i));
					taken.push(i);
				} catch {
					storage.power = Number.POSITIVE_INFINITY;
				}
			}
			const left = times(new PointLog(storage));
			assert.deepEqual(left, taken.slice(taken.length - left.length), `power ${power}`);
			assert.deepEqual(times(log), left);
			assert.ok(left.length >= 15);
		}
	});
});

test("any order of writing, reading, releasing and restarting agrees with a plain list", () => {
	const step = fc.oneof(
		fc.record({ kind: fc.constant("append" as const) }),
		fc.record({ kind: fc.constant("release" as const), count: fc.nat(12) }),
		fc.record({ kind: fc.constant("restart" as const) }),
	);
	fc.assert(
		fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
			const storage = new FakeStorage(3, 256);
			let log = new PointLog(storage);
			let model: number[] = [];
			let next = 0;
			for (const it of steps) {
				if (it.kind === "append") {
					log.append(point(next));
					model.push(next++);
				} else if (it.kind === "release") {
					const points = pointsOf(log, it.count);
					if (points.length > 0) log.release(points.at(-1)!.number + 1);
					model = model.slice(points.length);
				} else log = new PointLog(storage);
				const left = times(log);
				// What the ring has no room for is gone from the front.
				model = model.slice(model.length - left.length);
				assert.deepEqual(left, model);
				assert.equal(log.waiting, left.length);
			}
		}),
	);
});
