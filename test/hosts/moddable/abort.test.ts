import assert from "node:assert/strict";
import { after, test } from "node:test";
import { surviveExceptions } from "../../../hosts/moddable/abort";

after(() => Reflect.deleteProperty(globalThis, "abort"));

/** What XS asks before it ends the machine. */
function ask(why: string, seen: unknown[] = []): unknown {
	surviveExceptions((error) => seen.push(error));
	return (globalThis as unknown as { abort(why: string, error: unknown): unknown }).abort(why, "it");
}

test("an exception that nobody caught is told and survived", () => {
	const seen: unknown[] = [];
	assert.equal(ask("unhandled exception", seen), false);
	assert.equal(ask("unhandled rejection", seen), false);
	assert.deepEqual(seen, ["it", "it"]);
});

test("a machine without memory is not kept", () => {
	assert.notEqual(ask("memory full"), false);
});
