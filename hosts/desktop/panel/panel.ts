import type { Clock, DeviceEvent } from "../../host";
import type { AirState } from "../../simulated/air";
import { describeEvent, hexColor } from "../readable";
import type { Entry, Gesture, Message, Outage, State, Window } from "./message";
import { Ring } from "./ring";

/** 24 h of device time, in windows of 10 s. */
export const WINDOWS = 8_640;
export const ENTRIES = 100;
export const OUTAGES = 50;
/** ms between two messages: a frame on a screen. */
const FRAME = 16;
/** ms of device time, as modules/limits.ts has it. */
export const TOKEN_LIFE = 3_600_000;
export const PAIRING_TIME = 600_000;
/** Gestures that are told at once; who waves faster is not seen better. */
const GESTURES = 8;

const DARK = { light: "#000000", color: "#000000", effect: "off" };

export interface PanelOptions {
	udid: string;
	httpPort: number;
	httpsPort: number;
	/** Device time, and how fast it runs. */
	clock: Clock;
	clockRate: number;
}

/** Remembers what is to be seen of a device, through its restarts, and tells what changes. */
export class Panel {
	/** Set by whoever shows it. */
	onMessage: (message: Message) => void = () => {};
	#clock: Clock;
	#rate: number;
	#state: State;
	#windows = new Ring<Window>(WINDOWS);
	#entries = new Ring<Entry>(ENTRIES);
	#outages = new Ring<Outage>(OUTAGES);
	/** What has not been told. */
	#changes: Partial<State> | undefined;
	#newWindows = new Ring<Window>(WINDOWS);
	#newEntries = new Ring<Entry>(ENTRIES);
	#gestures = new Ring<Gesture>(GESTURES);
	/** Of HTTPS mode: ms without the owner until it ends, and its end at the latest. */
	#idle = 0;
	#limit = 0;
	#outagesChanged = false;
	#timer: NodeJS.Timeout | undefined;

	constructor({ udid, httpPort, httpsPort, clock, clockRate }: PanelOptions) {
		this.#clock = clock;
		this.#rate = clockRate;
		this.#state = {
			udid,
			http: `http://localhost:${httpPort}/`,
			https: `https://localhost:${httpsPort}/`,
			power: true,
			network: true,
			pressed: false,
			...DARK,
			mode: "http",
			httpsEnds: 0,
			pairing: false,
			pairingEnds: 0,
			paired: false,
			token: "",
			tokenEnds: 0,
			started: null,
			problem: null,
			cloud: { database: false, waiting: 0, sent: 0, lost: 0 },
			wifi: null,
			update: null,
		};
	}

	/** Something has happened to the device. */
	event(event: DeviceEvent): void {
		switch (event.event) {
			case "start":
				this.#change({ started: { time: this.#clock.now(), reset: event.reset }, problem: null });
				break;
			case "problem":
				this.#change({ problem: { time: this.#clock.now(), message: event.message } });
				break;
			case "led":
				this.#light(event);
				break;
			case "mode":
				this.#change({ mode: event.mode, ...(event.mode === "http" && { httpsEnds: 0 }) });
				this.#outage("https", event.mode === "https");
				break;
			case "https":
				this.#idle = event.idle * 1000;
				this.#limit = this.#clock.now() + event.limit * 1000;
				this.#stay();
				break;
			case "request":
				if (event.secure && event.status === 200 && event.commands.length > 0) this.#stay();
				break;
			case "motion":
				this.#gesture(event.motion);
				break;
			case "pairing":
				this.#change({ pairing: event.open });
				if (event.open) this.#pairable();
				break;
			case "paired":
				this.#change({ paired: event.paired });
				break;
			case "token":
				this.#change({ token: event.token, tokenEnds: this.#clock.now() + TOKEN_LIFE });
				break;
			case "cloud": {
				const { database, waiting, sent, lost, error } = event;
				this.#change({ cloud: { database, waiting, sent, lost, ...(error !== undefined && { error }) } });
				break;
			}
			case "update": {
				const { state, version, percent, error } = event;
				const known = {
					...(version !== undefined && { version }),
					...(percent !== undefined && { percent }),
				};
				this.#change({ update: { state, ...known, ...(error !== undefined && { error }) } });
				break;
			}
			case "window":
				this.#window(event);
		}
		const [, kind, text = ""] = /^(\S+)\s*(.*)$/.exec(describeEvent(event) ?? "") ?? [];
		if (event.event === "request")
			this.#enter({ kind: "request", status: event.status, text: text.replace(/^\d+ /, "") });
		else if (kind !== undefined) this.#enter({ kind, text });
	}

	/** What the LED shows at this moment. */
	glow(red: number, green: number, blue: number): void {
		this.#change({ light: hexColor({ red, green, blue }) });
	}

	/** Somebody breathes on it. */
	breathe(): void {
		this.#gesture("breath");
		this.#enter({ kind: "breath", text: "on the sensors" });
	}

	/** What is around its radio has changed. */
	air(wifi: AirState): void {
		this.#change({ wifi });
	}

	/** Somebody has touched the button or a cable. */
	touch(touched: Partial<Pick<State, "power" | "network" | "pressed">>): void {
		this.#change(touched);
		for (const [what, on] of Object.entries(touched))
			if (what !== "pressed") this.#enter({ kind: what, text: on ? "plugged in" : "pulled" });
			else this.#enter({ kind: "button", text: on ? "pressed" : "released" });
		// A press gives the window for pairing its time anew.
		if (touched.pressed === false && this.#state.pairing) this.#pairable();
		if (touched.network !== undefined) this.#outage("network", !touched.network);
		if (touched.power === undefined) return;
		this.#outage("power", !touched.power);
		if (touched.power) return;
		const { error: _, ...cloud } = this.#state.cloud;
		const gone = {
			mode: "http",
			httpsEnds: 0,
			pairing: false,
			pressed: false,
			token: "",
			started: null,
			problem: null,
			update: null,
		} as const;
		this.#change({ ...DARK, ...gone, cloud });
		this.#outage("https", false);
	}

	/** All there is, told to nobody yet. */
	whole(): Message {
		return {
			whole: true,
			clock: this.#time,
			state: this.#state,
			windows: this.#windows.all(),
			entries: this.#entries.all(),
			outages: this.#outages.all(),
		};
	}

	/** Tells now what has changed. */
	flush(): void {
		clearTimeout(this.#timer);
		if (this.#timer === undefined) return;
		this.#timer = undefined;
		const windows = this.#newWindows.all();
		const entries = this.#newEntries.all();
		const gestures = this.#gestures.all();
		const message: Message = {
			clock: this.#time,
			...(this.#changes && { state: this.#changes }),
			...(windows.length > 0 && { windows }),
			...(entries.length > 0 && { entries }),
			...(gestures.length > 0 && { gestures }),
			...(this.#outagesChanged && { outages: this.#outages.all() }),
		};
		this.#changes = undefined;
		this.#newWindows.clear();
		this.#newEntries.clear();
		this.#gestures.clear();
		this.#outagesChanged = false;
		this.onMessage(message);
	}

	/** An effect that is dark at this moment keeps the color that it was lit in. */
	#light(event: Extract<DeviceEvent, { event: "led" }>): void {
		const { effect } = event;
		const color = hexColor(event);
		const waits = color === DARK.color && effect === this.#state.effect;
		this.#change({ effect, ...(!waits && { color }) });
	}

	/** The owner was there: HTTPS mode stays for its idle time, and no longer than its limit. */
	#stay(): void {
		this.#change({ httpsEnds: Math.min(this.#clock.now() + this.#idle, this.#limit) });
	}

	#pairable(): void {
		this.#change({ pairingEnds: this.#clock.now() + PAIRING_TIME });
	}

	#gesture(gesture: Gesture): void {
		this.#gestures.push(gesture);
		this.#flushSoon();
	}

	get #time(): Message["clock"] {
		return { now: this.#clock.now(), rate: this.#rate };
	}

	#window({ time, readings }: Extract<DeviceEvent, { event: "window" }>): void {
		const window = { time, readings, waiting: this.#state.cloud.waiting };
		this.#windows.push(window);
		this.#newWindows.push(window);
		this.#flushSoon();
	}

	#enter(what: Omit<Entry, "time">): void {
		const entry = { time: this.#clock.now(), ...what };
		this.#entries.push(entry);
		this.#newEntries.push(entry);
		this.#flushSoon();
	}

	#outage(kind: Outage["kind"], begins: boolean): void {
		const open = this.#outages.all().findLast((outage) => outage.kind === kind && outage.to === undefined);
		if (begins === (open !== undefined)) return;
		if (open) open.to = this.#clock.now();
		else this.#outages.push({ kind, from: this.#clock.now() });
		this.#outagesChanged = true;
		this.#flushSoon();
	}

	#change(changes: Partial<State>): void {
		Object.assign(this.#state, changes);
		this.#changes = { ...this.#changes, ...changes };
		this.#flushSoon();
	}

	#flushSoon(): void {
		this.#timer ??= setTimeout(() => this.flush(), FRAME).unref();
	}
}
