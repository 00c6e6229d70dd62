import { isIPv6 } from "node:net";
import { BUCKETS } from "../limits";

/** How many failures there may be within a time (ms). */
export interface Allowance {
	failures: number;
	within: number;
}

/** Counts failures by who they are of. */
export class Limiter {
	#allowance: Allowance;
	#clock: () => number;
	/** When failures were, by whose; those that failed last are last. */
	#failures = new Map<string, number[]>();

	constructor(allowance: Allowance, clock: () => number) {
		this.#allowance = allowance;
		this.#clock = clock;
	}

	/** Seconds until this one may try again; 0: now. */
	wait(who: string): number {
		const { failures, within } = this.#allowance;
		const recent = this.#recent(who);
		const oldest = recent.at(-failures);
		return oldest === undefined ? 0 : Math.ceil((oldest + within - this.#clock()) / 1000);
	}

	count(who: string): void {
		const recent = [...this.#recent(who), this.#clock()].slice(-this.#allowance.failures);
		this.#failures.delete(who);
		this.#failures.set(who, recent);
		if (this.#failures.size > BUCKETS) this.#failures.delete(this.#failures.keys().next().value as string);
	}

	clear(who: string): void {
		this.#failures.delete(who);
	}

	#recent(who: string): number[] {
		const since = this.#clock() - this.#allowance.within;
		return (this.#failures.get(who) ?? []).filter((time) => time > since);
	}
}

/** Whom an address belongs to: with IPv6 a home has 2^64 of them. */
export function networkOf(address: string): string {
	const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
	if (mapped) return mapped[1] as string;
	if (!isIPv6(address)) return address;
	const [head = "", tail] = address.split("%", 1)[0]!.toLowerCase().split("::");
	const left = head === "" ? [] : head.split(":");
	const right = tail ? tail.split(":") : [];
	const missing = tail === undefined ? 0 : 8 - left.length - right.length;
	const groups = [...left, ...Array<string>(Math.max(0, missing)).fill("0"), ...right];
	return `${groups
		.slice(0, 4)
		.map((group) => group.replace(/^0+(?=.)/, ""))
		.join(":")}::/64`;
}
