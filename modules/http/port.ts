import type { Network, Timer } from "../../hosts/host";
import { RETRY_TIME } from "../limits";
import type { Handler } from "./message";
import { HttpServer } from "./server";

export interface PortOptions {
	network: Network;
	handle: Handler;
	/** For HTTPS; opening fails while it returns undefined. */
	identity?: () => Uint8Array | undefined;
	/** Whether there is memory for long bodies over HTTPS at present; otherwise they are as over plain HTTP. */
	hasRoom?: () => boolean;
	/** The port is open now. */
	onOpen(): void;
	/** It could not be opened, or broke. */
	onProblem(message: string): void;
}

/** A port of the device that stays open as long as it is wanted, and is tried again when it fails. */
export class Port {
	#options: PortOptions;
	#server: HttpServer | undefined;
	#number: number | undefined;
	#wanted = false;
	#retry: Timer;
	#waiting: ((error?: string) => void) | undefined;

	constructor(options: PortOptions) {
		this.#options = options;
	}

	/** The number under which it is open, undefined while it is not. */
	get number(): number | undefined {
		return this.#number;
	}

	/** How many connections it has. */
	get connections(): number {
		return this.#server?.connections ?? 0;
	}

	/** Somebody wants it open, whether it is or not. */
	get isWanted(): boolean {
		return this.#wanted || this.#server !== undefined;
	}

	/** Opens it and keeps at it. */
	open(): void {
		this.#wanted = true;
		if (!this.#server) this.#listen();
	}

	/** Opens it if that goes at the first try; `done` is called once, with the reason if it did not. */
	tryOpen(done: (error?: string) => void): void {
		if (this.#number !== undefined) done();
		else if (this.#waiting) done("the port is being opened already");
		else {
			this.#waiting = done;
			if (!this.#server) this.#listen();
		}
	}

	/** Closes it and its connections; answers under way are still sent. */
	close(): void {
		this.#wanted = false;
		this.#drop("the port was closed");
	}

	#listen(): void {
		const { network, handle, identity, hasRoom, onOpen } = this.#options;
		network.timers.clear(this.#retry);
		const key = identity?.();
		if (identity && !key) {
			this.#failed("there is no certificate yet");
			return;
		}
		let failed = false;
		const server = new HttpServer({
			network,
			handle,
			...(key && { identity: key }),
			...(hasRoom && { hasRoom }),
			onListening: (port) => {
				if (this.#server !== server) return;
				this.#number = port;
				onOpen();
				this.#settle();
			},
			onError: (message) => {
				// It may fail before there is a server to compare with.
				if (failed || (this.#server && this.#server !== server)) return;
				failed = true;
				this.#failed(message);
			},
		});
		if (!failed) this.#server = server;
	}

	#failed(message: string): void {
		this.#drop(message);
		this.#options.onProblem(message);
		if (this.#wanted) this.#retry = this.#options.network.timers.once(() => this.#listen(), RETRY_TIME);
	}

	#drop(reason: string): void {
		this.#options.network.timers.clear(this.#retry);
		const server = this.#server;
		this.#server = undefined;
		this.#number = undefined;
		server?.close();
		this.#settle(reason);
	}

	#settle(error?: string): void {
		const waiting = this.#waiting;
		this.#waiting = undefined;
		waiting?.(error);
	}
}
