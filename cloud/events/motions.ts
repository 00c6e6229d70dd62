import type { Kysely } from "kysely";
import type { Broker } from "../broker/broker";
import type { Tables } from "../database/tables";
import type { Live } from "../points/live";

const DIRECTIONS = ["left-to-right", "right-to-left"] as const;

/** A movement that a sensor has seen. */
export interface Motion {
	direction: (typeof DIRECTIONS)[number];
	/** Seconds since 1970. */
	time: number;
}

/** The last movement of each sensor, in memory: points have how many there were. */
export interface Motions {
	of(sensor: string): Motion | undefined;
	forget(sensor: string): void;
	close(): void;
}

export interface MotionsOptions {
	broker: Broker;
	database: Kysely<Tables>;
	live: Pick<Live, "tell">;
	/** ms. */
	clock(): number;
	onError(error: unknown): void;
}

/** Follows movements, and tells pages that are open of them. */
export function followMotions({ broker, database, live, clock, onError }: MotionsOptions): Motions {
	const last = new Map<string, Motion>();
	const stop = broker.listen(({ sensor, name, payload }) => {
		const motion = name === "event/motion" ? readMotion(payload, Math.floor(clock() / 1000)) : undefined;
		if (motion) take(sensor, motion).catch(onError);
	});

	async function take(sensor: string, motion: Motion): Promise<void> {
		const row = await database
			.selectFrom("sensors")
			.select("account")
			.where("id", "=", sensor)
			.executeTakeFirst();
		if (!row) return;
		last.set(sensor, motion);
		live.tell(row.account, "motion", { sensor, ...motion });
	}

	return {
		of: (sensor) => last.get(sensor),
		forget: (sensor) => void last.delete(sensor),
		close: stop,
	};
}

/** Of a sensor whose clock is not set the time is that of the server; none is of the future. */
function readMotion(payload: string, now: number): Motion | undefined {
	try {
		const { event_type, time } = JSON.parse(payload);
		const direction = DIRECTIONS.find((each) => each === event_type);
		if (!direction) return undefined;
		return { direction, time: Number.isInteger(time) && time > 0 ? Math.min(time, now) : now };
	} catch {
		return undefined;
	}
}
