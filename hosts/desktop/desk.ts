import type { Host } from "../host";
import { type DeskParts, DesktopHost } from "./desktop-host";
import type { Action } from "./input";
import { describe } from "./problem";
import { EXIT_SWITCH } from "./slots";

/** ms that open connections have at the end. */
const GRACE = 300;

/** A device at a desk: runs it, starts it anew, ends it. */
export class Desk {
	#parts: DeskParts;
	#start: (host: Host) => { close(): void };
	#host: DesktopHost | undefined;
	#device: { close(): void } | undefined;
	#closed = false;

	/** `start` makes the device. */
	constructor(parts: DeskParts, start: (host: Host) => { close(): void }) {
		this.#parts = parts;
		this.#start = start;
	}

	/** Switches it on. */
	start(): void {
		// Not within the call of the device that wants to start anew.
		const host = new DesktopHost(this.#parts, () => setImmediate(() => this.#restart(host)));
		this.#host = host;
		this.#device = this.#start(host);
	}

	/** Does what somebody at the desk asked for. */
	act(action: Exclude<Action, { quit: true }>): void {
		if ("motion" in action) this.#host?.sensors.move(action.motion);
		else if (this.#host?.button.press(action.button) === false) this.problem("the button is held already");
	}

	/** Tells of a problem of the desk's own. */
	problem(message: string): void {
		const event = { event: "problem", message } as const;
		if (this.#host) this.#host.report(event);
		else this.#parts.console.event(event);
	}

	/** Ends it and leaves nothing running. The second call does not wait for anything. */
	async close(): Promise<void> {
		if (this.#closed) return;
		this.#closed = true;
		await Promise.all([this.#stop(), this.#parts.announce.close()]);
		this.#parts.console.close();
	}

	#restart(host: DesktopHost): void {
		if (this.#closed || host !== this.#host) return;
		const { slots, running } = this.#parts;
		if (slots && slots.active !== running) {
			this.close().then(() => process.exit(EXIT_SWITCH));
			return;
		}
		void this.#stop();
		this.start();
	}

	#stop(): Promise<void> | undefined {
		try {
			this.#device?.close();
		} catch (error) {
			this.problem(describe(error));
		}
		return this.#host?.close(GRACE);
	}
}
