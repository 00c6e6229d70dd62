import { Bonjour } from "bonjour-service";
import type { Announce } from "../host";

type Published = Parameters<Announce["publish"]>[0];

/** ms for the goodbyes to leave at the end. */
const GOODBYE_TIME = 200;

/**
 * Announces the device by multicast DNS (RFC 6762, 6763). Where there is no multicast, or another program has
 * the port for itself, `onProblem` hears of it once and nothing else happens. `options` are multicast-dns's.
 */
export class MdnsAnnounce implements Announce {
	#onProblem: (message: string) => void;
	#options: object;
	#bonjour: Bonjour | undefined;
	#published: Published | undefined;
	#broken = false;
	#offline = false;

	constructor(onProblem: (message: string) => void, options: object = {}) {
		this.#onProblem = onProblem;
		this.#options = options;
	}

	publish(service: Published): void {
		if (this.#broken || isSame(service, this.#published)) return;
		this.withdraw();
		this.#published = { ...service };
		this.#announce(service);
	}

	withdraw(): void {
		if (!this.#published) return;
		this.#published = undefined;
		this.#attempt(() => this.#bonjour?.unpublishAll());
	}

	/** The network is gone, and nobody hears a goodbye. */
	drop(): void {
		this.#offline = true;
		const bonjour = this.#bonjour;
		this.#bonjour = undefined;
		this.#attempt(() => bonjour?.destroy());
	}

	/** It is back. */
	restore(): void {
		this.#offline = false;
		if (this.#published) this.#announce(this.#published);
	}

	/** Says goodbye and frees the port. */
	async close(): Promise<void> {
		this.#published = undefined;
		const bonjour = this.#bonjour;
		this.#bonjour = undefined;
		if (!bonjour) return;
		await new Promise<void>((resolve) => {
			setTimeout(resolve, GOODBYE_TIME).unref();
			this.#attempt(() => bonjour.unpublishAll(() => resolve()));
		});
		this.#attempt(() => bonjour.destroy());
	}

	#announce({ secure, port, udid, version }: Published): void {
		if (this.#offline) return;
		this.#attempt(() => {
			this.#bonjour ??= this.#open();
			for (const type of ["ambient16", secure ? "https" : "http"])
				this.#bonjour.publish({
					name: `Ambient16 ${udid}`,
					host: `ambient16-${udid}.local`,
					type,
					port,
					txt: { udid, version, path: "/" },
					// The udid is in every name, so that there is nobody to ask whether it is taken.
					probe: false,
				});
		});
	}

	#open(): Bonjour {
		const bonjour = new Bonjour(this.#options, () => this.#fail());
		// The library leaves these to whoever looks inside, and an unheard "error" ends the process.
		const { mdns } = (bonjour as unknown as { server: { mdns: NodeJS.EventEmitter } }).server;
		mdns.on("error", () => this.#fail());
		return bonjour;
	}

	#attempt(action: () => void): void {
		try {
			action();
		} catch {
			this.#fail();
		}
	}

	#fail(): void {
		if (this.#broken) return;
		this.#broken = true;
		this.#onProblem("the device cannot be announced by mDNS here");
	}
}

function isSame(a: Published, b: Published | undefined): boolean {
	return a.secure === b?.secure && a.port === b.port && a.udid === b.udid && a.version === b.version;
}
