import { Backoff } from "../../common/backoff";
import type { Clock, Timer, Timers } from "../host";
import { guard, type OnException } from "../moddable/guard";
import type { OpenUdp, Udp } from "../moddable/io";
import { NTP_PORT, question, TIMESTAMP, timeOf } from "./sntp";

/** ms for an answer to come. */
const ANSWER_TIME = 5_000;
/** ms: see Backoff. Servers of the pool ask to be left alone for minutes (RFC 8633, 3.6). */
const FIRST_WAIT = 8_000;
const LONGEST_WAIT = 900_000;
/** ms between two settings of the clock: 4 hours, in which a crystal of 20 ppm is off by 0.3 s; up to 1 more by chance. */
const INTERVAL = 14_400_000;
const JITTER = 3_600_000;

export interface TimeSyncOptions {
	/** Name or address of a server. */
	server: string;
	open: OpenUdp;
	/** Calls back once, with undefined if there is no such name. May throw. */
	resolve(name: string, done: (address: string | undefined) => void): void;
	clock: Pick<Clock, "monotonic">;
	timers: Timers;
	random(count: number): Uint8Array;
	/** The time is this, ms since 1970. */
	onTime(time: number): void;
	onException: OnException;
}

/** Asks a time server while there is a network: at once, after failures more and more rarely, then every few hours. */
export class TimeSync {
	#options: TimeSyncOptions;
	#backoff: Backoff;
	#socket: Udp | undefined;
	#timer: Timer;
	/** Counts the questions: what comes of an earlier one is not wanted any more. */
	#asking = 0;
	#running = false;

	constructor(options: TimeSyncOptions) {
		this.#options = options;
		this.#backoff = new Backoff(options, FIRST_WAIT, LONGEST_WAIT);
	}

	/** The network is there. */
	start(): void {
		if (this.#running) return;
		this.#running = true;
		this.#ask();
	}

	/** The network is gone. */
	stop(): void {
		this.#running = false;
		this.#end();
	}

	#ask(): void {
		this.#end();
		const { server, resolve, timers } = this.#options;
		const asking = this.#asking;
		this.#timer = timers.once(() => this.#failed(), ANSWER_TIME);
		try {
			resolve(server, (address) =>
				guard(() => {
					if (asking !== this.#asking) return;
					if (address) this.#send(address);
					else this.#failed();
				}, this.#options.onException),
			);
		} catch {
			this.#failed();
		}
	}

	#send(server: string): void {
		const { open, clock, random, onTime, onException } = this.#options;
		const nonce = random(TIMESTAMP);
		const asked = clock.monotonic();
		const receive = (packets: number) => {
			for (let left = packets; left > 0; left--) {
				const packet = this.#socket?.read();
				if (!packet || packet.address !== server || packet.port !== NTP_PORT) continue;
				const time = timeOf(new Uint8Array(packet), nonce);
				if (time === undefined) continue;
				this.#answered();
				onTime(time + (clock.monotonic() - asked) / 2);
				return;
			}
		};
		try {
			this.#socket = open({ onReadable: (packets) => guard(() => receive(packets), onException) });
			if (!this.#socket.write(question(nonce), server, NTP_PORT)) this.#failed();
		} catch {
			this.#failed();
		}
	}

	#answered(): void {
		this.#end();
		this.#backoff.reset();
		const [chance = 0] = this.#options.random(1);
		this.#timer = this.#options.timers.once(() => this.#ask(), INTERVAL + (JITTER * chance) / 0xff);
	}

	#failed(): void {
		this.#end();
		this.#timer = this.#options.timers.once(() => this.#ask(), ANSWER_TIME + this.#backoff.next());
	}

	#end(): void {
		this.#asking++;
		this.#options.timers.clear(this.#timer);
		const socket = this.#socket;
		this.#socket = undefined;
		if (socket) guard(() => socket.close(), this.#options.onException);
	}
}
