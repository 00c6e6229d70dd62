import { DEVICE_TYPE } from "../common/device-type";
import type { Host, Timer, Wifi, WifiCredentials } from "../hosts/host";
import { Api } from "./api/api";
import type { Command } from "./api/command";
import { SetInflux, SetMqtt } from "./api/commands/cloud";
import { SetColor } from "./api/commands/color";
import { GetData } from "./api/commands/data";
import { SetHttps } from "./api/commands/https";
import { SetKeys } from "./api/commands/keys";
import { SetName } from "./api/commands/name";
import { Pair } from "./api/commands/pair";
import { SetSensors } from "./api/commands/sensors";
import { GetSettings, SetAuth } from "./api/commands/settings";
import { GetStatus } from "./api/commands/status";
import { FactoryReset, Restart } from "./api/commands/system";
import { UpdateFirmware } from "./api/commands/update";
import { ScanWifi, SetWifi } from "./api/commands/wifi";
import { MqttApi } from "./api/mqtt";
import { Authenticator, type Proof } from "./auth/authenticator";
import { Token } from "./auth/token";
import { Cloud } from "./cloud/cloud";
import { RESETTING_KEY, UUID_KEY } from "./flash-keys";
import { Port } from "./http/port";
import { HttpsMode } from "./https-mode/https-mode";
import { TlsIdentity } from "./https-mode/tls-identity";
import { beginReset, finishReset, recover } from "./identity/factory-reset";
import { PairingWindow } from "./identity/pairing";
import { watchButton } from "./identity/reset-button";
import { Vault } from "./identity/vault";
import { KeptOrder } from "./led/kept-order";
import { Light } from "./led/light";
import { ERROR_SIGNAL_TIME } from "./limits";
import { Problems } from "./problems";
import { Sampler } from "./sensing/sampler";
import { SettingsStore } from "./settings";
import { describeDiagnostics, describeStatus, Start, type StatusParts } from "./status";
import { watchTrial } from "./update/trial";
import { Update } from "./update/update";
import { PRODUCT, VERSION } from "./version";
import { HomeWifi } from "./wifi/home-wifi";
import { SetUpSite } from "./wifi/set-up-site";

/** The sensor: joins its parts to each other and to a host. It runs from construction to `close`. */
export class Device {
	#host: Host;
	#problems: Problems;
	#start: Start;
	#vault: Vault;
	#settings: SettingsStore;
	#token: Token;
	#light: Light;
	#keptOrder: KeptOrder;
	#sampler: Sampler;
	#cloud: Cloud;
	/** What was last told of it. */
	#cloudTold = "false 0 0 0 ";
	#update: Update;
	#endTrial: () => void;
	#pairing: PairingWindow;
	#wifi: HomeWifi | undefined;
	#mode: HttpsMode;
	#api: Api;
	#mqttApi: MqttApi;
	#identity: TlsIdentity;
	#http: Port;
	#https: Port;
	#unwatchButton: () => void;
	#errorTimer: Timer;
	/** The clouds are left alone. */
	#quiet = false;
	#closed = false;

	constructor(host: Host) {
		this.#host = host;
		this.#problems = new Problems(host.clock);
		this.#start = new Start(host.clock);
		if (host.diagnostics) host.diagnostics.problems = this.#problems;
		host.report?.({ event: "start", version: VERSION, reset: host.diagnostics?.reset ?? "unknown" });
		this.#light = new Light({
			led: host.led,
			timers: host.timers,
			clock: host.clock,
			onChange: (red, green, blue, effect) => host.report?.({ event: "led", red, green, blue, effect }),
			onOrder: (order) => {
				this.#keptOrder.follow(order);
				this.#cloud?.tellLight();
			},
		});
		try {
			recover(host);
		} catch {
			this.#problem("the flash could not be written");
		}
		this.#vault = new Vault(host);
		this.#settings = new SettingsStore(host);
		// A reset that the flash does not let be finished now has been decided all the same.
		if (host.flash.get(RESETTING_KEY)) this.#vault.forget();
		if (!this.#vault.paired) this.#settings.forget();
		host.report?.({ event: "paired", paired: this.#vault.paired });
		const { sensors } = this.#settings.value;
		if (sensors) host.sensors.configure?.(sensors);
		this.#keptOrder = new KeptOrder({
			flash: host.flash,
			timers: host.timers,
			onProblem: (message) => this.#problem(message),
		});
		const order = this.#keptOrder.value;
		if (order && this.#vault.paired) this.#light.show(order);
		this.#token = new Token(host, (token) => {
			host.report?.({ event: "token", token });
			this.#cloud?.renewToken();
		});
		this.#sampler = new Sampler({
			clock: host.clock,
			timers: host.timers,
			sensors: host.sensors,
			onWindow: (window, late) => {
				// First stored: what is told of is not lost any more if the power goes.
				this.#cloud.window(window, late);
				host.report?.({ event: "window", time: window.time, readings: window.readings });
				this.#tellCloud();
			},
			onMotion: (motion) => {
				host.report?.({ event: "motion", motion });
				this.#cloud.motion(motion);
			},
		});
		const onProblem = (message: string) => this.#problem(message);
		this.#cloud = new Cloud({
			host,
			sampler: this.#sampler,
			token: () => this.#token.value,
			name: () => this.#named.name,
			light: this.#light,
			device: this,
			execute: (...command) => this.#mqttApi.execute(...command),
			onProblem,
			onChange: () => this.#tellCloud(),
		});
		if (this.#vault.paired) this.#cloud.configure(this.#settings.value.influx, this.#settings.value.mqtt);
		this.#tellCloud();
		this.#update = new Update({
			host,
			onReady: () => host.restart(),
			onBusy: (busy) => (busy ? this.#light.signal("update") : this.#light.endSignal("update")),
		});
		const daily = this.#settings.value.update;
		if (daily) this.#update.watchSoon(daily.url, daily.trust);
		this.#mode = new HttpsMode(host, (mode) => {
			host.report?.({ event: "mode", mode });
			// What was heard on plain HTTP is worth nothing over HTTPS.
			if (mode === "https") this.#token.renew();
			this.#arrangePorts();
		});
		this.#pairing = new PairingWindow(host.timers, (open) => {
			host.report?.({ event: "pairing", open });
			if (open) this.#light.signal("pairing");
			else this.#light.endSignal("pairing");
			this.#arrangePorts();
		});
		this.#identity = new TlsIdentity({
			host,
			inUse: () => this.#mode.active || this.#https.isWanted,
			onReady: () => this.#arrangePorts(),
			onProblem,
		});
		if (host.wifi) this.#wifi = this.#createWifi(host.wifi);

		const authenticator = new Authenticator(host, this.#vault, this.#token);
		this.#api = new Api({
			udid: host.udid,
			vault: this.#vault,
			authenticator,
			settings: this.#settings,
			commands: this.#commands(authenticator),
			identity: () => this.#describe(),
			isSecured: () => this.#mode.active,
			isReachable: () => this.#wifi?.settingUp ?? false,
			proved: () => this.#mode.touch(),
			site: this.#createSite(),
			host,
		});
		this.#mqttApi = new MqttApi(this.#api.command);
		const { network } = host;
		const onOpen = () => this.#announce();
		this.#http = new Port({ network, handle: this.#api.handle, onOpen, onProblem });
		this.#https = new Port({
			network,
			handle: this.#api.handle,
			identity: () => this.#identity.value,
			hasRoom: () => this.#mode.active || !this.#vault.paired,
			onOpen,
			onProblem,
		});

		this.#unwatchButton = watchButton(host.button, host.timers, {
			onPress: () => {
				if (this.#vault.paired) this.#wifi?.press();
				else this.#pairing.open();
			},
			onHold: (holding) => (holding ? this.#light.signal("reset") : this.#light.endSignal("reset")),
			onReset: () => {
				try {
					beginReset(host.flash);
				} catch {
					this.#problem("the flash could not be written");
					return;
				}
				this.#finishReset();
			},
		});
		// What a new firmware has to show: somebody can reach it, and it reads what the old one wrote.
		const works = () =>
			(this.#http.number !== undefined || this.#https.number !== undefined) &&
			(network.address() !== undefined || !host.wifi) &&
			(host.flash.get(UUID_KEY) !== undefined) === this.#vault.paired;
		this.#endTrial = watchTrial(host, works, () =>
			host.report?.({ event: "update", state: "confirmed", version: VERSION }),
		);
		this.#wifi?.start(this.#settings.value.wifi ?? undefined);
		if (this.#vault.paired) this.#arrangePorts();
		else this.#pairing.open();
	}

	/** Stops everything: no timer, listener or connection is left. */
	close(): void {
		this.#closed = true;
		this.#unwatchButton();
		this.#mode.leave();
		this.#pairing.close();
		this.#wifi?.close();
		this.#identity.close();
		this.#http.close();
		this.#https.close();
		this.#token.close();
		this.#sampler.close();
		this.#cloud.close();
		this.#update.close();
		this.#endTrial();
		this.#host.timers.clear(this.#errorTimer);
		this.#light.close();
		this.#keptOrder.close();
		this.#host.announce?.withdraw();
	}

	/** The page by which a phone sets the device up, where there is one. */
	#createSite(): SetUpSite | undefined {
		const { udid, setupPage, wifi: radio } = this.#host;
		const wifi = this.#wifi;
		if (!wifi || !radio || !setupPage) return undefined;
		return new SetUpSite({
			udid,
			page: setupPage,
			isOpen: () => wifi.accessPoint && (!this.#vault.paired || wifi.settingUp),
			address: radio.accessPointAddress,
			port: (secure) => (secure ? this.#https.number : this.#http.number),
			command: (request, respond) => this.#api.handle(request, respond),
		});
	}

	#createWifi(wifi: Wifi): HomeWifi {
		const { clock, timers } = this.#host.network;
		return new HomeWifi({
			wifi,
			clock,
			timers,
			random: (count) => this.#host.random(count),
			keep: (credentials) => this.#settings.change({ wifi: credentials }),
			onChange: () => this.#arrangePorts(),
			onProblem: (message) => this.#problem(message),
		});
	}

	#commands(authenticator: Authenticator): readonly Command[] {
		const host = this.#host;
		const sensors = new SetSensors(host.sensors, this.#settings);
		const commands = [
			new SetColor(this.#light),
			new GetData(this.#sampler),
			new GetStatus(this),
			new GetSettings(this.#settings, authenticator, this.#cloud, this.#update, this.#wifi, sensors),
			sensors,
			new SetAuth(),
			new SetHttps({
				open: (done) => this.#https.tryOpen(done),
				abandon: () => this.#arrangePorts(),
				describe: (name, proof) => this.#describeHttps(name, proof),
				enter: (idle, limit) => {
					if (!this.#vault.paired || this.#closed) return;
					this.#mode.enter(idle, limit);
					host.report?.({ event: "https", idle, limit });
				},
				leave: () => this.#mode.leave(),
			}),
			new SetKeys(this.#settings),
			new SetName(() => {
				this.#cloud.rename();
				this.#announce();
			}),
			new Pair({
				vault: this.#vault,
				settings: this.#settings,
				flash: host.flash,
				network: host.network,
				isOpen: () => this.#pairing.isOpen,
				begin: () => this.#completeReset(),
				onPaired: () => {
					this.#token.renew();
					host.report?.({ event: "paired", paired: true });
				},
				onSent: (wifi) => this.#paired(wifi),
			}),
			new Restart(() => {
				host.report?.({ event: "restart" });
				host.restart();
			}),
			new FactoryReset({
				begin: () => beginReset(host.flash),
				abandon: () => {
					try {
						host.flash.delete(RESETTING_KEY);
					} catch {
						this.#problem("the flash could not be written");
					}
				},
				finish: () => this.#finishReset(),
			}),
			new SetInflux((settings) => {
				this.#cloud.configureInflux(settings);
				this.#tellCloud();
			}, host.network),
			new SetMqtt((settings) => this.#cloud.configureMqtt(settings), host.network),
			new SetWifi(this.#wifi),
			new ScanWifi(this.#wifi, () => this.#pairing.isOpen),
			new UpdateFirmware(this.#update, host.network),
		];
		// Each takes the orders that it has validated itself.
		return commands as unknown as Command[];
	}

	/** How it is, for its owner. */
	status(): object {
		return describeStatus(this.#statusParts);
	}

	/** The same in short, for the broker. */
	diagnose(): object {
		return describeDiagnostics(this.#statusParts);
	}

	get #statusParts(): StatusParts {
		return {
			host: this.#host,
			start: this.#start,
			http: this.#http,
			https: this.#https,
			cloud: this.#cloud,
			update: this.#update.status,
			problems: this.#problems,
		};
	}

	/** The identity that everyone may know. The first five keys are the protocol's, in its order. */
	#describe(): string {
		return JSON.stringify({
			type: PRODUCT,
			version: VERSION,
			udid: this.#host.udid,
			deviceType: DEVICE_TYPE,
			token: this.#token.value,
			auth: this.#settings.value.auth.md5 ? ["md5", "hmac-sha256", "key"] : ["hmac-sha256", "key"],
			paired: this.#vault.paired,
			// Where it can be paired.
			https: this.#vault.paired ? undefined : this.#https.number,
			...this.#describeWifi(),
		});
	}

	/** How the set-up goes, for the phone that looks there. */
	#describeWifi(): object {
		const wifi = this.#wifi;
		if (!wifi?.settingUp) return {};
		const address = wifi.state === "joined" ? this.#host.network.address() : undefined;
		return { wifi: wifi.state, ...(address !== undefined && { address }) };
	}

	#describeHttps(
		name: string,
		{ secret, token }: Proof,
	): { url: string; fingerprint: string; proof: string } {
		const host = name || this.#host.network.address() || "localhost";
		const literal = host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
		const fingerprint = this.#identity.fingerprint;
		return {
			url: `https://${literal}:${this.#https.number}/`,
			fingerprint,
			proof: secret.hmac(`${token}\n${fingerprint}`),
		};
	}

	/** Plain HTTP unless in HTTPS mode; HTTPS in that mode and while the device may be paired. */
	#arrangePorts(): void {
		if (this.#closed) return;
		const settingUp = this.#pairing.isOpen || this.#wifi?.settingUp;
		if (this.#mode.active || (settingUp && this.#identity.value)) this.#https.open();
		else this.#https.close();
		if (this.#mode.active) this.#http.close();
		else this.#http.open();
		this.#arrangeCloud();
		this.#announce();
	}

	/** While the owner comes over HTTPS, its memory is not for the clouds. */
	#arrangeCloud(): void {
		const quiet = this.#mode.active || (this.#wifi?.settingUp ?? false);
		if (quiet === this.#quiet) return;
		this.#quiet = quiet;
		if (quiet) this.#cloud.suspend();
		else this.#cloud.resume();
	}

	#announce(): void {
		const secure = this.#mode.active;
		const port = secure ? this.#https.number : this.#http.number;
		if (port === undefined) return;
		this.#host.announce?.publish({ secure, port, udid: this.#host.udid, version: VERSION, ...this.#named });
	}

	/** What its owner calls it, if anything. */
	get #named(): { name?: string } {
		const { name } = this.#settings.value;
		return name === null ? {} : { name };
	}

	#paired(wifi: WifiCredentials | undefined): void {
		if (this.#closed) return;
		// First: while it joins, HTTPS stays open for the phone that looks on.
		this.#wifi?.paired(wifi);
		this.#pairing.close();
		const { influx, mqtt } = this.#settings.value;
		this.#cloud.configure(influx, mqtt);
		this.#tellCloud();
	}

	/** The owner is forgotten in memory first, so that a flash that fails now keeps nobody in. */
	#finishReset(): void {
		if (this.#closed) return;
		this.#vault.forget();
		if (this.#settings.value.sensors) this.#host.sensors.configure?.(null);
		this.#settings.forget();
		this.#light.off();
		this.#keptOrder.forget();
		this.#update.close();
		this.#problems.forget();
		this.#host.report?.({ event: "reset" });
		try {
			this.#cloud.erase();
			finishReset(this.#host);
		} catch {
			this.#problem("the flash could not be erased, the next start goes on with it");
		}
		this.#tellCloud();
		this.#token.renew();
		this.#https.close();
		this.#mode.leave();
		this.#identity.renew();
		this.#host.report?.({ event: "paired", paired: false });
		this.#wifi?.forget();
		this.#pairing.close();
		this.#pairing.open();
	}

	/** Erases what a reset had to leave, as the flash refused: the next start would take it for the new owner's. */
	#completeReset(): void {
		if (!this.#host.flash.get(RESETTING_KEY)) return;
		this.#cloud.erase();
		finishReset(this.#host);
		this.#identity.keep();
	}

	#tellCloud(): void {
		const { waiting, sent, lost, error } = this.#cloud.status.points;
		const database = this.#cloud.storing;
		const told = `${database} ${waiting} ${sent} ${lost} ${error ?? ""}`;
		if (told === this.#cloudTold) return;
		this.#cloudTold = told;
		const reason = error === undefined ? {} : { error };
		this.#host.report?.({ event: "cloud", database, waiting, sent, lost, ...reason });
	}

	#problem(message: string): void {
		this.#problems.add(message);
		this.#host.report?.({ event: "problem", message });
		// What it ends with has no time left to be shown.
		if (this.#closed) return;
		this.#host.timers.clear(this.#errorTimer);
		this.#light.signal("error");
		this.#errorTimer = this.#host.timers.once(() => this.#light.endSignal("error"), ERROR_SIGNAL_TIME);
	}
}
