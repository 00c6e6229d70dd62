import type { Scope } from "./desk";

/** The scope of a whole suite, for what all of its tests share. `after` is node:test's, within the suite. */
export function suiteScope(after: (task: () => Promise<void>) => void): Scope {
	const tasks: (() => unknown)[] = [];
	after(async () => {
		for (const task of tasks) await task();
	});
	return { after: (task) => void tasks.push(task) };
}

const stacks = new WeakMap<Scope, (() => unknown)[]>();

/**
 * Has `task` done at the end of a scope, before all that was registered so earlier: a server ends before its folder
 * is erased. node:test itself goes through them in the order in which they came. One that fails keeps none from
 * being done. Where nothing is to be waited for, all is done at once, as at the exit of a process.
 */
export function atEnd(scope: Scope, task: () => unknown): void {
	const stack = stacks.get(scope);
	if (stack) {
		stack.push(task);
		return;
	}
	const tasks = [task];
	stacks.set(scope, tasks);
	scope.after(async () => {
		const errors: unknown[] = [];
		for (let next = tasks.pop(); next; next = tasks.pop())
			try {
				const done = next();
				if (done instanceof Promise) await done;
			} catch (error) {
				errors.push(error);
			}
		if (errors.length > 0) throw errors[0];
	});
}
