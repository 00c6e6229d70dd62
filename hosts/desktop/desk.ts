import type { Host } from "../host";
import type { DeskAction, HandAction } from "./action";
import { type DeskParts, DesktopHost } from "./desktop-host";
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
		if (parts.panel) parts.panel.onAction = (action) => this.act(action);
	}

	/** Switches it on. */
	start(): void {
		// Not within the call of the device that wants to start anew.
		const host = new DesktopHost(this.#parts, () => setImmediate(() => this.#restart(host)));
		this.#host = host;
		this.#parts.air?.reset();
		this.#device = this.#start(host);
	}

	/** Does what somebody at the desk asked for. */
	act(action: DeskAction): void {
		if ("power" in action) this.#power(action.power);
		else if ("network" in action) this.#network(action.network);
		else if ("router" in action) this.#parts.air?.moveRouter(action.router);
		else if ("newPassword" in action) this.#parts.air?.changePassword(action.newPassword);
		else if (this.#host) this.#touch(this.#host, action);
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
		this.#parts.panel?.close();
		await Promise.all([this.#stop(GRACE), this.#parts.announce.close()]);
		this.#parts.console.close();
	}

	#touch({ button, sensors }: DesktopHost, action: HandAction): void {
		if ("motion" in action) sensors.move(action.motion);
		else if ("breath" in action) {
			sensors.breathe();
			this.#parts.panel?.panel.breathe();
		} else if ("button" in action) {
			if (!button.press(action.button)) this.problem("the button is held already");
		} else if (action.pressed) button.hold();
		else button.release();
	}

	#network(plugged: boolean): void {
		const { cable, announce, panel } = this.#parts;
		if (plugged === cable.plugged) return;
		cable.plugged = plugged;
		if (plugged) announce.restore();
		else announce.drop();
		panel?.panel.touch({ network: plugged });
	}

	/** Without it, all that the device had in memory is lost, and nobody hears a goodbye. */
	#power(on: boolean): void {
		const { cable, announce, panel } = this.#parts;
		if (this.#closed || on === (this.#host !== undefined)) return;
		if (on) {
			panel?.panel.touch({ power: true });
			this.#parts.diagnostics.reset = "power";
			this.start();
			return;
		}
		this.#host?.die();
		cable.cut();
		announce.drop();
		void this.#stop(0);
		this.#host = undefined;
		this.#device = undefined;
		if (cable.plugged) announce.restore();
		panel?.panel.touch({ power: false });
	}

	#restart(host: DesktopHost): void {
		if (this.#closed || host !== this.#host) return;
		const { slots, running } = this.#parts;
		if (slots && slots.active !== running) {
			this.close().then(() => process.exit(EXIT_SWITCH));
			return;
		}
		void this.#stop(GRACE);
		this.#parts.diagnostics.reset = "restart";
		this.start();
	}

	#stop(grace: number): Promise<void> | undefined {
		try {
			this.#device?.close();
		} catch (error) {
			this.problem(describe(error));
		}
		return this.#host?.close(grace);
	}
}
