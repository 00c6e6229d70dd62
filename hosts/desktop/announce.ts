import { randomFillSync } from "node:crypto";
import { MdnsResponder } from "../esp32/announce";
import type { Announce, AnnouncedService, Timers } from "../host";
import { type DatagramSocket, type Link, links, Multicast } from "./multicast";
import { desktopTime } from "./time";

/** ms for the goodbyes to leave at the end. */
const GOODBYE_TIME = 200;
/** ms between two looks for interfaces that have come or gone. */
const LOOK = 5_000;

export interface AnnounceOptions {
	/** In place of a new one. */
	socket?: DatagramSocket;
	links?(): Link[];
	timers?: Timers;
}

/**
 * Announces the device by multicast DNS (RFC 6762, 6763), as the chip does, on each interface with the address that it
 * has there. Where there is no multicast, or another program has the port for itself, `onProblem` hears of it once and
 * nothing else happens.
 */
export class MdnsAnnounce implements Announce {
	#onProblem: (message: string) => void;
	#options: AnnounceOptions;
	#timers: Timers;
	#multicast: Multicast | undefined;
	/** By the address of their links. */
	#announcers = new Map<string, MdnsResponder>();
	#published: AnnouncedService | undefined;
	#broken = false;
	#offline = false;
	#look: NodeJS.Timeout | undefined;

	constructor(onProblem: (message: string) => void, options: AnnounceOptions = {}) {
		this.#onProblem = onProblem;
		this.#options = options;
		this.#timers = options.timers ?? desktopTime(1, () => this.#fail());
	}

	publish(service: AnnouncedService): void {
		this.#published = { ...service };
		this.#announce();
	}

	withdraw(): void {
		this.#published = undefined;
		for (const announcer of this.#announcers.values()) announcer.withdraw();
	}

	/** The network is gone, and nobody hears a goodbye. */
	drop(): void {
		this.#offline = true;
		this.#leave();
		void this.#multicast?.close(false);
		this.#multicast = undefined;
	}

	/** It is back. */
	restore(): void {
		this.#offline = false;
		this.#announce();
	}

	/** Says goodbye and frees the port. */
	async close(): Promise<void> {
		this.withdraw();
		this.#leave();
		const multicast = this.#multicast;
		this.#multicast = undefined;
		if (!multicast) return;
		await new Promise<void>((resolve) => {
			setTimeout(resolve, GOODBYE_TIME).unref();
			void multicast.close(true).then(resolve);
		});
		await multicast.close(false);
	}

	/** On every link that there is now. */
	#announce(): void {
		const service = this.#published;
		if (!service || this.#broken || this.#offline) return;
		this.#multicast ??= new Multicast(() => this.#fail(), this.#options.socket);
		this.#look ??= setInterval(() => this.#announce(), LOOK).unref();
		const now = (this.#options.links ?? links)();
		for (const [address, announcer] of this.#announcers)
			if (!now.some((link) => link.address === address)) {
				announcer.offline();
				this.#announcers.delete(address);
			}
		for (const link of now) {
			const announcer = this.#announcers.get(link.address) ?? this.#open(this.#multicast, link);
			announcer.publish(service);
		}
	}

	#open(multicast: Multicast, link: Link): MdnsResponder {
		const announcer = new MdnsResponder({
			name: "Ambient16",
			open: multicast.on(link),
			timers: this.#timers,
			address: () => link.address,
			random: (count) => randomFillSync(new Uint8Array(count)),
			onException: () => this.#fail(),
		});
		this.#announcers.set(link.address, announcer);
		return announcer;
	}

	#leave(): void {
		clearInterval(this.#look);
		this.#look = undefined;
		for (const announcer of this.#announcers.values()) announcer.offline();
		this.#announcers.clear();
	}

	#fail(): void {
		if (this.#broken) return;
		this.#broken = true;
		this.#leave();
		void this.#multicast?.close(false);
		this.#onProblem("the device cannot be announced by mDNS here");
	}
}
