import type { Updater } from "../../../hosts/host";

/** Slots for firmware in which nothing is ever written: it takes no signature for a right one. */
export class BenchUpdater implements Updater {
	readonly target = "bench";
	readonly capacity = 0;
	readonly onTrial = false;

	verify(): boolean {
		return false;
	}

	hash(): ReturnType<Updater["hash"]> {
		throw new Error("no image comes as far as this");
	}

	begin(): void {}

	write(): void {}

	activate(): void {}

	abandon(): void {}

	confirm(): void {}

	rollBack(): void {}
}
