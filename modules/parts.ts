import type { Host } from "../hosts/host";
import type { Authenticator } from "./auth/authenticator";
import type { Token } from "./auth/token";
import type { Cloud } from "./cloud/cloud";
import type { HttpsMode } from "./https-mode/https-mode";
import type { TlsIdentity } from "./https-mode/tls-identity";
import type { PairingWindow } from "./identity/pairing";
import type { Vault } from "./identity/vault";
import type { KeptOrder } from "./led/kept-order";
import type { Light } from "./led/light";
import type { Ports } from "./ports";
import type { Problems } from "./problems";
import type { Recalibration } from "./sensing/recalibration";
import type { Sampler } from "./sensing/sampler";
import type { SettingsStore } from "./settings";
import type { Start } from "./status";
import type { Update } from "./update/update";
import type { HomeWifi } from "./wifi/home-wifi";
import type { SetUpSite } from "./wifi/set-up-site";

/** What a device consists of, for those who work on several parts of it: the commands, and a change of its owner. */
export interface Parts {
	readonly host: Host;
	readonly problems: Problems;
	readonly start: Start;
	readonly vault: Vault;
	readonly settings: SettingsStore;
	readonly token: Token;
	readonly authenticator: Authenticator;
	readonly light: Light;
	readonly keptOrder: KeptOrder;
	readonly sampler: Sampler;
	readonly recalibration: Recalibration;
	readonly cloud: Cloud;
	readonly update: Update;
	readonly pairing: PairingWindow;
	/** Undefined where the network needs no joining. */
	readonly wifi: HomeWifi | undefined;
	readonly mode: HttpsMode;
	readonly identity: TlsIdentity;
	readonly ports: Ports;
	/** Undefined where there is no page by which a phone sets the device up. */
	readonly site: SetUpSite | undefined;
	/** Nothing is to begin any more. */
	readonly closed: boolean;
	/** Something went wrong: told, remembered, and shown for a moment. */
	onProblem(message: string): void;
}
