import type { Broker } from "../broker/broker";
import { type Condition, readCondition } from "../events/condition";

/** What a sensor has said of itself last, through the broker. */
export interface Present {
	udid: string;
	/** "suspended": it is in HTTPS mode. */
	status: "online" | "offline" | "suspended";
	/** What it takes signatures under. */
	token?: string;
	condition?: Condition;
}

const STATUS: readonly string[] = ["online", "offline", "suspended"] satisfies Present["status"][];

/** Which sensors are there. */
export interface Presence {
	/** Undefined: it has not been heard since the start. */
	of(sensor: string): Present | undefined;
	/** Resolves when a sensor tells another token than this one, or with undefined after so many ms. */
	otherToken(sensor: string, token: string, patience: number): Promise<string | undefined>;
	forget(sensor: string): void;
	close(): void;
}

/** Follows what sensors say of themselves. */
export function followPresence(broker: Broker): Presence {
	const all = new Map<string, Present>();
	const waiting = new Set<() => void>();
	const stop = broker.listen(({ sensor, udid, name, payload }) => {
		const before = all.get(sensor);
		const now: Present = before?.udid === udid ? before : { udid, status: "offline" };
		if (name === "status" && STATUS.includes(payload)) now.status = payload as Present["status"];
		else if (name === "token" && /^[a-z]{8}$/.test(payload)) now.token = payload;
		else if (name === "diagnostics") {
			const condition = readCondition(payload);
			if (!condition) return;
			now.condition = condition;
		} else return;
		all.set(sensor, now);
		for (const wake of waiting) wake();
	});
	return {
		of: (sensor) => all.get(sensor),
		otherToken: (sensor, token, patience) =>
			new Promise((resolve) => {
				const look = () => {
					const now = all.get(sensor)?.token;
					if (now !== undefined && now !== token) end(now);
				};
				const timer = setTimeout(() => end(undefined), patience);
				const end = (now: string | undefined) => {
					clearTimeout(timer);
					waiting.delete(look);
					resolve(now);
				};
				waiting.add(look);
				look();
			}),
		forget: (sensor) => void all.delete(sensor),
		close: stop,
	};
}
