import type { Point } from "../points/point";

const DAY = 86_400;

/** What a room is like, to have some that differ. */
export interface Room {
	seed: number;
	/** °C when it is heated. */
	warm: number;
	/** Hours of the day in which somebody is there. */
	busy: readonly [from: number, to: number][];
}

export const ROOMS: Record<string, Room> = {
	"Living room": {
		seed: 1,
		warm: 21.3,
		busy: [
			[7, 8.5],
			[17.5, 23],
		],
	},
	Bedroom: {
		seed: 2,
		warm: 18.2,
		busy: [
			[0, 6.8],
			[22.3, 24],
		],
	},
	Office: {
		seed: 3,
		warm: 20.6,
		busy: [
			[8.6, 12.2],
			[13.1, 17.2],
		],
	},
};

/**
 * Points of a room for as long as is wanted, one each 10 s, the same for the same seed: seasons, nights, weather, people who
 * come, breathe, leave and open windows, a sun behind clouds, and the noise of sensors.
 */
export function* pointsOf({ seed, warm, busy }: Room, from: number, to: number): Generator<Point> {
	const random = chance(seed);
	const noise = (size: number) => (random() + random() + random() - 1.5) * size;
	let weather = 0;
	let clouds = 0.5;
	let co2 = 450;
	let heat = warm;
	let moist = 45;
	let airing = 0;
	let there = false;
	for (let time = Math.ceil(from / 10) * 10; time < to; time += 10) {
		const hour = (time % DAY) / 3600;
		const season = Math.cos(((time / DAY - 15) / 365.25) * 2 * Math.PI); // 1 in the middle of January
		const light = Math.sin(((hour - 6) / 12) * Math.PI) - season * 0.35;
		weather += -weather * 2e-5 + noise(0.02);
		clouds = Math.min(1, Math.max(0, clouds + noise(0.01)));
		if (time % 600 === 0) {
			const expected = busy.some(([begin, end]) => hour >= begin && hour < end);
			// People are not clocks.
			if (expected !== there && random() < 0.35) there = expected;
			if (there && co2 > 1150 && random() < 0.2) airing = 60;
		}
		const outside = 9 - season * 9.5 + Math.sin(((hour - 9) / 12) * Math.PI) * 4 + weather * 0.35;
		if (airing > 0) airing--;
		const draft = airing > 0 ? 0.02 : 0.0004;
		co2 += (there ? 1.15 : 0) - (co2 - 425) * draft + noise(1.2);
		const wanted = Math.max(warm - (hour < 6 ? 1.6 : 0), outside * 0.45 + warm * 0.55);
		heat +=
			(wanted - heat) * 6e-4 +
			(outside - heat) * (airing > 0 ? 2.5e-3 : 0) +
			(there ? 3e-4 : 0) +
			noise(0.004);
		moist +=
			(46 - season * 9 + weather * 0.3 - moist) * 5e-4 +
			(there ? 0.004 : 0) -
			(airing > 0 ? 0.02 : 0) +
			noise(0.02);
		const lamp = there && light < 0.15 ? 160 : 0;
		const moves = there && random() < 0.25 ? random() * 45 : 0;
		yield {
			time,
			values: {
				temperature: round(heat + noise(0.02), 2),
				humidity: round(moist + noise(0.15), 1),
				pressure: round(101_325 + weather * 160 + noise(4), 0),
				illuminance: round(Math.max(0, light) * 900 * (1.2 - clouds) + lamp + random() * 0.6, 1),
				co2: round(co2 + noise(4), 0),
				motion: round(moves, 2),
				motionEvents: moves > 38 ? 1 : 0,
			},
		};
	}
}

function round(value: number, decimals: number): number {
	return Number(value.toFixed(decimals));
}

/** Chance that is the same in every run. */
function chance(seed: number): () => number {
	let state = seed;
	return () => {
		state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
		return state / 2 ** 32;
	};
}
