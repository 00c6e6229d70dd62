import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Slots, SlotUpdater } from "../../../hosts/esp32/updater";
import { FakeFlash } from "../../fakes/host";

function setUp({ onTrial = false, flash = new FakeFlash(), broken = false } = {}) {
	const log: string[] = [];
	const slots: Slots = {
		target: "esp32c3",
		capacity: () => 0x1b_0000,
		onTrial: () => onTrial,
		open: () => {
			log.push("open");
			return {
				write: (bytes) => log.push(`write ${bytes.length}`),
				complete: () => {
					if (broken) throw new Error("not an image");
					log.push("complete");
				},
				close: () => log.push("close"),
			};
		},
		confirm: () => log.push("confirm"),
		rollBack: () => log.push("roll back"),
	};
	const updater = new SlotUpdater({
		slots,
		flash,
		verify: () => undefined,
		hash: () => ({ add() {}, finish: () => new Uint8Array(32) }),
	});
	return { log, flash, updater };
}

describe("updates on the chip", () => {
	test("go into the other slot piece by piece, and are started from then on", () => {
		const { log, updater } = setUp();
		updater.begin();
		updater.write(new Uint8Array(3));
		updater.write(new Uint8Array(4));
		updater.activate();
		assert.deepEqual(log, ["open", "write 3", "write 4", "complete", "close"]);
	});

	test("are given up without a trace", () => {
		const { log, flash, updater } = setUp();
		updater.begin();
		updater.abandon();
		updater.abandon();
		assert.deepEqual(log, ["open", "close"]);
		assert.throws(() => updater.write(new Uint8Array(1)));
		assert.throws(() => updater.activate());
		assert.equal(flash.contents.size, 0);
	});

	test("leave no reason behind when the image is none", () => {
		const { flash, updater } = setUp({ broken: true });
		updater.begin();
		assert.throws(() => updater.activate(), /not an image/);
		assert.equal(flash.contents.size, 0);
	});

	test("tell, when the boot loader has gone back, that the new firmware did not start", () => {
		const { flash, updater } = setUp();
		updater.begin();
		updater.activate();
		assert.equal(setUp({ flash, onTrial: true }).updater.rolledBack, undefined);
		assert.equal(setUp({ flash }).updater.rolledBack, "the new firmware did not start");
	});

	test("tell why the new firmware was left", () => {
		const { log, flash, updater } = setUp({ onTrial: true });
		assert.equal(updater.onTrial, true);
		updater.rollBack("it did not work");
		assert.deepEqual(log, ["roll back"]);
		assert.equal(setUp({ flash }).updater.rolledBack, "it did not work");
	});

	test("say nothing any more once the new firmware is confirmed", () => {
		const { flash, updater } = setUp({ onTrial: true });
		updater.rollBack("it did not work");
		updater.confirm();
		assert.equal(setUp({ flash }).updater.rolledBack, undefined);
	});
});
