import type { UpdateStatus } from "../node.js";

const WIDTH = 25;

/** "[##########               ]  40 %  downloading 1.2.0" */
export function describeProgress({ state, percent = 0, version }: UpdateStatus): string {
	const done = state === "restarting" ? 100 : percent;
	const bar = "#".repeat((done * WIDTH) / 100).padEnd(WIDTH);
	return `[${bar}] ${String(done).padStart(3)} %  ${state}${version === undefined ? "" : ` ${version}`}`;
}

/** Shows how an update goes, in a line that is painted over, where there is a terminal to do so. */
export class Progress {
	#shown = false;
	readonly #live: boolean;

	constructor(live: boolean) {
		this.#live = live;
	}

	readonly show = (status: UpdateStatus): void => {
		if (!this.#live) return;
		this.#shown = true;
		process.stderr.write(`\r\u001b[2K${describeProgress(status)}`);
	};

	end(): void {
		if (this.#shown) process.stderr.write("\n");
	}
}
