import { WINDOW } from "../limits";
import type { Sampler } from "./sampler";

/**
 * The result of `getData`, as docs/protocol.md has it: the window that closed last (null before there is
 * one) and the event counters. `time` is null until the clock is set.
 */
export function describeData(sampler: Sampler): object {
	const { latest, events } = sampler;
	return {
		window: latest
			? {
					time: latest.time ?? null,
					seconds: WINDOW / 1000,
					samples: latest.samples,
					...latest.readings,
					motionEvents: latest.motionEvents,
				}
			: null,
		events: { motion: { ...events } },
	};
}
