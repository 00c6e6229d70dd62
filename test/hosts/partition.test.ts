import assert from "node:assert/strict";
import { test } from "node:test";
import { type Partition, PartitionStorage } from "../../hosts/partition";

const SECTOR = 4096;

function setUp() {
	const bytes = new Uint8Array(3 * SECTOR).fill(0xff);
	const partition: Partition = {
		status: () => ({ blocks: 3, blockLength: SECTOR }),
		read: (count, position) => bytes.slice(position, position + count).buffer,
		write: (part, position) => {
			// As flash does it: bits only fall.
			for (const [i, byte] of part.entries()) bytes[position + i] = (bytes[position + i] as number) & byte;
		},
		eraseBlock: (block) => bytes.fill(0xff, block * SECTOR, (block + 1) * SECTOR),
	};
	return { bytes, storage: new PartitionStorage(partition) };
}

test("a partition is read, written and erased sector by sector", () => {
	const { bytes, storage } = setUp();
	assert.deepEqual([storage.sectors, storage.sectorSize], [3, SECTOR]);
	storage.write(1, 4, new Uint8Array([1, 2, 3, 4]));
	assert.deepEqual([...storage.read(1, 2, 7)], [0xff, 0xff, 1, 2, 3, 4, 0xff]);
	assert.equal(bytes.indexOf(1), SECTOR + 4);
	storage.erase(1);
	assert.ok(bytes.every((byte) => byte === 0xff));
});

test("a sector's neighbors cannot be reached", () => {
	const { storage } = setUp();
	assert.throws(() => storage.read(0, SECTOR - 1, 2), RangeError);
	assert.throws(() => storage.write(3, 0, new Uint8Array(4)), RangeError);
	assert.throws(() => storage.write(0, -4, new Uint8Array(4)), RangeError);
	assert.throws(() => storage.erase(3), RangeError);
});
