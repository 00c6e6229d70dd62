import { createSocket } from "node:dgram";
import { traceOf } from "../support/traces";
import { pause } from "./rule";
import type { Endpoint } from "./wire";

/** Wrong proofs that one address may send within a minute without being locked out: one below the limit. */
const HARMLESS = 9;
const MINUTE = 61_000;
/** A TLS handshake takes a board as long as so many of its `GET /`, give or take. */
const EXCHANGES = 30;
/** Seconds. */
const LONGEST_SLACK = 30;

/** The device under test: what is known of it, and what it has said. */
export class Subject {
	readonly http: Endpoint;
	readonly https: Endpoint | undefined;
	udid = "";
	uuid: string | undefined;
	/** It had an owner when the suite came. */
	wasPaired = false;
	/** It had no owner, and the suite has paired it. */
	ours = false;
	/** How many connections it holds at a time, as far as the suite can tell. */
	capacity = 1;
	/** The longest that a `GET /` took when the suite came, in seconds. */
	lag = 0;
	/** Every UUID that it has ever been told. */
	readonly secrets = new Set<string>();
	#said = new Map<number, Buffer[]>();
	#connections = 0;
	#nonce = 0;
	#signing: Promise<unknown> = Promise.resolve();
	#wrong: number[] = [];
	#aliases: boolean | undefined;
	#alias = 0;
	#aliasUses = HARMLESS;

	constructor(http: Endpoint, https: Endpoint | undefined) {
		this.http = http;
		this.https = https;
	}

	/** Seconds within which something must happen that a fast device does in `seconds`. */
	slack(seconds: number): number {
		return seconds + Math.min(LONGEST_SLACK, EXCHANGES * this.lag);
	}

	/** Where to put what the device says on one more connection. */
	tap(): (bytes: Buffer) => void {
		const said: Buffer[] = [];
		this.#said.set(this.#connections++, said);
		return (bytes) => void said.push(bytes);
	}

	/** The form in which the device has let out a UUID, undefined if it has not. */
	leak(): string | undefined {
		for (const said of this.#said.values()) {
			const text = Buffer.concat(said).toString("latin1");
			for (const secret of this.secrets) {
				const form = traceOf(secret, text);
				if (form) return form;
			}
		}
		return undefined;
	}

	/** How many bytes the device has said. */
	get volume(): number {
		let volume = 0;
		for (const said of this.#said.values()) for (const bytes of said) volume += bytes.length;
		return volume;
	}

	/** Lets nobody else sign until `task` is done, since counters must arrive as they rise. */
	async signing<T>(task: (nonce: () => number) => Promise<T>): Promise<T> {
		const turn = this.#signing.then(() =>
			task(() => {
				this.#nonce = Math.max(this.#nonce + 1, Date.now());
				return this.#nonce;
			}),
		);
		this.#signing = turn.catch(() => {});
		return turn;
	}

	/**
	 * The source address for one wrong proof, so that the suite is never locked out itself: on a loopback
	 * interface ever new ones; elsewhere its own, and it waits when that has sent too many.
	 */
	async impostor(): Promise<string | undefined> {
		if (await this.hasAliases()) {
			if (this.#aliasUses++ >= HARMLESS) {
				this.#aliasUses = 1;
				this.#alias = 0;
			}
			this.#alias ||= randomAlias();
			return alias(this.#alias);
		}
		const now = performance.now();
		this.#wrong = this.#wrong.filter((sent) => sent + MINUTE > now);
		if (this.#wrong.length >= HARMLESS) {
			await pause((this.#wrong.at(-1) as number) + MINUTE - now);
			this.#wrong = [];
		}
		this.#wrong.push(performance.now());
		return undefined;
	}

	/** A source address that nobody has used, where the suite has more than one. */
	async stranger(): Promise<string | undefined> {
		return (await this.hasAliases()) ? alias(randomAlias()) : undefined;
	}

	/** Whether this machine can speak from many addresses: on the loopback network of Linux it can. */
	async hasAliases(): Promise<boolean> {
		this.#aliases ??= this.http.host.startsWith("127.") && (await canBind("127.8.8.8"));
		return this.#aliases;
	}
}

function randomAlias(): number {
	return 0x7f010000 + Math.floor(Math.random() * 0xfe0000);
}

function alias(address: number): string {
	return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join(".");
}

function canBind(address: string): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = createSocket("udp4");
		socket.on("error", () => {
			socket.close();
			resolve(false);
		});
		socket.bind(0, address, () => {
			socket.close();
			resolve(true);
		});
	});
}
