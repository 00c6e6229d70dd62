import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { readIfThere, replaceFile } from "./flash";

/** What can run: the repository as it stands, or one of two images from updates. */
export type Slot = "source" | "a" | "b";

/** sysexits.h: try again. What a device ends with that wants the active slot to be started in its place. */
export const EXIT_SWITCH = 75;

/** What the supervisor tells the device through its environment: the slot that it is. */
export const SLOT_VARIABLE = "AMBIENT16_SLOT";
/** In the environment of the device: why it runs anew. */
export const RESET_VARIABLE = "AMBIENT16_RESET";

/** What a device tells the supervisor when it is ready, so that the one after it has the same ports. */
export interface ReadyMessage {
	httpPort: number;
	httpsPort: number;
	panelPort?: number;
}

interface State {
	active: Slot;
	/** What is in the slots. Images of updates from before this was written down have none. */
	versions?: Partial<Record<Slot, string>>;
	/** While `active` is on trial: what it came from, and how often it has been started. */
	trial?: { from: Slot; starts: number };
	/** Why the last trial ended without success. */
	rolledBack?: string;
}

/** A new firmware may end this often before it is confirmed: crash, be told to restart, lose its power. */
const STARTS = 3;

/** The slots in a data folder, and which of them runs: the boot loader's otadata of a desk. */
export class Slots {
	#folder: string;

	/** Throws if the folder cannot be made. */
	constructor(data: string) {
		this.#folder = join(data, "slots");
		mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
	}

	get active(): Slot {
		return this.#state.active;
	}

	/** Of the image in the active slot, as far as it is known. */
	get version(): string | undefined {
		const { active, versions } = this.#state;
		return versions?.[active];
	}

	get onTrial(): boolean {
		return this.#state.trial !== undefined;
	}

	get rolledBack(): string | undefined {
		return this.#state.rolledBack;
	}

	/** The image of a slot. */
	path(slot: Exclude<Slot, "source">): string {
		return join(this.#folder, `${slot}.mjs`);
	}

	/** The slot that an update of `running` goes to. */
	other(running: Slot): Exclude<Slot, "source"> {
		return running === "a" ? "b" : "a";
	}

	/** Tells what to start now. A firmware on trial that was started too often without confirming is left. */
	start(): Slot {
		const { active, trial } = this.#state;
		try {
			if (!this.#isThere(active))
				this.#state = { active: trial?.from ?? "source", rolledBack: "the firmware was gone" };
			else if (trial && trial.starts >= STARTS)
				this.rollBack(`the new firmware ended ${STARTS} times in its trial`);
			else if (trial) this.#state = { active, trial: { ...trial, starts: trial.starts + 1 } };
			return this.active;
		} catch {
			// The disk is full. A start that cannot be counted could be the first of a thousand.
			const slot = trial ? trial.from : active;
			return this.#isThere(slot) ? slot : "source";
		}
	}

	/** From now on what is started is `running`, whatever happens to the other slot, and whatever happened before. */
	settle(running: Slot): void {
		const { active, trial, rolledBack } = this.#state;
		if (active !== running || trial || rolledBack !== undefined) this.#state = { active: running };
	}

	/** From the next start on, `slot` is on trial, with the `version` that it holds. */
	activate(slot: Slot, running: Slot, version: string): void {
		const versions = { ...this.#state.versions, [slot]: version };
		this.#state = { active: slot, versions, trial: { from: running, starts: 0 } };
	}

	/** The firmware on trial stays. */
	confirm(): void {
		this.#state = { active: this.active };
	}

	/** Leaves the firmware on trial; returns what runs instead. */
	rollBack(reason: string): Slot {
		const { active, trial } = this.#state;
		if (!trial) return active;
		this.#state = { active: trial.from, rolledBack: reason };
		if (active !== "source") rmSync(this.path(active), { force: true });
		return trial.from;
	}

	#isThere(slot: Slot): boolean {
		return slot === "source" || existsSync(this.path(slot));
	}

	get #state(): State {
		try {
			const state = JSON.parse(readIfThere(this.#file)?.toString() ?? "");
			if (["source", "a", "b"].includes(state.active)) return state;
		} catch {}
		return { active: "source" };
	}

	/** What is in the slots stays, unless it says otherwise. */
	set #state(state: State) {
		replaceFile(this.#file, JSON.stringify({ versions: this.#state.versions, ...state }));
	}

	get #file(): string {
		return join(this.#folder, "state.json");
	}
}
