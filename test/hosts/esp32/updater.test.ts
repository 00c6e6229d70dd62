import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { OtaUpdater, type Slots } from "../../../hosts/esp32/updater";
import { FakeFlash } from "../../fakes/host";

function setUp({ onTrial = false, flash = new FakeFlash(), broken = false } = {}) {
	const log: string[] = [];
	const state = { onTrial };
	const slots: Slots = {
		target: "esp32c3",
		capacity: () => 0x1b_0000,
		onTrial: () => state.onTrial,
		open: () => {
			log.push("open");
			return {
				write: (bytes) => log.push(`write ${bytes.length}`),
				complete: () => {
					assert.equal(
						flash.contents.size,
						0,
						"power that goes now would leave a reason for what was not tried",
					);
					if (broken) throw new Error("not an image");
					log.push("complete");
				},
				close: () => log.push("close"),
			};
		},
		confirm: () => {
			log.push("confirm");
			state.onTrial = false;
		},
		rollBack: () => log.push("roll back"),
	};
	const updater = new OtaUpdater({
		slots,
		flash,
		verify: () => undefined,
		hash: () => ({ add() {}, finish: () => "" }),
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
		assert.equal(
			setUp({ flash }).updater.rolledBack,
			"the new firmware did not start, or ended in its trial",
		);
	});

	test("that begin anew leave the last reason behind", () => {
		const { flash, updater } = setUp({ onTrial: true });
		updater.rollBack("it did not work");
		const next = setUp({ flash }).updater;
		next.begin();
		assert.equal(setUp({ flash }).updater.rolledBack, undefined);
	});

	test("whose reason cannot be written are started all the same", () => {
		const { log, flash, updater } = setUp();
		updater.begin();
		flash.writesLeft = 0;
		updater.activate();
		assert.deepEqual(log, ["open", "complete", "close"]);
	});

	test("tell why the new firmware was left", () => {
		const { log, flash, updater } = setUp({ onTrial: true });
		assert.equal(updater.onTrial, true);
		updater.rollBack("it did not work");
		assert.deepEqual(log, ["roll back"]);
		assert.equal(setUp({ flash }).updater.rolledBack, "it did not work");
	});

	test("are left again even if the reason cannot be written: a full flash must not keep a bad firmware", () => {
		const { log, flash, updater } = setUp({ onTrial: true });
		flash.writesLeft = 0;
		updater.rollBack("it did not work");
		assert.deepEqual(log, ["roll back"]);
	});

	test("are possible again as soon as the new firmware is confirmed (ESPHome #13195)", () => {
		const { updater } = setUp({ onTrial: true });
		assert.equal(updater.onTrial, true);
		updater.confirm();
		assert.equal(updater.onTrial, false);
	});

	test("say nothing any more once the new firmware is confirmed", () => {
		const { flash, updater } = setUp({ onTrial: true });
		updater.rollBack("it did not work");
		updater.confirm();
		assert.equal(setUp({ flash }).updater.rolledBack, undefined);
	});
});
