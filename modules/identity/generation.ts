import type { Flash } from "../../hosts/host";
import { GENERATION_KEY } from "../flash-keys";
import { UNKNOWN_GENERATION } from "../limits";

/**
 * The generation that keys begin with at the next pairing: 1, or the one after the last that the device has ever had.
 * It outlives factory resets, so that no key of before is good again if the same UUID comes back; it says nothing of
 * the owner but how often keys were revoked and devices paired.
 */
export function nextGeneration(flash: Flash): number {
	return lastGeneration(flash) + 1;
}

/** Keeps the generation in force over a factory reset. Throws if the flash fails. */
export function keepGeneration(flash: Flash, generation: number): void {
	if (generation > lastGeneration(flash))
		flash.set(GENERATION_KEY, new TextEncoder().encode(String(generation)));
}

function lastGeneration(flash: Flash): number {
	const bytes = flash.get(GENERATION_KEY);
	if (!bytes) return 0;
	const generation = Number(new TextDecoder().decode(bytes));
	return Number.isInteger(generation) && generation > 0 ? generation : UNKNOWN_GENERATION;
}
