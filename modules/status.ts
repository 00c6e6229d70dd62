import type { Host } from "../hosts/host";
import type { CloudStatus } from "./cloud/cloud";
import type { Port } from "./http/port";
import type { Problems } from "./problems";
import type { UpdateStatus } from "./update/update";
import { VERSION } from "./version";

export interface StatusParts {
	host: Host;
	/** When the run began, by the monotonic clock. */
	start: number;
	http: Pick<Port, "connections">;
	https: Pick<Port, "connections">;
	cloud: CloudStatus;
	update: UpdateStatus;
	problems: Pick<Problems, "list">;
}

/** How the device is, for its owner: what `getStatus` answers. */
export function describeStatus({ host, start, http, https, cloud, update, problems }: StatusParts): object {
	const { clock, diagnostics, network, updater, wifi } = host;
	return {
		version: VERSION,
		uptime: Math.floor((clock.monotonic() - start) / 1000),
		reset: diagnostics?.reset ?? "unknown",
		time: clock.synced ? Math.floor(clock.now() / 1000) : null,
		address: network.address() ?? null,
		...(wifi && { wifi: wifi.link() ?? null }),
		...(diagnostics?.memory && { memory: diagnostics.memory() }),
		connections: { http: http.connections, https: https.connections },
		...cloud,
		update: { ...update, trial: updater?.onTrial ?? false },
		problems: problems.list,
	};
}
