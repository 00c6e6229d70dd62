import type { Host, PostResult, Timer } from "../../hosts/host";
import { BACKOFF_FIRST, BACKOFF_MOST, BATCH_POINTS, POST_TIME, RETRY_AFTER_MOST } from "../limits";
import { Backoff } from "../net/backoff";
import { isHomeAddress } from "../net/home";
import { type InfluxSettings, retryAfter, writeRequest } from "./influx";
import { lineOf } from "./line-protocol";
import type { Point } from "./point";
import type { PointLog } from "./point-log";

export interface UploaderOptions {
	host: Pick<Host, "udid" | "network" | "random">;
	log: PointLog;
	/** Sending began to fail for this reason; not repeated while the reason stays. */
	onProblem(message: string): void;
	/** An answer has come, or none: points were sent or not. */
	onChange?(): void;
}

/**
 * Sends the points that wait to the database, the oldest first, in batches. What the database has taken is
 * released; what it has not stays, and is tried again ever more seldom.
 */
export class Uploader {
	readonly #host: UploaderOptions["host"];
	readonly #log: PointLog;
	readonly #onProblem: (message: string) => void;
	readonly #onChange: UploaderOptions["onChange"];
	readonly #backoff: Backoff;
	#settings: InfluxSettings | null = null;
	#suspended = false;
	#batch = BATCH_POINTS;
	/** The newest point is offered, to see whether the database takes any. */
	#probing = false;
	/** It does, and has been asked since it refused one. */
	#proven = false;
	#cancel: (() => void) | undefined;
	#retry: Timer;
	#waiting = false;
	#error: string | undefined;
	#sent = 0;
	#refused = 0;

	constructor({ host, log, onProblem, onChange }: UploaderOptions) {
		this.#host = host;
		this.#log = log;
		this.#onProblem = onProblem;
		this.#onChange = onChange;
		this.#backoff = new Backoff(host, BACKOFF_FIRST, BACKOFF_MOST);
	}

	/** Why nothing is sent at present; undefined if all is well. */
	get error(): string | undefined {
		return this.#error;
	}

	/** Points that the database has taken since the start. */
	get sent(): number {
		return this.#sent;
	}

	/** Points that the database would not take as they are, and that were dropped for it, since the start. */
	get refused(): number {
		return this.#refused;
	}

	/** Sends to another database from now on, or to none. What waits, waits. */
	configure(settings: InfluxSettings | null): void {
		this.#stop();
		this.#settings = settings;
		this.#error = undefined;
		this.#backoff.reset();
		this.#batch = BATCH_POINTS;
		this.#next();
	}

	/** There is a new point. */
	wake(): void {
		this.#next();
	}

	/** Ends what is under way and sends nothing until `resume`. */
	suspend(): void {
		this.#suspended = true;
		this.#stop();
	}

	resume(): void {
		this.#suspended = false;
		this.#next();
	}

	close(): void {
		this.suspend();
	}

	#next(): void {
		const { network, udid } = this.#host;
		if (this.#suspended || !this.#settings || this.#cancel || this.#waiting || !network.post) return;
		const request = writeRequest(this.#settings);
		if (!request) return;
		const lines: string[] = [];
		const last = this.#read((point) => lines.push(lineOf(udid, point)));
		const count = lines.length;
		if (count === 0) return;
		const { endpoint, target, headers } = request;
		const body = new TextEncoder().encode(lines.join("\n"));
		this.#cancel = network.post(
			{
				endpoint,
				target,
				headers,
				body,
				trust: this.#settings.trust,
				// Without TLS nothing leaves the home, whatever a name resolves to by now.
				allowAddress: (address) => endpoint.secure || isHomeAddress(address),
				timeout: POST_TIME,
			},
			(result) => {
				this.#cancel = undefined;
				this.#judge(result, count, last);
				this.#onChange?.();
			},
		);
	}

	/** Reads what is to be sent next; returns the number of the last. */
	#read(take: (point: Point) => void): number {
		const log = this.#log;
		let last = -1;
		try {
			log.read(this.#probing ? 1 : this.#batch, this.#probing ? log.last : 0, (point, number) => {
				take(point);
				last = number;
			});
		} catch {
			this.#onProblem("the storage of points could not be read");
		}
		return last;
	}

	/**
	 * A point is dropped only if it is refused alone and another one is taken: whatever stands in for the database
	 * with its 400 (a server that speaks TLS and is spoken to without, a proxy) is not to have all of them thrown away.
	 */
	#judge(result: PostResult, count: number, last: number): void {
		if (result.status === undefined) {
			this.#later(result.error, 0);
			return;
		}
		const { status } = result;
		const refused = status === 400 || status === 422;
		if (this.#probing && status >= 200 && status < 300) {
			this.#probing = false;
			this.#proven = true;
			this.#next();
		} else if (status >= 200 && status < 300) {
			this.#proven = false;
			this.#sent += count;
			this.#error = undefined;
			this.#backoff.reset();
			this.#batch = Math.min(this.#batch * 2, BATCH_POINTS);
			this.#release(last);
		} else if ((refused || status === 413) && count > 1) {
			// One of them is not to its liking: the halves will tell which.
			this.#batch = Math.ceil(count / 2);
			this.#next();
		} else if (refused && this.#proven) {
			this.#refused++;
			this.#release(last);
		} else if (refused && !this.#probing && last < this.#log.last) {
			this.#probing = true;
			this.#next();
		} else {
			this.#later(reason(status), retryAfter(result.retryAfter, this.#host.network.clock));
		}
	}

	#release(last: number): void {
		try {
			this.#log.release(last + 1);
		} catch {
			this.#onProblem("the storage of points could not be written");
		}
		this.#next();
	}

	#later(error: string, least: number): void {
		if (error !== this.#error) this.#onProblem(`database: ${error}`);
		this.#error = error;
		this.#doubt();
		this.#waiting = true;
		const wait = Math.max(this.#backoff.next(), Math.min(least, RETRY_AFTER_MOST));
		this.#retry = this.#host.network.timers.once(() => {
			this.#waiting = false;
			this.#next();
		}, wait);
	}

	/** What was found out of the database counts no more. */
	#doubt(): void {
		this.#probing = false;
		this.#proven = false;
	}

	#stop(): void {
		this.#doubt();
		this.#cancel?.();
		this.#cancel = undefined;
		this.#waiting = false;
		this.#host.network.timers.clear(this.#retry);
	}
}

function reason(status: number): string {
	if (status === 401 || status === 403) return `it refuses the credentials (${status})`;
	if (status === 404) return "it does not know the database or bucket (404)";
	if (status === 429) return "it asks for patience (429)";
	if (status >= 300 && status < 400) return `it points elsewhere (${status}), which is not followed`;
	if (status === 400 || status === 422) return `it refuses every point (${status})`;
	return `it answers ${status}`;
}
