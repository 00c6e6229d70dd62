import { Backoff } from "../../common/backoff";
import type { Host, Motion, Quantity, Timer, Trust } from "../../hosts/host";
import {
	BACKOFF_FIRST,
	BACKOFF_MOST,
	EVENTS_WAITING,
	MQTT_KEEP_ALIVE,
	MQTT_STABLE,
	SETTLED_TIME,
} from "../limits";
import { parseEndpoint } from "../net/endpoint";
import { reach } from "../net/home";
import { MqttClient } from "../net/mqtt-client";
import type { Point } from "../sensing/point";
import { QUANTITIES } from "../sensing/quantities";
import { type Announcement, DIAGNOSED, discoveryMessages } from "./discovery";
import { type CommandsDevice, MqttCommands } from "./mqtt-commands";
import { type LightPort, MqttLight } from "./mqtt-light";

/** Where events go. */
export interface MqttSettings {
	url: string;
	user?: string;
	password?: string;
	/** The first part of every topic. */
	topic: string;
	/** Whether Home Assistant is told of the device. */
	discovery: boolean;
	/** Whether the broker's users may set the light. Settings of before it was there have none. */
	light?: boolean;
	trust: Trust;
}

/** How it goes, for the owner. */
export interface EventsStatus {
	connected: boolean;
	/** Whether they can come through the broker. */
	commands: boolean;
	/** Events that were dropped as too many waited, since the start. */
	dropped: number;
	/** Why there is no connection. */
	error?: string;
}

export const MQTT_SCHEMES = { mqtt: 1883, mqtts: 8883 } as const;

type MqttHost = Pick<Host, "udid" | "network" | "random">;

export interface MqttDevice extends CommandsDevice {
	readonly token: { readonly value: string };
	/** With the name that the owner gave the device. */
	readonly settings: { readonly value: { readonly name: string | null } };
	readonly light: LightPort;
	/** How it is, as DIAGNOSED has it: a member that is not there is not known of this device. */
	diagnose(): object;
	/** Connecting began to fail for this reason; not repeated while the reason stays. */
	onProblem(message: string): void;
}

/**
 * Tells the owner's broker what happens: `<topic>/<udid>/event/…` at once, `…/data` each window, `…/status`
 * retained. Events wait for the broker in order; data do not, as they are in the database. Takes signed commands from
 * `…/command`, whose token is in `…/token`, retained.
 */
export class MqttEvents {
	readonly #host: MqttHost;
	readonly #device: MqttDevice;
	readonly #commands: MqttCommands;
	readonly #light: MqttLight;
	/** Quantities that were ever read: no others are announced. */
	readonly #measured: Quantity[] = [];
	readonly #backoff: Backoff;
	#settings: MqttSettings | null = null;
	/** The broker before, which could not be told in HTTPS mode that the device leaves it: it is told afterwards. */
	#leaving: MqttSettings | undefined;
	#suspended = false;
	#client: MqttClient | undefined;
	#connected = false;
	/** The broker lets the device hear of commands. */
	#listening = false;
	/**
	 * The one before, while it takes its leave. A broker that sees the same client id twice takes the first one for lost
	 * (MQTT 3.1.1, 3.1.4), so the next one waits for it.
	 */
	#parting: MqttClient | undefined;
	/** The event at the head of the queue is with the broker and not yet acknowledged. */
	#publishing = false;
	/** Payloads of the movements that wait, the oldest first. */
	#events: string[] = [];
	/** How many events have left the queue. */
	#gone = 0;
	#dropped = 0;
	/** What Home Assistant is still to be told of the device. */
	#announcements: Iterator<Announcement> | undefined;
	/** One of it is with the broker and not yet acknowledged. */
	#announcing = false;
	/** Which of DIAGNOSED `…/diagnostics` had last, and which it ever had, a bit for each. */
	#diagnosed = 0;
	#known = 0;
	/** When the device started; undefined once it is clear what it does not have. */
	#start: number | undefined;
	#timer: Timer;
	#error: string | undefined;

	constructor(host: MqttHost, device: MqttDevice) {
		this.#host = host;
		this.#device = device;
		this.#start = host.network.clock.monotonic();
		this.#commands = new MqttCommands(device, (payload, done) => {
			if (this.#connected) this.#publish("answer", payload, false, done);
			return this.#connected;
		});
		this.#light = new MqttLight(device, (payload, done) => this.#publish("light", payload, true, done));
		this.#backoff = new Backoff(host, BACKOFF_FIRST, BACKOFF_MOST);
	}

	get status(): EventsStatus {
		return {
			connected: this.#connected,
			commands: this.#listening,
			dropped: this.#dropped,
			...(this.#error !== undefined && { error: this.#error }),
		};
	}

	/** Uses another broker from now on, or none. */
	configure(settings: MqttSettings | null): void {
		const before = this.#settings;
		if (before && this.#suspended && isLeft(before, settings)) this.#leaving ??= before;
		this.#tell("offline");
		if (before && isLeft(before, settings)) this.#clear(settings);
		this.#settings = settings;
		if (!settings) while (this.#events.length > 0) this.#dequeue();
		this.#error = undefined;
		this.#backoff.reset();
		this.#reconnect();
	}

	/** Uses none from now on, and tells nobody later: all of the owner's is forgotten. */
	forget(): void {
		this.configure(null);
		this.#leaving = undefined;
	}

	/** The token is another one now. */
	renewToken(): void {
		if (this.#connected) this.#publish("token", this.#device.token.value, true);
	}

	/** It has another name now. */
	rename(): void {
		this.#discover();
	}

	motion(motion: Motion, time: number | undefined): void {
		if (!this.#settings) return;
		if (this.#events.length >= EVENTS_WAITING) {
			this.#dequeue();
			this.#dropped++;
		}
		this.#events.push(JSON.stringify({ event_type: motion, ...(time !== undefined && { time }) }));
		this.#flush();
	}

	window({ time, readings, motionEvents }: Point): void {
		this.#meet(readings);
		if (this.#connected) this.#publish("data", JSON.stringify({ time, ...readings, motionEvents }), false);
	}

	/** Another order is in force, or none. */
	tellLight(): void {
		if (this.#connected && this.#current?.light) this.#light.tell();
	}

	/** Says so, and leaves the broker until `resume`. */
	suspend(): void {
		this.#suspended = true;
		this.#tell("suspended");
		this.#reconnect();
	}

	resume(): void {
		this.#suspended = false;
		this.#connect();
	}

	close(): void {
		this.#suspended = true;
		this.#tell("offline");
		this.#client?.close();
		this.#parting?.close();
		this.#drop();
	}

	#meet(readings: Point["readings"]): void {
		const met = QUANTITIES.filter(
			({ name }) => readings[name] !== undefined && !this.#measured.includes(name),
		);
		if (met.length === 0) return;
		for (const { name } of met) this.#measured.push(name);
		this.#discover();
	}

	/** One event at a time, so that they arrive in order and none is lost with the connection. */
	#flush(): void {
		const [event] = this.#events;
		if (event === undefined || !this.#connected || this.#publishing) return;
		this.#publishing = true;
		const number = this.#gone;
		this.#publish("event/motion", event, false, () => {
			if (this.#gone !== number) return;
			this.#dequeue();
			this.#flush();
		});
	}

	#dequeue(): void {
		this.#events.shift();
		this.#gone++;
		this.#publishing = false;
	}

	#connect(): void {
		const { network, udid } = this.#host;
		const settings = this.#current;
		if (this.#suspended || !settings || this.#client || this.#parting) return;
		const endpoint = parseEndpoint(settings.url, MQTT_SCHEMES);
		if (!endpoint) return;
		network.timers.clear(this.#timer);
		this.#client = new MqttClient({
			network,
			to: reach(endpoint, settings.trust),
			clientId: `ambient16-${udid}`,
			...(settings.user !== undefined && { user: settings.user }),
			...(settings.password !== undefined && { password: settings.password }),
			keepAlive: MQTT_KEEP_ALIVE,
			will: { topic: this.#topic("status"), payload: "offline" },
			topics: settings.light ? [this.#topic("command"), this.#topic("light/set")] : [this.#topic("command")],
			onConnected: () => this.#greet(),
			onSubscribed: ([commands = false]) => {
				this.#listening = commands;
			},
			onMessage: (topic, payload) => {
				if (topic === this.#topic("command")) this.#commands.take(topic, payload);
				else this.#light.take(payload);
			},
			onClosed: (error) => this.#lost(error),
		});
	}

	#greet(): void {
		this.#connected = true;
		if (this.#leaving) {
			this.#tell("offline");
			this.#clear(this.#settings);
			this.#leaving = undefined;
			this.#reconnect();
			return;
		}
		this.#error = undefined;
		this.#timer = this.#host.network.timers.repeat(() => {
			this.#backoff.reset();
			this.#tellDiagnostics();
		}, MQTT_STABLE);
		this.#publish("token", this.#device.token.value, true);
		this.#publish("status", "online", true);
		this.#tellDiagnostics();
		this.#discover();
		this.tellLight();
		this.#flush();
	}

	#lost(error: string): void {
		this.#drop();
		if (this.#leaving) {
			// One attempt: it may be gone for good, which can be why it is left.
			this.#leaving = undefined;
			this.#connect();
			return;
		}
		if (error !== this.#error) this.#device.onProblem(`broker: ${error}`);
		this.#error = error;
		this.#timer = this.#host.network.timers.once(() => this.#connect(), this.#backoff.next());
		this.#commands.lose();
	}

	#tell(status: string): void {
		if (this.#connected) this.#publish("status", status, true);
	}

	/** Leaves the broker, and connects to the one that is to be used now, if any. */
	#reconnect(): void {
		const client = this.#client;
		this.#drop();
		if (!client) {
			this.#connect();
			return;
		}
		this.#parting = client;
		client.part(() => {
			this.#parting = undefined;
			this.#connect();
		});
		this.#commands.lose();
	}

	#drop(): void {
		this.#host.network.timers.clear(this.#timer);
		this.#client = undefined;
		this.#connected = false;
		this.#listening = false;
		this.#publishing = false;
		this.#announcing = false;
		this.#announcements = undefined;
		this.#light.lose();
	}

	/** Nothing that holds no more, with `after` from now on, stays behind with the broker. */
	#clear(after: MqttSettings | null): void {
		if (!this.#connected) return;
		if (this.#current?.discovery) this.#withdraw(after);
		for (const topic of ["status", "token", "light", "diagnostics"]) this.#publish(topic, "", true);
	}

	/** Tells Home Assistant of the device as it is now. */
	#discover(): void {
		const settings = this.#current;
		if (!this.#connected || !settings?.discovery) return;
		const { topic, light = false } = settings;
		this.#announcements = discoveryMessages({
			topic,
			udid: this.#host.udid,
			quantities: this.#measured,
			light,
			diagnostics: namesOf(this.#diagnosed),
			isGone: (name) => this.#start === undefined || namesOf(this.#known).includes(name),
			name: this.#device.settings.value.name,
		});
		if (!this.#announcing) this.#announce();
	}

	#tellDiagnostics(): void {
		const diagnostics = this.#device.diagnose();
		this.#publish("diagnostics", JSON.stringify(diagnostics), true);
		const isSettled = this.#settle();
		const diagnosed = bitsOf(diagnostics);
		if (!isSettled && diagnosed === this.#diagnosed) return;
		this.#diagnosed = diagnosed;
		this.#known |= diagnosed;
		this.#discover();
	}

	/**
	 * Whether it is clear now, and was not before, that what was not measured is not there to be measured: then Home
	 * Assistant forgets what it was told of it, by firmware of before, or when there was another sensor.
	 */
	#settle(): boolean {
		const { clock } = this.#host.network;
		if (this.#start === undefined || clock.monotonic() - this.#start < SETTLED_TIME) return false;
		this.#start = undefined;
		return true;
	}

	/** One message at a time, as all of them together take a tenth of a chip's memory. */
	#announce(): void {
		const message: Announcement | undefined = this.#announcements?.next().value;
		this.#announcing = message !== undefined;
		if (message) this.#client?.publish(message.topic, message.payload, true, () => this.#announce());
	}

	/**
	 * Makes Home Assistant forget all that it was ever told of, but for what it is told anew: what is forgotten loses the
	 * names, areas and automations that people gave it there.
	 */
	#withdraw(after: MqttSettings | null): void {
		const options = { topic: "", udid: this.#host.udid, name: null };
		const stays = new Set<string>();
		if (after?.discovery && after.url === this.#current?.url) {
			const { light = false } = after;
			const [quantities, diagnostics] = [this.#measured, namesOf(this.#diagnosed)];
			for (const { topic } of discoveryMessages({ ...options, quantities, light, diagnostics }))
				stays.add(topic);
		}
		const quantities = QUANTITIES.map(({ name }) => name);
		for (const { topic } of discoveryMessages({
			...options,
			quantities,
			light: true,
			diagnostics: DIAGNOSED,
		}))
			if (!stays.has(topic)) this.#client?.publish(topic, "", true);
	}

	#publish(topic: string, payload: string, retain: boolean, done?: () => void): void {
		this.#client?.publish(this.#topic(topic), payload, retain, done);
	}

	#topic(name: string): string {
		return `${this.#current?.topic}/${this.#host.udid}/${name}`;
	}

	/** The broker that is to be connected to. */
	get #current(): MqttSettings | null {
		return this.#leaving ?? this.#settings;
	}
}

function bitsOf(diagnostics: object): number {
	let bits = 0;
	for (let i = 0; i < DIAGNOSED.length; i++) if (Object.hasOwn(diagnostics, DIAGNOSED[i]!)) bits |= 1 << i;
	return bits;
}

function namesOf(bits: number): string[] {
	return DIAGNOSED.filter((_, i) => bits & (1 << i));
}

/** Whether a broker has to hear that what it keeps of the device holds no more. */
function isLeft(before: MqttSettings, after: MqttSettings | null): boolean {
	if (!after) return true;
	return (
		after.url !== before.url ||
		after.topic !== before.topic ||
		(before.discovery && !after.discovery) ||
		(before.light === true && !after.light)
	);
}
