import assert from "node:assert/strict";
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { openFlash, replaceFile } from "../../../hosts/desktop/flash";
import { makeFolder } from "./folder";

const bytes = (...values: number[]) => new Uint8Array(values);
const posix = { skip: process.platform === "win32" && "modes are POSIX's" };

describe("flash", () => {
	test("what was set is there, also for the next start", (t) => {
		const folder = makeFolder(t);
		openFlash(folder).set("uuid", bytes(1, 2, 3));
		assert.deepEqual(openFlash(folder).get("uuid"), bytes(1, 2, 3));
	});

	test("a value is a plain Uint8Array, whose slice is a copy", (t) => {
		const flash = openFlash(makeFolder(t));
		flash.set("a", bytes(1));
		assert.equal(flash.get("a")?.constructor, Uint8Array);
	});

	test("a key that was never set is undefined, and can be deleted", (t) => {
		const flash = openFlash(makeFolder(t));
		flash.delete("uuid");
		assert.equal(flash.get("uuid"), undefined);
	});

	test("an empty value is a value", (t) => {
		const flash = openFlash(makeFolder(t));
		flash.set("empty", bytes());
		assert.deepEqual(flash.get("empty"), bytes());
	});

	test("a later value replaces all of an earlier one", (t) => {
		const flash = openFlash(makeFolder(t));
		flash.set("a", bytes(1, 2, 3, 4));
		flash.set("a", bytes(9));
		assert.deepEqual(flash.get("a"), bytes(9));
	});

	test("a deleted key is gone, and others stay", (t) => {
		const folder = makeFolder(t);
		const flash = openFlash(folder);
		flash.set("a", bytes(1));
		flash.set("b", bytes(2));
		flash.delete("a");
		assert.equal(openFlash(folder).get("a"), undefined);
		assert.deepEqual(openFlash(folder).get("b"), bytes(2));
	});

	for (const key of ["", "sixteenletterstx", "a.b", "../a", "a/b", "1"])
		test(`the key ${JSON.stringify(key)} is refused`, (t) => {
			const flash = openFlash(makeFolder(t));
			assert.throws(() => flash.set(key, bytes(1)));
			assert.throws(() => flash.get(key));
			assert.throws(() => flash.delete(key));
		});

	test("nobody but the user can read it", posix, (t) => {
		const folder = join(makeFolder(t), "flash");
		openFlash(folder).set("uuid", bytes(1));
		assert.equal(statSync(folder).mode & 0o777, 0o700);
		assert.equal(statSync(join(folder, "uuid")).mode & 0o777, 0o600);
	});

	test("an unfinished write of an earlier run is removed, and was never a value", (t) => {
		const folder = makeFolder(t);
		writeFileSync(join(folder, "uuid.new"), "half");
		const flash = openFlash(folder);
		assert.equal(flash.get("uuid"), undefined);
		assert.deepEqual(readdirSync(folder), []);
	});

	test("a write that fails throws, keeps the old value and leaves no file", (t) => {
		const folder = makeFolder(t);
		const flash = openFlash(folder);
		mkdirSync(join(folder, "a"));
		assert.throws(() => flash.set("a", bytes(1)));
		assert.deepEqual(readdirSync(folder), ["a"]);
	});

	test("a folder that cannot be written throws", {
		skip: process.getuid?.() === 0 ? "root may write everywhere" : posix.skip,
	}, (t) => {
		const folder = makeFolder(t);
		const flash = openFlash(folder);
		chmodSync(folder, 0o500);
		t.after(() => chmodSync(folder, 0o700));
		assert.throws(() => flash.set("a", bytes(1)), /EACCES/);
	});

	test("replaceFile leaves the new contents and nothing else", (t) => {
		const folder = makeFolder(t);
		replaceFile(join(folder, "udid"), "one");
		replaceFile(join(folder, "udid"), "two");
		assert.equal(readFileSync(join(folder, "udid"), "utf8"), "two");
		assert.deepEqual(readdirSync(folder), ["udid"]);
	});
});
