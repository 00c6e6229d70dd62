import assert from "node:assert/strict";
import { test } from "node:test";
import { PairingWindow } from "../../../modules/identity/pairing";
import { FakeTime } from "../../fakes/host";

function window(): { time: FakeTime; pairing: PairingWindow; changes: boolean[] } {
	const time = new FakeTime();
	const changes: boolean[] = [];
	const pairing = new PairingWindow({ timers: time }, { onPairing: (open) => changes.push(open) });
	return { time, pairing, changes };
}

test("pairing is open for ten minutes", () => {
	const { time, pairing, changes } = window();
	pairing.open();
	time.advance(599_999);
	assert.equal(pairing.isOpen, true);
	time.advance(1);
	assert.equal(pairing.isOpen, false);
	assert.deepEqual(changes, [true, false]);
});

test("opening it again starts the ten minutes anew and says nothing", () => {
	const { time, pairing, changes } = window();
	pairing.open();
	time.advance(300_000);
	pairing.open();
	time.advance(599_999);
	assert.equal(pairing.isOpen, true);
	assert.deepEqual(changes, [true]);
});

test("closing it leaves no timer", () => {
	const { time, pairing } = window();
	pairing.open();
	pairing.close();
	assert.equal(time.pending, 0);
});
