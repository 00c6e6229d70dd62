import { guard, type OnException } from "../moddable/guard";
import type { OpenUdp, Udp } from "../moddable/io";
import { answerDns } from "./dns";

const PORT = 53;
/** Queries that are answered in a turn. Others wait, or are lost: a phone asks again. */
const QUERIES = 8;

export interface CaptiveDnsOptions {
	open: OpenUdp;
	/** Of the access point, which is the first of its network of 254. */
	address: string;
	onException: OnException;
}

/** Tells the phones in the access point that every name is the device, so that they open its page by themselves. */
export class CaptiveDns {
	readonly #options: CaptiveDnsOptions;
	#socket: Udp | undefined;

	constructor(options: CaptiveDnsOptions) {
		this.#options = options;
	}

	/** Does nothing where the port cannot be opened: the page can be opened by its address all the same. */
	open(): void {
		this.close();
		const { open, onException } = this.#options;
		guard(() => {
			this.#socket = open({
				port: PORT,
				onReadable: (packets) => guard(() => this.#read(packets), onException),
			});
		}, onException);
	}

	close(): void {
		const socket = this.#socket;
		this.#socket = undefined;
		if (socket) guard(() => socket.close(), this.#options.onException);
	}

	#read(packets: number): void {
		const { address } = this.#options;
		const network = address.slice(0, address.lastIndexOf(".") + 1);
		for (let i = 0; i < packets; i++) {
			const packet = this.#socket?.read();
			if (!packet) return;
			// Nobody outside the access point is answered, whose own network the station may be in.
			if (i >= QUERIES || !packet.address.startsWith(network)) continue;
			const answer = answerDns(new Uint8Array(packet), address.split(".").map(Number));
			// What cannot be sent is left: a phone asks again.
			if (answer) this.#socket?.write(answer, packet.address, packet.port);
		}
	}
}
