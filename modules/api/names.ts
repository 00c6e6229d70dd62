import { SetInflux, SetMqtt } from "./commands/cloud";
import { SetColor } from "./commands/color";
import { GetData } from "./commands/data";
import { SetHttps } from "./commands/https";
import { SetKeys } from "./commands/keys";
import { SetName } from "./commands/name";
import { Pair } from "./commands/pair";
import { SetSensors } from "./commands/sensors";
import { GetSettings, SetAuth } from "./commands/settings";
import { GetStatus } from "./commands/status";
import { FactoryReset, Restart } from "./commands/system";
import { UpdateFirmware } from "./commands/update";
import { ScanWifi, SetWifi } from "./commands/wifi";

/** Every name that a member of a request may have, in whichever object: as the commands declare them. */
export const REQUEST_NAMES: readonly string[] = [
	"udid",
	"secret",
	"key",
	...SetColor.names,
	...GetData.names,
	...GetStatus.names,
	...GetSettings.names,
	...SetHttps.names,
	...SetAuth.names,
	...SetInflux.names,
	...SetMqtt.names,
	...SetKeys.names,
	...SetName.names,
	...SetSensors.names,
	...Pair.names,
	...SetWifi.names,
	...ScanWifi.names,
	...UpdateFirmware.names,
	...Restart.names,
	...FactoryReset.names,
];
