import type { Clock, Host } from "../hosts/host";
import type { Cloud } from "./cloud/cloud";
import type { Port } from "./http/port";
import { CLOCK_CORRECTION, PROBLEM_SHOWN } from "./limits";
import type { Problems } from "./problems";
import type { Update } from "./update/update";
import { isNewer } from "./update/version";
import { VERSION } from "./version";

/** The parts of a device that say how it is. */
export interface StatusParts {
	readonly host: Host;
	readonly start: Pick<Start, "uptime" | "time">;
	readonly ports: Record<"http" | "https", Pick<Port, "connections">>;
	readonly cloud: Pick<Cloud, "status" | "storing">;
	readonly update: Pick<Update, "status">;
	readonly problems: Pick<Problems, "list" | "recent">;
}

/** When the device began to run. */
export class Start {
	readonly #clock: Clock;
	readonly #at: number;
	#time: number | undefined;

	constructor(clock: Clock) {
		this.#clock = clock;
		this.#at = clock.monotonic();
	}

	/** Whole seconds since then. */
	get uptime(): number {
		return Math.floor((this.#clock.monotonic() - this.#at) / 1000);
	}

	/**
	 * Seconds since 1970, undefined as long as the clock is not set. It stays the same while the clock is only corrected:
	 * it is history, and not to be a little different each minute.
	 */
	get time(): number | undefined {
		if (!this.#clock.synced) return undefined;
		const time = Math.floor(this.#clock.now() / 1000) - this.uptime;
		if (this.#time === undefined || Math.abs(time - this.#time) > CLOCK_CORRECTION) this.#time = time;
		return this.#time;
	}
}

/** How the device is, for its owner: what `getStatus` answers. */
export function describeStatus(parts: StatusParts): object {
	const { host, start, ports, cloud, update, problems } = parts;
	const { clock, diagnostics, network, updater, wifi } = host;
	return {
		version: VERSION,
		uptime: start.uptime,
		reset: diagnostics?.reset ?? "unknown",
		time: clock.synced ? Math.floor(clock.now() / 1000) : null,
		address: network.address() ?? null,
		...(wifi && { wifi: wifi.link() ?? null }),
		...(diagnostics?.memory && { memory: diagnostics.memory() }),
		connections: { http: ports.http.connections, https: ports.https.connections },
		...cloud.status,
		update: { ...update.status, trial: updater?.onTrial ?? false },
		problems: problems.list,
	};
}

/** The same in short, for the broker: members that this device does not know are absent (cloud/discovery.ts). */
export function describeDiagnostics({ host, start, cloud, update, problems }: StatusParts): object {
	const { diagnostics, updater, wifi } = host;
	const { waiting, error } = cloud.status.points;
	const started = start.time;
	const heap = diagnostics?.memory?.().heap;
	const { version } = update.status;
	const offered = version !== undefined && isNewer(version, VERSION);
	const problem = error === undefined ? problems.recent : `database: ${error}`.slice(0, PROBLEM_SHOWN);
	return {
		version: VERSION,
		...(updater && { latest: offered ? version : VERSION }),
		uptime: start.uptime,
		...(started !== undefined && { started }),
		reset: diagnostics?.reset ?? "unknown",
		...(wifi && { rssi: wifi.link()?.rssi ?? null }),
		...(heap && { memory: heap.free }),
		...(cloud.storing && { waiting }),
		problem: problem ?? null,
	};
}
