/** s */
const DAY = 86_400;

/** How finely readings are kept, and for how long: days, counted from when they were measured. */
export interface Tier {
	/** Seconds that become one value. */
	step: number;
	days: number;
}

/**
 * Full for as long as somebody asks what exactly happened (a season); then by 5 minutes, in which nothing of a room's
 * climate is lost, for as long as one year is laid over the one before; then by the hour, 9 kB a quantity and year.
 * Finest first, and each step a multiple of the one before.
 */
export function tiersOf(keepDays: number): readonly [Tier, Tier, Tier] {
	return [
		{ step: 10, days: Math.min(90, keepDays) },
		{ step: 300, days: Math.min(730, keepDays) },
		{ step: 3600, days: keepDays },
	];
}

/** The time, in seconds, before which a tier keeps nothing. On the hour, so that no value is made of a part. */
export function beginOf(tier: Tier, now: number): number {
	return Math.max(0, Math.floor((now - tier.days * DAY) / 3600) * 3600);
}

/** Seconds that a sensor's clock may be ahead. Further ahead it is wrong, and its point would stay the newest. */
const AHEAD = 600;

/**
 * Why a point of that time is not taken; undefined if it is. Older ones than the finest tier keeps cannot be: with them
 * gone from there, nobody could tell whether one that comes again has been counted already. No sensor keeps a
 * point for as long.
 */
export function refusal(time: number, tiers: readonly Tier[], now: number): string | undefined {
	if (time < beginOf(tiers[0] as Tier, now)) return "points beyond retention policy";
	if (time > now + AHEAD) return "points of the future";
	return undefined;
}
