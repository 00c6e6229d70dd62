import type { MqttConnection, MqttOptions, PostRequest, PostResult } from "../../hosts/host";

/** A database that takes what it is told to take. */
export class FakeDatabase {
	/** What it answers; by default it takes everything. */
	answer: (lines: string[]) => number | PostResult | undefined = () => 204;
	readonly requests: PostRequest[] = [];
	/** Time of each line that it has taken, in the order of arrival. */
	readonly taken: number[] = [];
	#pending: (() => void)[] = [];

	readonly post = (request: PostRequest, done: (result: PostResult) => void): (() => void) => {
		this.requests.push(request);
		let cancelled = false;
		this.#pending.push(() => {
			if (cancelled) return;
			const lines = new TextDecoder().decode(request.body).split("\n");
			const answer = this.answer(lines);
			if (answer === undefined) return;
			const result =
				typeof answer === "number" ? { status: answer, retryAfter: undefined, body: "" } : answer;
			if (result.status === 204) this.taken.push(...lines.map((line) => Number(line.split(" ").at(-1))));
			done(result);
		});
		return () => {
			cancelled = true;
		};
	};

	/** Answers what has been asked, and what is asked thereupon. Returns how many requests that were. */
	work(most = 1_000): number {
		let count = 0;
		for (; count < most; count++) {
			const next = this.#pending.shift();
			if (!next) break;
			next();
		}
		return count;
	}
}

/** A broker that the test opens and closes. */
export class FakeBroker {
	readonly attempts: MqttOptions[] = [];
	readonly published: { topic: string; payload: string; retain: boolean }[] = [];
	/** Whether it acknowledges by itself. */
	acknowledges = true;
	/** Acknowledges what it has kept back. */
	readonly unacknowledged: (() => void)[] = [];
	closes = 0;
	#open: MqttOptions | undefined;

	readonly mqtt = (options: MqttOptions): MqttConnection => {
		this.attempts.push(options);
		let closed = false;
		this.#open = options;
		return {
			publish: (topic, payload, retain, done) => {
				if (closed || this.#open !== options) throw new Error("published on a closed connection");
				this.published.push({ topic, payload, retain });
				const acknowledge = () => this.#open === options && done?.();
				if (this.acknowledges) acknowledge();
				else this.unacknowledged.push(acknowledge);
			},
			close: () => {
				closed = true;
				this.closes++;
			},
		};
	};

	accept(): void {
		this.#open?.onConnected();
	}

	drop(error = "connection lost"): void {
		const open = this.#open;
		this.#open = undefined;
		open?.onClosed(error);
	}

	/** The last payload of a topic. */
	retained(topic: string): string | undefined {
		return this.published.findLast((message) => message.retain && message.topic === topic)?.payload;
	}

	/** All payloads of a topic, in order. */
	on(topic: string): string[] {
		return this.published.filter((message) => message.topic === topic).map(({ payload }) => payload);
	}
}
