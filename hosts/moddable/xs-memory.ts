import type { MemoryUse } from "../host";

const SLOTS = 0;
const CHUNKS = 1;
const FREE = 2;
const LEAST = 3;

/** A figure of XS's memory; undefined if there is none. SLOTS collects garbage first. */
const measure: (figure: number) => number | undefined = native("xs_memory_measure");

/** What XS uses, after a collection of garbage. */
export function xsMemory(): MemoryUse["xs"] {
	const use = { slots: measure(SLOTS)!, chunks: measure(CHUNKS)! };
	const free = measure(FREE);
	return free === undefined ? use : { ...use, free, least: measure(LEAST)! };
}
