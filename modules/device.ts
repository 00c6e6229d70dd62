import type { Host, Motion, Timer } from "../hosts/host";
import { Api } from "./api/api";
import { MqttApi } from "./api/mqtt";
import { Authenticator } from "./auth/authenticator";
import { Token } from "./auth/token";
import { Cloud } from "./cloud/cloud";
import { UUID_KEY } from "./flash-keys";
import { HttpsMode, type Mode } from "./https-mode/https-mode";
import { TlsIdentity } from "./https-mode/tls-identity";
import { beginReset, isResetting, recover } from "./identity/factory-reset";
import { PairingWindow } from "./identity/pairing";
import { ResetButton } from "./identity/reset-button";
import { Vault } from "./identity/vault";
import { KeptOrder } from "./led/kept-order";
import { Light, type LightOrder } from "./led/light";
import { ERROR_SIGNAL_TIME } from "./limits";
import { forgetOwner } from "./owner";
import type { Parts } from "./parts";
import { Ports } from "./ports";
import { Problems } from "./problems";
import { Recalibration } from "./sensing/recalibration";
import { Sampler } from "./sensing/sampler";
import type { Window } from "./sensing/window";
import { SettingsStore } from "./settings";
import { describeDiagnostics, Start } from "./status";
import { watchTrial } from "./update/trial";
import { Update } from "./update/update";
import { VERSION } from "./version";
import { HomeWifi } from "./wifi/home-wifi";
import { SetUpSite } from "./wifi/set-up-site";

/**
 * The sensor: joins its parts to each other and to a host. It runs from construction to `close`. Each part is given the
 * device, and says in an interface what it needs of it: other parts, and methods that it calls when something happens.
 */
export class Device implements Parts {
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
	readonly wifi: HomeWifi | undefined;
	readonly mode: HttpsMode;
	readonly identity: TlsIdentity;
	readonly api: Api;
	readonly mqttApi: MqttApi;
	readonly ports: Ports;
	readonly site: SetUpSite | undefined;
	closed = false;
	readonly #button: ResetButton;
	readonly #endTrial: (() => void) | undefined;
	#errorTimer: Timer;

	constructor(host: Host) {
		this.host = host;
		this.problems = new Problems(host.clock);
		this.start = new Start(host.clock);
		if (host.diagnostics) host.diagnostics.problems = this.problems;
		host.report?.({ event: "start", version: VERSION, reset: host.diagnostics?.reset ?? "unknown" });
		this.light = new Light(host, this);
		try {
			recover(host);
		} catch {
			this.onProblem("the flash could not be written");
		}
		this.vault = new Vault(host);
		this.settings = new SettingsStore(host);
		// A reset that the flash does not let be finished now has been decided all the same.
		if (isResetting(host.flash)) this.vault.forget();
		if (!this.vault.paired) this.settings.forget();
		host.report?.({ event: "paired", paired: this.vault.paired });
		const { sensors, influx, mqtt, update, wifi } = this.settings.value;
		if (sensors) host.sensors.configure?.(sensors);
		this.keptOrder = new KeptOrder(host, this);
		const order = this.keptOrder.value;
		if (order && this.vault.paired) this.light.show(order);
		this.token = new Token(host, (token) => {
			host.report?.({ event: "token", token });
			this.cloud?.events.renewToken();
		});
		this.authenticator = new Authenticator(host, this.vault, this.token);
		this.sampler = new Sampler(host, this);
		this.recalibration = new Recalibration(host.sensors);
		this.cloud = new Cloud(host, this);
		this.cloud.configure(influx, mqtt);
		this.update = new Update(host, this.light);
		if (update) this.update.watchSoon(update.url, update.trust);
		this.mode = new HttpsMode(host, this);
		this.pairing = new PairingWindow(host, this);
		this.identity = new TlsIdentity(host, this);
		if (host.wifi) {
			this.wifi = new HomeWifi(host, host.wifi, this);
			if (host.setupPage) this.site = new SetUpSite(this, host.setupPage, host.wifi.accessPointAddress);
		}
		this.api = new Api(this);
		this.mqttApi = new MqttApi(this.api);
		this.ports = new Ports(this, this.api.handle);
		this.#button = new ResetButton(host, this);
		this.#endTrial = watchTrial(host, this);
		this.wifi?.start(wifi ?? undefined);
		if (this.vault.paired) this.ports.arrange();
		else this.pairing.open();
	}

	/** Stops everything: no timer, listener or connection is left. */
	close(): void {
		this.closed = true;
		this.#button.close();
		this.mode.leave();
		this.pairing.close();
		this.wifi?.close();
		this.identity.close();
		this.ports.close();
		this.token.close();
		this.sampler.close();
		this.cloud.close();
		this.update.close();
		this.#endTrial?.();
		this.host.timers.clear(this.#errorTimer);
		this.light.close();
		this.keptOrder.close();
		this.host.announce?.withdraw();
	}

	/** What a new firmware has to show: somebody can reach it, and it reads what the old one wrote. */
	get works(): boolean {
		const { host, ports, vault } = this;
		return (
			(ports.http.number !== undefined || ports.https.number !== undefined) &&
			(host.network.address() !== undefined || !host.wifi) &&
			(host.flash.get(UUID_KEY) !== undefined) === vault.paired
		);
	}

	/** How it is, for the broker. */
	diagnose(): object {
		return describeDiagnostics(this);
	}

	onOrder(order: LightOrder | undefined): void {
		this.keptOrder.follow(order);
		this.cloud?.events.tellLight();
	}

	onWindow(window: Window, late: boolean): void {
		// First stored: what is told of is not lost any more if the power goes.
		this.cloud.window(window, late);
		this.host.report?.({ event: "window", time: window.time, readings: window.readings });
	}

	onMotion(motion: Motion): void {
		this.host.report?.({ event: "motion", motion });
		this.cloud.motion(motion);
	}

	onUpload(): void {
		this.cloud.tell();
	}

	onMode(mode: Mode): void {
		// What was heard on plain HTTP is worth nothing over HTTPS.
		if (mode === "https") this.token.renew();
		this.ports.arrange();
	}

	onPairing(open: boolean): void {
		if (open) this.light.signal("pairing");
		else this.light.endSignal("pairing");
		this.ports.arrange();
	}

	onPress(): void {
		if (this.vault.paired) this.wifi?.press();
		else this.pairing.open();
	}

	onHold(holding: boolean): void {
		if (holding) this.light.signal("reset");
		else this.light.endSignal("reset");
	}

	onReset(): void {
		try {
			beginReset(this.host.flash);
		} catch {
			this.onProblem("the flash could not be written");
			return;
		}
		forgetOwner(this);
	}

	onProblem(message: string): void {
		const { host, light } = this;
		this.problems.add(message);
		host.report?.({ event: "problem", message });
		// What it ends with has no time left to be shown.
		if (this.closed) return;
		host.timers.clear(this.#errorTimer);
		light.signal("error");
		this.#errorTimer = host.timers.once(() => light.endSignal("error"), ERROR_SIGNAL_TIME);
	}
}
