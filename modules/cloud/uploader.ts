import { Backoff } from "../../common/backoff";
import type { Host, Timer } from "../../hosts/host";
import { BACKOFF_FIRST, BACKOFF_MOST, POINT_LINE, POST_TIME, RETRY_AFTER_MOST } from "../limits";
import { reach } from "../net/home";
import { HttpClient } from "../net/http-client";
import type { Point } from "../sensing/point";
import { collectAnswer, type DatabaseAnswer } from "./database-answer";
import { type InfluxSettings, retryAfter, secretsOf, type WriteRequest, writeRequest } from "./influx";
import { lineOf } from "./line-protocol";
import type { PointLog } from "./point-log";

type UploaderHost = Pick<Host, "udid" | "network" | "random">;

export interface UploaderDevice {
	/** Sending began to fail for this reason; not repeated while the reason stays. */
	onProblem(message: string): void;
	/** An answer has come, or none: points were sent or not. */
	onUpload(): void;
}

/**
 * Sends the points that wait to the database, the oldest first, in batches. What the database has taken is
 * released; what it has not stays, and is tried again ever more seldom.
 */
export class Uploader {
	readonly #host: UploaderHost;
	readonly #log: PointLog;
	readonly #device: UploaderDevice;
	readonly #backoff: Backoff;
	/** The database: how to write to it, and the connection to it. */
	#target: Target | undefined;
	#suspended = false;
	/** Points in one upload, at most and at present. */
	readonly #most: number;
	#batch: number;
	/** The newest point is offered, to see whether the database takes any. */
	#probing = false;
	/** It does, and has been asked since it refused one. */
	#proven = false;
	/** Points that it has refused one by one since it took one, and the number of the first after them. */
	#suspects = 0;
	#from = 0;
	#busy = false;
	#retry: Timer;
	#waiting = false;
	/** What is wrong, and with it what the database said. */
	#reason: string | undefined;
	#error: string | undefined;
	#sent = 0;
	#refused = 0;

	constructor(host: UploaderHost, log: PointLog, device: UploaderDevice) {
		this.#host = host;
		this.#log = log;
		this.#device = device;
		this.#backoff = new Backoff(host, BACKOFF_FIRST, BACKOFF_MOST);
		this.#most = Math.floor(host.network.maxUpload / POINT_LINE);
		this.#batch = this.#most;
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
		this.#target = settings ? targetOf(settings, this.#host.network) : undefined;
		this.#well();
		this.#backoff.reset();
		this.#batch = this.#most;
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
		const target = this.#target;
		if (this.#suspended || !target || this.#busy || this.#waiting) return;
		const { client, request } = target;
		let lines = "";
		let count = 0;
		const last = this.#read((point) => {
			lines += `${count++ === 0 ? "" : "\n"}${lineOf(this.#host.udid, point)}`;
		});
		// A chip has room for few connections; the next point is seconds away.
		if (count === 0) {
			client.close();
			return;
		}
		const body = new TextEncoder().encode(lines);
		this.#busy = true;
		const done = (answer: DatabaseAnswer) => {
			this.#busy = false;
			this.#judge(answer, count, last);
			this.#device.onUpload();
		};
		client.send(
			{ method: "POST", target: request.target, headers: request.headers, body },
			collectAnswer(client, () => secretsOf(target.settings), done),
		);
	}

	/** Reads what is to be sent next; returns the number of the last. */
	#read(take: (point: Point) => void): number {
		const log = this.#log;
		let last = -1;
		try {
			log.read(this.#probing ? 1 : this.#batch, this.#probing ? log.last : this.#from, (point, number) => {
				take(point);
				last = number;
			});
		} catch {
			this.#device.onProblem("the storage of points could not be read");
		}
		return last;
	}

	/**
	 * A point is dropped only if it is refused alone, and another one is taken before and after: whatever stands in for
	 * the database with its 400 (a server that speaks TLS and is spoken to without, a proxy) is not to have all of them
	 * thrown away, be it at once or later on.
	 */
	#judge(answer: DatabaseAnswer, count: number, last: number): void {
		if (answer.status === undefined) {
			this.#later(answer.error, "", 0);
			return;
		}
		const { status, text } = answer;
		const refused = status === 400 || status === 422;
		if (this.#probing && status >= 200 && status < 300) {
			this.#probing = false;
			this.#proven = true;
			if (this.#suspects > 0) this.#release(this.#from - 1);
			else this.#next();
		} else if (status >= 200 && status < 300) {
			this.#proven = false;
			this.#sent += count;
			this.#well();
			this.#backoff.reset();
			this.#batch = Math.min(this.#batch * 2, this.#most);
			this.#release(last);
		} else if ((refused || status === 413) && count > 1) {
			// One of them is not to its liking: the halves will tell which.
			this.#batch = Math.ceil(count / 2);
			this.#next();
		} else if (refused && this.#proven && !this.#probing) {
			this.#suspects++;
			this.#from = last + 1;
			this.#probing = this.#suspects === this.#most;
			this.#next();
		} else if (refused && !this.#probing && last < this.#log.last) {
			this.#probing = true;
			this.#next();
		} else {
			this.#later(reasonOf(answer), text, retryAfter(answer.retryAfter, this.#host.network.clock));
		}
	}

	/** All up to `last` are done with: taken, or refused where others were taken. */
	#release(last: number): void {
		this.#refused += this.#suspects;
		this.#suspects = this.#from = 0;
		try {
			this.#log.release(last + 1);
		} catch {
			this.#device.onProblem("the storage of points could not be written");
		}
		this.#next();
	}

	/** `text`: what the database said. */
	#later(reason: string, text: string, least: number): void {
		this.#target?.client.close();
		this.#error = text === "" ? reason : `${reason}: ${text}`;
		if (reason !== this.#reason) this.#device.onProblem(`database: ${this.#error}`);
		this.#reason = reason;
		this.#doubt();
		this.#waiting = true;
		const wait = Math.max(this.#backoff.next(), Math.min(least, RETRY_AFTER_MOST));
		this.#retry = this.#host.network.timers.once(() => {
			this.#waiting = false;
			this.#next();
		}, wait);
	}

	#well(): void {
		this.#reason = undefined;
		this.#error = undefined;
	}

	/** What was found out of the database counts no more. */
	#doubt(): void {
		this.#probing = false;
		this.#proven = false;
		this.#suspects = this.#from = 0;
	}

	#stop(): void {
		this.#doubt();
		this.#target?.client.close();
		this.#busy = false;
		this.#waiting = false;
		this.#host.network.timers.clear(this.#retry);
	}
}

interface Target {
	client: HttpClient;
	request: WriteRequest;
	/** What is in it is never to be shown, whoever says it. */
	settings: InfluxSettings;
}

function targetOf(settings: InfluxSettings, network: Host["network"]): Target | undefined {
	const request = writeRequest(settings);
	if (!request) return undefined;
	const to = reach(request.endpoint, settings.trust);
	const client = new HttpClient({ network, to, silence: POST_TIME, most: POST_TIME });
	return { client, request, settings };
}

function reasonOf({ status, text }: { status: number; text: string }): string {
	// As servers of TLS answer who speaks HTTP to them without (Go, nginx).
	if (status === 400 && text.includes("HTTPS")) return "TLS is spoken there (400)";
	if (status === 401 || status === 403) return `it refuses the credentials (${status})`;
	if (status === 404) return "it does not know the database or bucket (404)";
	if (status === 429) return "it asks for patience (429)";
	if (status >= 300 && status < 400) return `it points elsewhere (${status}), which is not followed`;
	if (status === 400 || status === 422) return `it refuses every point (${status})`;
	return `it answers ${status}`;
}
