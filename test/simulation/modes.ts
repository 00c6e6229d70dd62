import { ACCESS_POINT_GRACE, ACCESS_POINT_TIME } from "../../modules/limits";
import { LATENESS } from "./clock";
import type { Machine } from "./machine";

/** ms, of docs/protocol.md: not taken from the firmware, which it is held to. */
const TOKEN_LIFE = 3_600_000;

/** What lasts a bounded time: the token, HTTPS mode, the access point of a device with an owner. */
export class Modes {
	readonly #machine: Machine;
	/** There is an owner, whose network is known. */
	readonly #isAtHome: () => boolean;
	#token = { value: "", since: 0 };
	/** Something happened in this callback after which the token has to be another. */
	#cause = false;
	/** The age of the token that was replaced in this callback. */
	#replacedAt: number | undefined;
	#mode: "http" | "https" = "http";
	/** ms: when HTTPS mode began or ended last; the other port opens some moments later. */
	changedAt = 0;
	#httpsSince = 0;
	#httpsEnd = Number.POSITIVE_INFINITY;
	#openSince: number | undefined;
	#visitedAt = Number.NEGATIVE_INFINITY;

	constructor(machine: Machine, isAtHome: () => boolean) {
		this.#machine = machine;
		this.#isAtHome = isAtHome;
	}

	/** ms that HTTPS mode has lasted; undefined: it is off. */
	get secured(): number | undefined {
		return this.#mode === "https" ? this.#machine.world.now - this.#httpsSince : undefined;
	}

	started(): void {
		this.#cause = true;
		this.#replacedAt = undefined;
		this.#token.since = this.#machine.world.now;
		this.#mode = "http";
		this.#httpsEnd = Number.POSITIVE_INFINITY;
		this.#openSince = undefined;
	}

	token(value: string): void {
		const { world } = this.#machine;
		if (value === this.#token.value) world.violate("the token is the one before");
		this.#replacedAt ??= world.now - this.#token.since;
		this.#token = { value, since: world.now };
	}

	/** The token has to be another after this callback. */
	renews(): void {
		this.#cause = true;
	}

	mode(mode: "http" | "https"): void {
		const { world } = this.#machine;
		this.#mode = mode;
		this.changedAt = world.now;
		world.count(`state: ${mode} mode`);
		if (mode === "https") {
			this.#httpsSince = world.now;
			this.renews();
		}
	}

	https(limit: number): void {
		this.#httpsEnd = this.#machine.world.now + limit * 1000;
	}

	/** The owner did something that opens the access point anew. */
	visited(): void {
		this.#visitedAt = this.#machine.world.now;
		if (this.#openSince !== undefined) this.#openSince = this.#visitedAt;
	}

	check(): void {
		const { world, current } = this.#machine;
		this.#checkToken();
		if (this.#mode === "https" && world.now > this.#httpsEnd + LATENESS)
			world.violate("HTTPS mode does not end");
		const isOpen = current?.radio.accessPoint && this.#isAtHome() && !this.#machine.faults.radio;
		if (!isOpen) this.#openSince = undefined;
		else this.#openSince ??= world.now;
		if (this.#openSince === undefined) return;
		const { now } = world;
		const joined = current?.radio.joinedAt;
		const isDue =
			now - this.#openSince > 2 * ACCESS_POINT_TIME + 120_000 ||
			// In its network it stays for a minute, unless the button was pressed; and for another try if the radio refused.
			(joined !== undefined &&
				now - Math.max(joined, this.#openSince) > 2 * ACCESS_POINT_GRACE + 2_000 &&
				now - this.#visitedAt > ACCESS_POINT_TIME + 2_000);
		if (isDue) world.violate("the access point of a device with an owner stays open");
	}

	#checkToken(): void {
		const { world, slots } = this.#machine;
		const replaced = this.#replacedAt;
		const isCaused = this.#cause;
		this.#cause = false;
		this.#replacedAt = undefined;
		if (slots.running?.kind === "hang") return;
		if (isCaused && replaced === undefined) world.violate("the token was not replaced");
		if (world.now - this.#token.since > TOKEN_LIFE + LATENESS)
			world.violate("the token lives for more than an hour");
		if (replaced === undefined || isCaused) return;
		if (replaced < TOKEN_LIFE || replaced > TOKEN_LIFE + LATENESS)
			world.violate(`the token is replaced after ${replaced} ms`);
		world.count("state: token's hour over");
	}
}
