import assert from "node:assert/strict";
import { test } from "node:test";
import {
	AUTHORITY_KEYS,
	GENERATION_KEY,
	IDENTITY_KEY,
	RESETTING_KEY,
	SETTINGS_KEY,
	UUID_KEY,
} from "../../../modules/flash-keys";
import { beginReset, finishReset, recover } from "../../../modules/identity/factory-reset";
import { FakeFlash } from "../../fakes/host";
import { FakeStorage } from "../../fakes/storage";

const OWNED = [UUID_KEY, SETTINGS_KEY, IDENTITY_KEY, ...AUTHORITY_KEYS];

function owned(): FakeFlash {
	const flash = new FakeFlash();
	for (const key of OWNED) flash.set(key, new Uint8Array([7]));
	return flash;
}

test("a reset erases all that belongs to the owner, and keeps a number for the keys of the next", () => {
	const flash = owned();
	beginReset(flash);
	finishReset({ flash });
	assert.deepEqual([...flash.contents.keys()], [GENERATION_KEY]);
});

test("a reset that lost its power at any write is finished at the next start, or has not begun", () => {
	for (let writes = 0; writes <= 12; writes++) {
		const flash = owned();
		flash.writesLeft = writes;
		try {
			beginReset(flash);
			finishReset({ flash });
		} catch {}
		flash.writesLeft = Number.POSITIVE_INFINITY;
		recover({ flash });
		assert.deepEqual(
			[...flash.contents.keys()],
			writes === 0 ? OWNED : [GENERATION_KEY],
			`after ${writes} writes`,
		);
	}
});

test("a recovery that loses its power as well is finished at the start after it", () => {
	for (let writes = 0; writes <= 11; writes++) {
		const flash = owned();
		beginReset(flash);
		flash.writesLeft = writes;
		try {
			recover({ flash });
		} catch {}
		flash.writesLeft = Number.POSITIVE_INFINITY;
		recover({ flash });
		assert.deepEqual([...flash.contents.keys()], [GENERATION_KEY]);
	}
});

test("settings of a pairing that lost its power are erased at the next start", () => {
	const flash = owned();
	flash.delete(UUID_KEY);
	recover({ flash });
	assert.deepEqual([...flash.contents.keys()], [IDENTITY_KEY]);
});

test("a start without a reset under way changes nothing", () => {
	const flash = owned();
	flash.writesLeft = 0;
	recover({ flash });
	assert.deepEqual([...flash.contents.keys()], OWNED);
	assert.ok(!flash.contents.has(RESETTING_KEY));
});

test("a reset erases the stored points, also one that is finished at the next start", () => {
	for (const finish of [finishReset, recover]) {
		const [flash, storage] = [owned(), new FakeStorage()];
		storage.write(2, 0, new Uint8Array([1, 2, 3, 4]));
		beginReset(flash);
		finish({ flash, storage });
		assert.ok(storage.bytes.every((byte) => byte === 0xff));
	}
});
