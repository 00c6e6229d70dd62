/** What somebody in the world does in steps, each of which waits for something: yields what is given a way to go on. */
export type Task<T = void> = Generator<(resume: (value?: unknown) => void) => void, T, unknown>;

/** Does it. `resume` is to be called later, and counts once. */
export function start(task: Task<unknown>): void {
	const advance = (value?: unknown) => {
		const { done, value: wait } = task.next(value);
		if (done) return;
		let waiting = true;
		(wait as (resume: (value?: unknown) => void) => void)((result) => {
			if (!waiting) return;
			waiting = false;
			advance(result);
		});
	};
	advance();
}
