import flash from "embedded:storage/flash";
import type { Partition } from "./storage";

/** A data partition of sdkconfig/partitions.csv. Throws if there is none of that name. */
export function openPartition(name: string): Partition {
	return flash.open({ path: name }) as unknown as Partition;
}
