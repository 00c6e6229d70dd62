// Of a desktop device only what takes updates, with what it keeps: a start takes a fraction of the time. Tells what
// happens to it, one JSON object a line, and fetches the update at UPDATE_URL as soon as it may.
import { randomFillSync } from "node:crypto";
import { writeSync } from "node:fs";
import { join } from "node:path";
import { Cable } from "../../hosts/desktop/cable";
import { openFlash } from "../../hosts/desktop/flash";
import { DesktopNetwork } from "../../hosts/desktop/network";
import { parseOptions } from "../../hosts/desktop/options";
import { EXIT_SWITCH, SLOT_VARIABLE, type Slot, Slots } from "../../hosts/desktop/slots";
import { desktopTime } from "../../hosts/desktop/time";
import { SlotUpdater } from "../../hosts/desktop/updater";
import type { DeviceEvent } from "../../hosts/host";
import { UPDATE_KEY } from "../../hosts/update-key";
import { UUID_KEY } from "../../modules/flash-keys";
import { readSettings } from "../../modules/settings";
import { watchTrial } from "../../modules/update/trial";
import { Update } from "../../modules/update/update";
import { VERSION } from "../../modules/version";

function fail(error: unknown): never {
	console.error(error);
	process.exit(1);
}

const say = (event: DeviceEvent | object) => void writeSync(1, `${JSON.stringify(event)}\n`);
const { data } = parseOptions(process.argv.slice(2));
const running = process.env[SLOT_VARIABLE] as Slot;
const flash = openFlash(join(data, "flash"));
const time = desktopTime(1, fail);
const restart = (): never => process.exit(EXIT_SWITCH);
const host = {
	flash,
	network: new DesktopNetwork({
		port: 0,
		httpsPort: 0,
		cable: new Cable(),
		time,
		onListening() {},
		onException: fail,
	}),
	random: (count: number) => randomFillSync(new Uint8Array(count)),
	report(event: DeviceEvent) {
		say(event);
		if (event.event === "update" && event.state === "confirmed") fetch();
	},
	restart,
	updater: new SlotUpdater({ slots: new Slots(data), running, key: UPDATE_KEY, onSwitch: restart }),
};
const isPaired = () => flash.get(UUID_KEY) !== undefined;
const { influx } = readSettings(flash);
say({ event: "ready", version: VERSION, slot: running, paired: isPaired(), database: influx?.url });
const update = new Update(host, { signal() {}, endSignal() {} });
const fetch = () => {
	if (process.env.UPDATE_URL) update.start(process.env.UPDATE_URL, {});
};
if (!host.updater.onTrial) fetch();
watchTrial(host, {
	get works() {
		return isPaired();
	},
});
process.on("disconnect", () => process.exit());
setInterval(() => {}, 1_000_000);
