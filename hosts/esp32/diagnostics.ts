import type { Diagnostics, MemoryUse, ResetReason } from "../host";
import { xsMemory } from "../moddable/xs-memory";
import { heapFree, heapLeast, resetReason } from "./chip";

/** What the chip knows of itself. */
export class ChipDiagnostics implements Diagnostics {
	readonly reset: ResetReason = resetReason();
	problems: Diagnostics["problems"];

	memory(): MemoryUse {
		return { xs: xsMemory(), heap: { free: heapFree(), least: heapLeast() } };
	}
}
