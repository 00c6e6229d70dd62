import type { Host } from "../hosts/host";
import type { Cloud } from "./cloud/cloud";
import type { Handler } from "./http/message";
import { Port } from "./http/port";
import type { HttpsMode } from "./https-mode/https-mode";
import type { TlsIdentity } from "./https-mode/tls-identity";
import type { PairingWindow } from "./identity/pairing";
import type { Vault } from "./identity/vault";
import type { SettingsStore } from "./settings";
import { VERSION } from "./version";
import type { HomeWifi } from "./wifi/home-wifi";

/** What decides which ports are open. */
export interface PortsDevice {
	readonly host: Host;
	readonly vault: Vault;
	readonly settings: SettingsStore;
	readonly pairing: PairingWindow;
	readonly wifi: HomeWifi | undefined;
	readonly mode: HttpsMode;
	readonly identity: TlsIdentity;
	readonly cloud: Cloud;
	readonly closed: boolean;
	onProblem(message: string): void;
}

/** The device's two ports: which is open, what the network is told of it, and that memory is left for it. */
export class Ports {
	readonly http: Port;
	readonly https: Port;
	readonly #device: PortsDevice;
	/** The clouds are left alone. */
	#quiet = false;

	constructor(device: PortsDevice, handle: Handler) {
		this.#device = device;
		const { network } = device.host;
		const onOpen = () => this.announce();
		const onProblem = (message: string) => device.onProblem(message);
		this.http = new Port({ network, handle, onOpen, onProblem });
		this.https = new Port({
			network,
			handle,
			identity: () => device.identity.value,
			hasRoom: () => device.mode.active || !device.vault.paired,
			onOpen,
			onProblem,
		});
	}

	/** Whether a server shows the certificate, or somebody was told its fingerprint. */
	get useIdentity(): boolean {
		return this.#device.mode.active || this.https.isWanted;
	}

	/** Plain HTTP unless in HTTPS mode; HTTPS in that mode and while the device may be paired. */
	arrange(): void {
		const { closed, mode, pairing, wifi, identity } = this.#device;
		if (closed) return;
		const settingUp = pairing.isOpen || wifi?.settingUp;
		if (mode.active || (settingUp && identity.value)) this.https.open();
		else this.https.close();
		if (mode.active) this.http.close();
		else this.http.open();
		this.#arrangeCloud();
		this.announce();
	}

	/** Tells the network where the device is, and what its owner calls it. */
	announce(): void {
		const { host, mode, settings } = this.#device;
		const secure = mode.active;
		const port = secure ? this.https.number : this.http.number;
		if (port === undefined) return;
		const { name } = settings.value;
		host.announce?.publish({
			secure,
			port,
			udid: host.udid,
			version: VERSION,
			...(name !== null && { name }),
		});
	}

	close(): void {
		this.http.close();
		this.https.close();
	}

	/** While the owner comes over HTTPS, its memory is not for the clouds. */
	#arrangeCloud(): void {
		const { mode, wifi, cloud } = this.#device;
		const quiet = mode.active || (wifi?.settingUp ?? false);
		if (quiet === this.#quiet) return;
		this.#quiet = quiet;
		if (quiet) cloud.suspend();
		else cloud.resume();
	}
}
