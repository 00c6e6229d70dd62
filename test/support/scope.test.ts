import assert from "node:assert/strict";
import { test } from "node:test";
import { atEnd } from "./scope";

function scope() {
	const tasks: (() => unknown)[] = [];
	return {
		after: (task: () => unknown) => void tasks.push(task),
		end: async () => {
			for (const task of tasks) await task();
		},
	};
}

test("what was begun last ends first, and is waited for", async () => {
	const { end, ...it } = scope();
	const done: string[] = [];
	atEnd(it, () => done.push("folder"));
	atEnd(it, async () => {
		await new Promise((resolve) => setImmediate(resolve));
		done.push("server");
	});
	await end();
	assert.deepEqual(done, ["server", "folder"]);
});

test("one that fails is told, and keeps none from being done", async () => {
	const { end, ...it } = scope();
	const done: string[] = [];
	atEnd(it, () => done.push("folder"));
	atEnd(it, () => Promise.reject(new Error("it does not end")));
	await assert.rejects(end, /it does not end/);
	assert.deepEqual(done, ["folder"]);
});

test("at the exit of a process, which waits for nothing, all is done at once", () => {
	const { end, ...it } = scope();
	const done: string[] = [];
	atEnd(it, () => done.push("first"));
	atEnd(it, () => done.push("second"));
	void end();
	assert.deepEqual(done, ["second", "first"]);
});
