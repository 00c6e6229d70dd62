import type { Motion, Readings } from "../host";

const SECOND = 1_000;
const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 86_400_000;

/** Somebody comes, stays or goes in steps of this. */
const STAY = 10 * MINUTE;
/** How far back breathing people are still in the air: their CO2 fades with every stay that has passed. */
const STAYS_REMEMBERED = 18;
const FADING = 0.82;
/** At most one person passes the sensor in this time. */
const PASSING = 20 * SECOND;

/** What the noise below is drawn for: one number each, so that no two go together. */
const PRESENCE = 1;
const PASSAGE = 2;
const MOMENT = 3;
const DIRECTION = 4;
const FIDGET = 5;
const TEMPERATURE = 6;
const HUMIDITY = 7;
const WEATHER = 8;
const SQUALL = 9;
const CLOUDS = 10;
const AIRING = 11;
/** Added to a quantity's number: the sensor's own noise. */
const GRAIN = 100;

/**
 * A living room that nobody has built: plausible days, made of nothing but a seed and the time. The same seed
 * gives the same room at the same time, whenever and however often it is asked. All times are ms since 1970
 * as the clock on the room's wall shows them.
 */
export class Room {
	#seed: number;

	/** `seed`: an integer; its lowest 32 bits count. */
	constructor(seed: number) {
		this.#seed = seed | 0;
	}

	/** In the units of Quantity. */
	read(time: number): Required<Readings> {
		const home = this.#presence(time);
		const temperature = this.#temperature(time, home);
		return {
			temperature: round(temperature, 2),
			humidity: round(this.#humidity(time, temperature, home), 2),
			pressure: round(this.#pressure(time), 0),
			illuminance: round(this.#illuminance(time, home), 1),
			co2: round(this.#co2(time), 0),
			motion: round(this.#motion(time, home), 2),
		};
	}

	/** Who passed after `from`, up to and with `to`; the last one if there were several. */
	passage(from: number, to: number): Motion | undefined {
		for (let slot = Math.floor(to / PASSING); (slot + 1) * PASSING > from; slot--) {
			const moment = slot * PASSING + this.#chance(MOMENT, slot) * PASSING;
			if (moment <= from || moment > to || !this.#isPassed(slot)) continue;
			return this.#chance(DIRECTION, slot) < 0.5 ? "left-to-right" : "right-to-left";
		}
		return undefined;
	}

	#isPassed(slot: number): boolean {
		return this.#isHome(Math.floor((slot * PASSING) / STAY)) && this.#chance(PASSAGE, slot) < 0.12;
	}

	/** Warmest in the late afternoon; people warm it a little. */
	#temperature(time: number, home: number): number {
		const day = Math.sin(((hourOf(time) - 10.5) / 24) * 2 * Math.PI);
		const drift = this.#drift(TEMPERATURE, time, 9 * HOUR);
		return 21 + 0.9 * day + 0.6 * drift + 0.3 * home + 0.02 * this.#grain(TEMPERATURE, time);
	}

	/** Warmer air is relatively drier; people and their tea make it damper. */
	#humidity(time: number, temperature: number, home: number): number {
		const drift = this.#drift(HUMIDITY, time, 14 * HOUR);
		return 46 + 8 * drift - 1.5 * (temperature - 21) + 2 * home + 0.1 * this.#grain(HUMIDITY, time);
	}

	/** Pa. Highs and lows pass in days, smaller waves in hours. */
	#pressure(time: number): number {
		const weather = this.#drift(WEATHER, time, 40 * HOUR);
		const squall = this.#drift(SQUALL, time, 7 * HOUR);
		return 101_325 + 1_200 * weather + 150 * squall + 3 * this.#grain(WEATHER, time);
	}

	/** The sun through a window, from six to eight, behind clouds; a lamp while somebody is there in the dark. */
	#illuminance(time: number, home: number): number {
		const height = Math.sin(((hourOf(time) - 6) / 14) * Math.PI);
		const clouds = 0.65 + 0.35 * this.#drift(CLOUDS, time, 40 * MINUTE);
		const sun = hourOf(time) > 6 && hourOf(time) < 20 ? 450 * height * clouds : 0;
		const lamp = sun < 60 ? 140 * home : 0;
		return (0.3 + sun + lamp) * (1 + 0.01 * this.#grain(CLOUDS, time));
	}

	/** Fresh air has 420 ppm; every stay adds to it and fades with the hours, between them without a step. */
	#co2(time: number): number {
		const stay = Math.floor(time / STAY);
		const part = time / STAY - stay;
		let people = 0;
		let weight = 1;
		for (let back = 0; back < STAYS_REMEMBERED; back++) {
			const here = this.#isHome(stay - back) ? 1 : 0;
			const before = this.#isHome(stay - back - 1) ? 1 : 0;
			people += weight * (here * part + before * (1 - part));
			weight *= FADING;
		}
		const air = 90 + 30 * this.#drift(AIRING, time, 3 * HOUR);
		return 440 + air * 1.6 * people + 4 * this.#grain(AIRING, time);
	}

	/** Now and then somebody moves, more or less; nobody is still air. */
	#motion(time: number, home: number): number {
		const fidget = this.#chance(FIDGET, Math.floor(time / (5 * SECOND)));
		return home > 0.5 && fidget > 0.7 ? (fidget - 0.7) * 30 : 0;
	}

	/** 0 to 1: somebody comes within a minute of the step and goes as fast. */
	#presence(time: number): number {
		const stay = Math.floor(time / STAY);
		const since = time - stay * STAY;
		const now = this.#isHome(stay) ? 1 : 0;
		const before = this.#isHome(stay - 1) ? 1 : 0;
		return since >= MINUTE ? now : before + (now - before) * (since / MINUTE);
	}

	#isHome(stay: number): boolean {
		const hour = hourOf(stay * STAY);
		const dayOfWeek = (Math.floor((stay * STAY) / DAY) + 4) % 7;
		const weekend = dayOfWeek === 0 || dayOfWeek === 6;
		let likely = 0.02;
		if (hour >= 17 && hour < 23) likely = 0.85;
		else if (hour >= 6.5 && hour < 8.5) likely = 0.7;
		else if (hour >= 8.5 && hour < 17) likely = weekend ? 0.6 : 0.08;
		return this.#chance(PRESENCE, stay) < likely;
	}

	/** -1 to 1, smooth, with another value to go to after every `period`. */
	#drift(kind: number, time: number, period: number): number {
		const step = Math.floor(time / period);
		const part = time / period - step;
		const from = this.#chance(kind, step);
		const to = this.#chance(kind, step + 1);
		return 2 * (from + (to - from) * part * part * (3 - 2 * part)) - 1;
	}

	/** -1 to 1, another value every second. */
	#grain(kind: number, time: number): number {
		return 2 * this.#chance(kind + GRAIN, Math.floor(time / SECOND)) - 1;
	}

	/** 0 to 1, always the same for the same seed, kind and step: murmur3's mixing of the three. */
	#chance(kind: number, step: number): number {
		let hash = Math.imul(this.#seed ^ Math.imul(kind, 0x9e3779b1), 0x85ebca6b);
		hash = Math.imul((hash ^ (hash >>> 13) ^ (step | 0)) + Math.floor(step / 0x1_0000_0000), 0xc2b2ae35);
		hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
		hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
		return ((hash ^ (hash >>> 16)) >>> 0) / 0x1_0000_0000;
	}
}

function hourOf(time: number): number {
	return (((time % DAY) + DAY) % DAY) / HOUR;
}

function round(value: number, digits: number): number {
	const scale = 10 ** digits;
	return Math.round(value * scale) / scale;
}
