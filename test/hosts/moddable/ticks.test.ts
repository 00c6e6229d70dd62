import assert from "node:assert/strict";
import { test } from "node:test";
import { rising } from "../../../hosts/moddable/ticks";

test("ticks that start again at 0 after 49.7 days go on rising", () => {
	let ticks = 0xffff_ff00;
	const now = rising(() => ticks);
	ticks = 0xffff_fff0;
	assert.equal(now(), 0xf0);
	ticks = 0x10;
	assert.equal(now(), 0x110);
	assert.equal(now(), 0x110);
});

test("ticks that the SDK gives as a signed number rise all the same", () => {
	let ticks = 0x7fff_ffff;
	const now = rising(() => ticks | 0);
	ticks = 0x8000_0010;
	assert.equal(now(), 0x11);
	ticks = 0xffff_ffff;
	assert.equal(now(), 0x8000_0000);
	ticks = 5;
	assert.equal(now(), 0x8000_0006);
});
