import type { Scope } from "./desk";

/** The scope of a whole suite, for what all of its tests share. `after` is node:test's, within the suite. */
export function suiteScope(after: (task: () => Promise<void>) => void): Scope {
	const tasks: (() => unknown)[] = [];
	after(async () => {
		for (const task of tasks) await task();
	});
	return { after: (task) => void tasks.push(task) };
}
