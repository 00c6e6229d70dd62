import type { Socket } from "node:net";
import { type Dial, dial } from "./dial";
import { Failure } from "./failure";

/** The network cable of a device at a desk. While it is out, nothing gets in or out. */
export class Cable {
	#plugged = true;
	#sockets = new Set<Socket>();
	/** What ends each connection that is being made. */
	#attempts = new Set<() => void>();

	get plugged(): boolean {
		return this.#plugged;
	}

	set plugged(plugged: boolean) {
		this.#plugged = plugged;
		if (!plugged) this.cut();
	}

	/** Whether a connection could come in; if not it is ended. */
	admit(socket: Socket): boolean {
		if (this.#plugged) {
			this.#keep(socket);
			return true;
		}
		socket.on("error", () => {});
		socket.destroy();
		return false;
	}

	/** As `dial` does. */
	readonly dial: Dial = (to, options, done) => {
		let open = true;
		const finish = (error: unknown, socket?: Socket) => {
			this.#attempts.delete(cut);
			if (!open) return;
			open = false;
			if (socket) this.#keep(socket);
			done(error, socket);
		};
		const hangUp = this.#plugged ? dial(to, options, finish) : () => {};
		const cut = () => {
			if (open) hangUp();
			finish(new Failure("the network is unplugged"));
		};
		this.#attempts.add(cut);
		if (!this.#plugged) setImmediate(cut);
		return () => {
			open = false;
			this.#attempts.delete(cut);
			hangUp();
		};
	};

	/** Ends every connection, and nobody hears a goodbye. */
	cut(): void {
		for (const cut of this.#attempts) cut();
		for (const socket of this.#sockets) socket.destroy();
	}

	#keep(socket: Socket): void {
		this.#sockets.add(socket);
		socket.on("close", () => this.#sockets.delete(socket));
	}
}
