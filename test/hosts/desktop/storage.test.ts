import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { openStorage } from "../../../hosts/desktop/storage";
import { POINT_RECORD_BYTES, PointLog } from "../../../modules/cloud/point-log";
import { WINDOW } from "../../../modules/limits";
import { FakeStorage } from "../../fakes/storage";
import { pointsOf } from "../../support/points";
import { makeFolder } from "./folder";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** Points of a day. */
const DAY = 86_400_000 / WINDOW;

type Test = Parameters<typeof makeFolder>[0];

function open(t: Test, path = join(makeFolder(t), "points.bin")) {
	return { storage: openStorage(path), path };
}

/** A file of 8 sectors, as another version may have made it. */
function openSmall(t: Test) {
	const path = join(makeFolder(t), "points.bin");
	writeFileSync(path, new Uint8Array(8 * 4096).fill(0xff));
	return open(t, path);
}

describe("as flash", () => {
	test("what was never written reads as erased", (t) => {
		const { storage } = open(t);
		for (const sector of [0, storage.sectors - 1])
			assert.ok(storage.read(sector, 0, 4096).every((byte) => byte === 0xff));
	});

	test("what was written is there, also when it is opened again", (t) => {
		const { storage, path } = open(t);
		storage.write(3, 8, new Uint8Array([1, 2, 3, 4]));
		assert.deepEqual([...storage.read(3, 4, 12)], [255, 255, 255, 255, 1, 2, 3, 4, 255, 255, 255, 255]);
		assert.deepEqual([...open(t, path).storage.read(3, 8, 4)], [1, 2, 3, 4]);
	});

	test("an erased sector reads as erased, and its neighbors are as before", (t) => {
		const { storage } = open(t);
		for (const sector of [1, 2, 3]) storage.write(sector, 0, new Uint8Array(4096).fill(7));
		storage.erase(2);
		assert.ok(storage.read(2, 0, 4096).every((byte) => byte === 0xff));
		for (const sector of [1, 3]) assert.ok(storage.read(sector, 0, 4096).every((byte) => byte === 7));
	});

	test("nothing is read or written across the end of a sector", (t) => {
		const { storage } = open(t);
		assert.throws(() => storage.write(0, 4092, new Uint8Array(8)), RangeError);
		assert.throws(() => storage.read(0, 4000, 100), RangeError);
		assert.throws(() => storage.read(storage.sectors, 0, 4), RangeError);
		assert.throws(() => storage.erase(-1), RangeError);
	});
});

describe("the file", () => {
	test("it has room for 64 hours of points, each with the note that it was sent", (t) => {
		const { storage } = open(t);
		const perSector = Math.floor((storage.sectorSize - 24) / (POINT_RECORD_BYTES + 12));
		const hours = ((storage.sectors - 1) * perSector * WINDOW) / 3_600_000;
		assert.ok(hours >= 64 && hours < 65, `${hours} hours`);
	});

	test("64 hours without a database, after a day with one: every point is kept, and comes back in order", (t) => {
		const { sectors, sectorSize } = open(t).storage;
		const log = new PointLog(new FakeStorage(sectors, sectorSize));
		let written = 0;
		const measure = () => {
			const co2 = 400 + (written % 600);
			const readings = {
				temperature: -12.34,
				humidity: 99.9,
				pressure: 101_325,
				illuminance: 0.1,
				motion: 7,
			};
			log.append({ time: 10 * written++, readings: { ...readings, co2 }, motionEvents: 1 });
		};
		while (written < DAY) {
			measure();
			log.release(written);
		}
		const hours64 = (64 * DAY) / 24;
		while (written < DAY + hours64) measure();
		assert.deepEqual([log.waiting, log.lost], [hours64, 0]);
		// And beyond: the oldest go, and are counted.
		while (log.lost === 0) measure();
		const kept = log.waiting;
		assert.equal(kept + log.lost, written - DAY);
		for (let number = written - kept; number < written; ) {
			const points = pointsOf(log, 50);
			assert.ok(points.length > 0);
			for (const { point } of points) {
				assert.deepEqual([point.time, point.readings.co2], [10 * number, 400 + (number % 600)]);
				number++;
			}
			log.release(points.at(-1)!.number + 1);
		}
		assert.equal(log.waiting, 0);
		t.diagnostic(`${((kept * WINDOW) / 3_600_000).toFixed(1)} hours are kept`);
	});

	test("nobody but the user can read it", {
		skip: process.platform === "win32" && "modes are POSIX's",
	}, (t) => {
		assert.equal(statSync(open(t).path).mode & 0o777, 0o600);
	});

	test("one of another size keeps it", (t) => {
		const { path } = openSmall(t);
		assert.equal(open(t, path).storage.sectors, 8);
		assert.equal(statSync(path).size, 8 * 4096);
	});

	test("one that was cut is refused with a line for the user", (t) => {
		const { path } = openSmall(t);
		truncateSync(path, 5_000);
		assert.throws(() => openStorage(path), /points\.bin is damaged: delete it/);
		assert.equal(readFileSync(path).length, 5_000);
	});

	test("reading throws when it has become shorter", (t) => {
		const { storage, path } = openSmall(t);
		truncateSync(path, 4_096);
		assert.throws(() => storage.read(1, 0, 4));
	});
});

test("after kill -9, wherever it struck, every point that was stored is there and none is wrong", async (t) => {
	const path = join(makeFolder(t), "points.bin");
	let stored = 0;
	for (let round = 0; round < 4; round++) {
		const child = spawn(process.execPath, ["--import", "tsx", "test/hosts/desktop/storage-writer.ts", path], {
			cwd: ROOT,
			stdio: ["ignore", "pipe", "inherit"],
		});
		child.stdout.setEncoding("utf8").on("data", (text: string) => {
			const lines = text.trim().split("\n");
			stored = Number(lines.at(-1));
			if (stored >= 200 * (round + 1)) child.kill("SIGKILL");
		});
		await once(child, "close");
		const log = new PointLog(open(t, path).storage);
		const points = pointsOf(log, 10_000);
		// The one that was being written may be there or not; the line that tells of it may be cut.
		assert.ok(log.waiting >= stored, `${log.waiting} of ${stored}`);
		assert.deepEqual(
			points.map(({ point }) => [point.time, point.readings.temperature]),
			points.map((_, i) => [10 * i, i / 100]),
		);
		assert.equal(points.length, log.waiting);
		stored = log.waiting;
	}
});
