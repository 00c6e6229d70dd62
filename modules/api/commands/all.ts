import type { Command } from "../command";
import { setInflux, setMqtt } from "./cloud";
import { setColor } from "./color";
import { getData } from "./data";
import { setHttps } from "./https";
import { setKeys } from "./keys";
import { setName } from "./name";
import { pair } from "./pair";
import { setSensors } from "./sensors";
import { getSettings, setAuth } from "./settings";
import { getStatus } from "./status";
import { factoryReset, restart } from "./system";
import { updateFirmware } from "./update";
import { scanWifi, setWifi } from "./wifi";

/** Every command of the API. */
export const COMMANDS: readonly Command[] = [
	setColor,
	getData,
	getStatus,
	getSettings,
	setSensors,
	setAuth,
	setHttps,
	setKeys,
	setName,
	pair,
	restart,
	factoryReset,
	setInflux,
	setMqtt,
	setWifi,
	scanWifi,
	updateFirmware,
];
