import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";

const FOLDER = "hosts/esp32";
const FLASH = 4 * 1024 * 1024;
/** Bytes of flash before what the partition table may give away: the bootloader and the table. */
const FIRST = 0x9000;
/** App partitions begin at multiples of this. */
const APP_ALIGNMENT = 0x1_0000;
const SECTOR = 0x1000;

const partitions = readFileSync(`${FOLDER}/sdkconfig/partitions.csv`, "utf8")
	.split("\n")
	.filter((line) => line && !line.startsWith("#"))
	.map((line) => {
		const [name, type, subtype, offset, size] = line.split(",").map((field) => field.trim());
		return { name, type, subtype, offset: Number(offset), size: Number(size) };
	});

describe("the partition table", () => {
	test("nothing overlaps, and all fits 4 MiB", () => {
		let end = FIRST;
		for (const { name, offset, size } of partitions) {
			assert.ok(offset >= end, name);
			assert.equal(size % SECTOR, 0, name);
			end = offset + size;
		}
		assert.ok(end <= FLASH);
	});

	test("there are two slots of the same size for images, and what tells which one is started", () => {
		const slots = partitions.filter(({ type }) => type === "app");
		assert.deepEqual(
			slots.map(({ subtype }) => subtype),
			["ota_0", "ota_1"],
		);
		assert.equal(slots[0]?.size, slots[1]?.size);
		for (const { offset } of slots) assert.equal(offset % APP_ALIGNMENT, 0);
		assert.equal(partitions.find(({ subtype }) => subtype === "ota")?.size, 2 * SECTOR);
	});

	test("the flash keeps old and new values many times over", () => {
		const nvs = partitions.find(({ subtype }) => subtype === "nvs");
		assert.ok((nvs?.size ?? 0) >= 8 * 8_192);
	});
});

test("a board with pins of its own is no target of its chip's updates", () => {
	const { platforms } = JSON.parse(readFileSync(`${FOLDER}/manifest.json`, "utf8"));
	for (const [platform, { config }] of Object.entries<{ config: { target?: string } }>(platforms)) {
		const name = platform.replace("esp32/", "");
		assert.equal(config.target, name.startsWith("esp32") ? undefined : name);
	}
});

test("the manifest names every source of this folder, and preloads it", () => {
	const { modules, preload } = JSON.parse(readFileSync(`${FOLDER}/manifest.json`, "utf8"));
	const sources = readdirSync(FOLDER)
		.filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts") && file !== "entry.ts")
		.map((file) => file.slice(0, -3))
		.sort();
	assert.deepEqual(
		[...modules["ambient16/hosts/esp32/*"]].sort(),
		sources.map((name) => `./${name}`),
	);
	const preloaded = preload.filter((name: string) => name.startsWith("ambient16/hosts/esp32/"));
	assert.deepEqual(
		preloaded.sort(),
		sources.map((name) => `ambient16/hosts/esp32/${name}`),
	);
});
