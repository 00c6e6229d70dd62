import type { Act } from "./plan";
import type { Violation } from "./world";

/** Histories that are lived again at most. */
const TRIES = 150;

/** Leaves out as many acts as can be left out while the history still fails (Zeller's ddmin). */
export function shrink(
	plan: readonly Act[],
	fails: (indices: number[]) => Violation | undefined,
): { indices: number[]; violation: Violation } | undefined {
	let indices = [...plan.keys()];
	let violation = fails(indices);
	if (!violation) return undefined;
	const kind = kindOf(violation);
	let tries = 0;
	for (let size = indices.length >> 1; size >= 1; size = size === 1 ? 0 : (size + 1) >> 1) {
		// From the end, as what comes after the failure can always be left out.
		for (let end = indices.length; end > 0 && tries < TRIES; end -= size, tries++) {
			const rest = [...indices.slice(0, Math.max(0, end - size)), ...indices.slice(end)];
			const still = fails(rest);
			if (!still || kindOf(still) !== kind) continue;
			indices = rest;
			violation = still;
		}
	}
	return { indices, violation };
}

/** What went wrong, without when and with what. */
function kindOf({ message }: Violation): string {
	return message.replace(/^after [^:]*:[^:]*:[^:]*: /, "").slice(0, 24);
}
