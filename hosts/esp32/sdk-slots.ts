import flash from "embedded:storage/flash";
import update from "embedded:update";
import { target } from "./board";
import { confirmFirmware, isOnTrial, rollBackFirmware, targetName } from "./chip";
import type { Image, Slots } from "./updater";

/** The OTA partitions of sdkconfig/partitions.csv. */
export function sdkSlots(): Slots {
	const other = () => flash.open({ path: "nextota" });
	return {
		target: target ?? targetName(),
		capacity: () => other().status().size,
		onTrial: isOnTrial,
		// Appending erases what it is about to write. Erasing it all at once would keep the machine busy for seconds.
		open: () => update.open({ partition: other(), mode: "a" }) as unknown as Image,
		confirm: confirmFirmware,
		rollBack: rollBackFirmware,
	};
}
