import type { Announce, AnnouncedService, Timer, Timers } from "../host";
import { guard, type OnException } from "../moddable/guard";
import type { OpenUdp, Udp } from "../moddable/io";
import { legacyResponse, MDNS_GROUP, MDNS_PORT, questionFor, response, type Zone } from "./mdns";

/** ms between the first two announcements (RFC 6762, 8.3). */
const AGAIN = 1_000;
/** ms that an answer waits, so that not all hosts answer at once (6): at least, and by chance up to so much more. */
const DELAY = 20;
const DELAY_SPREAD = 100;
/** ms that must be between two multicasts of the same records (6.2). */
const QUIET = 1_000;

export interface AnnounceOptions {
	/** The service is `<name> <udid>`, 63 bytes at most (RFC 6763, 4.1.1). */
	name: string;
	open: OpenUdp;
	timers: Timers;
	/** The device's IPv4 address; undefined while it has none. */
	address(): string | undefined;
	random(count: number): Uint8Array;
	onException: OnException;
}

/**
 * Says by multicast DNS where the device is. The names hold its udid and so are nobody else's: they are not probed
 * for (RFC 6762, 8.1). Every answer is the whole of it, which is one packet.
 */
export class MdnsResponder implements Announce {
	#options: AnnounceOptions;
	#service: AnnouncedService | undefined;
	#zone: Zone | undefined;
	#socket: Udp | undefined;
	#again: Timer;
	#answer: Timer;
	/** What is sent may not be sent again for now. */
	#quiet: Timer;

	constructor(options: AnnounceOptions) {
		this.#options = options;
	}

	publish(service: AnnouncedService): void {
		const known = this.#service;
		if (known && this.#zone && known.secure === service.secure && known.port === service.port) return;
		this.withdraw();
		this.#service = { ...service };
		this.#start();
	}

	withdraw(): void {
		this.#service = undefined;
		this.#stop();
	}

	/** The device has got an address, or another one. */
	online(): void {
		this.#stop();
		this.#start();
	}

	/** It has lost it. */
	offline(): void {
		this.#zone = undefined;
		this.#stop();
	}

	#start(): void {
		const address = this.#options.address();
		if (!this.#service || !address) return;
		const zone = zoneOf(this.#service, this.#options.name, address);
		try {
			const socket = this.#options.open({
				port: MDNS_PORT,
				onReadable: (packets) => guard(() => this.#read(packets), this.#options.onException),
			});
			this.#socket = socket;
			socket.add(MDNS_GROUP);
		} catch (error) {
			this.#options.onException(error);
			this.#stop();
			return;
		}
		this.#zone = zone;
		this.#send(response(zone), MDNS_GROUP, MDNS_PORT);
		this.#again = this.#options.timers.once(() => this.#multicast(), AGAIN);
	}

	#stop(): void {
		const { timers, onException } = this.#options;
		for (const timer of [this.#again, this.#answer, this.#quiet]) timers.clear(timer);
		this.#again = this.#answer = this.#quiet = undefined;
		const socket = this.#socket;
		if (this.#zone) this.#send(response(this.#zone, true), MDNS_GROUP, MDNS_PORT);
		this.#zone = undefined;
		this.#socket = undefined;
		if (socket) guard(() => socket.close(), onException);
	}

	#read(packets: number): void {
		for (let left = packets; left > 0; left--) {
			const packet = this.#socket?.read();
			const zone = this.#zone;
			if (!packet || !zone) return;
			const bytes = new Uint8Array(packet);
			const question = questionFor(zone, bytes);
			if (!question) continue;
			if (packet.port !== MDNS_PORT) this.#send(legacyResponse(zone, bytes), packet.address, packet.port);
			else if (question.unicast) this.#send(response(zone), packet.address, packet.port);
			else this.#multicastSoon();
		}
	}

	#multicastSoon(): void {
		if (this.#answer || this.#quiet) return;
		const [chance = 0] = this.#options.random(1);
		this.#answer = this.#options.timers.once(() => this.#multicast(), DELAY + (DELAY_SPREAD * chance) / 0xff);
	}

	#multicast(): void {
		this.#answer = undefined;
		if (!this.#zone) return;
		this.#send(response(this.#zone), MDNS_GROUP, MDNS_PORT);
		this.#options.timers.clear(this.#quiet);
		this.#quiet = this.#options.timers.once(() => {
			this.#quiet = undefined;
		}, QUIET);
	}

	/** What cannot be sent is left: whoever wants to know asks again. */
	#send(bytes: Uint8Array, address: string, port: number): void {
		guard(
			() => this.#socket?.write(bytes, address, port),
			() => {},
		);
	}
}

/** What is told of the service. */
function zoneOf(service: AnnouncedService, name: string, address: string): Zone {
	const { secure, port, udid, version, name: given } = service;
	return {
		host: `ambient16-${udid}.local`,
		address,
		instance: `${name} ${udid}`,
		types: ["_ambient16._tcp.local", secure ? "_https._tcp.local" : "_http._tcp.local"],
		port,
		txt: [`udid=${udid}`, `version=${version}`, "path=/", ...(given === undefined ? [] : [`name=${given}`])],
	};
}
