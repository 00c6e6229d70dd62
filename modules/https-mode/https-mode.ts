import type { Host, Timer } from "../../hosts/host";

export type Mode = "http" | "https";

type ModeHost = Pick<Host, "clock" | "timers" | "report">;

export interface ModeDevice {
	/** The device is in that mode now. */
	onMode(mode: Mode): void;
}

/**
 * Whether the device is in HTTPS mode, and for how long. The mode lives in memory only: a power cut ends it.
 */
export class HttpsMode {
	#host: ModeHost;
	#device: ModeDevice;
	#active = false;
	#idle = 0;
	#lastRequest = 0;
	#idleTimer: Timer;
	#limitTimer: Timer;

	constructor(host: ModeHost, device: ModeDevice) {
		this.#host = host;
		this.#device = device;
	}

	get active(): boolean {
		return this.#active;
	}

	/** Enters the mode, or gives it new times. Both in seconds of device time. */
	enter(idle: number, limit: number): void {
		this.#stop();
		this.#idle = idle * 1000;
		this.touch();
		this.#watchIdle(this.#idle);
		this.#limitTimer = this.#host.timers.once(() => this.leave(), limit * 1000);
		if (!this.#active) this.#change("https");
		this.#host.report?.({ event: "https", idle, limit });
	}

	/** The owner sent a request: the idle time starts anew. */
	touch(): void {
		this.#lastRequest = this.#host.clock.monotonic();
	}

	leave(): void {
		this.#stop();
		if (this.#active) this.#change("http");
	}

	#change(mode: Mode): void {
		this.#active = mode === "https";
		this.#host.report?.({ event: "mode", mode });
		this.#device.onMode(mode);
	}

	/** One timer that looks when the owner's last request was, rather than a new timer with each request. */
	#watchIdle(ms: number): void {
		this.#idleTimer = this.#host.timers.once(() => {
			const left = this.#lastRequest + this.#idle - this.#host.clock.monotonic();
			if (left > 0) this.#watchIdle(left);
			else this.leave();
		}, ms);
	}

	/** Stops its timers. */
	#stop(): void {
		this.#host.timers.clear(this.#idleTimer);
		this.#host.timers.clear(this.#limitTimer);
	}
}
