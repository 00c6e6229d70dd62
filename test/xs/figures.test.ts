import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { has, missing } from "./engine";
import { type Figure, measureGrowth, measureInstructions, measureMemory, measureWork } from "./figures";

const valgrind = has("valgrind") ? undefined : "needs valgrind (Debian: valgrind)";

async function check(t: TestContext, figures: Figure[]): Promise<void> {
	for (const { name, value, unit, budget } of figures)
		await t.test(`${name}: at most ${budget} ${unit}`, () =>
			assert.ok(value <= budget, `${value} ${unit}, where at most ${budget} are allowed`),
		);
}

describe("what the firmware takes on XS", { skip: await missing() }, () => {
	test("memory", async (t) => check(t, await measureMemory(t)));
	test("bytecodes for a request", async (t) => check(t, await measureWork(t)));
	test("memory after very many requests", async (t) => check(t, await measureGrowth(t)));
	test("instructions for a request", { skip: valgrind }, async (t) => check(t, await measureInstructions(t)));
});
