import { signMqtt } from "../../client/node";
import type { Broker } from "../broker/broker";
import { topicOf } from "../broker/topics";
import { ANSWER_TIME, ORDER_TRIES, ORDERS_WAITING, TOKEN_TIME } from "../limits";
import { type Answer, readAnswer } from "./answer";
import type { Presence } from "./presence";

/** What became of an order. */
export type Outcome =
	| { state: "done"; results: Record<string, unknown> }
	/** The sensor says no: the code of docs/protocol.md, and its words. */
	| { state: "refused"; code: string; message: string }
	/** It may have been carried out or not. */
	| { state: "unanswered" }
	/** Nothing was sent. */
	| { state: "unreachable"; why: "unheard" | "offline" | "suspended" | "busy" | "no-broker" };

export interface OrdersOptions {
	broker: Broker;
	presence: Presence;
	/** The next `nc` for a sensor, above `least`. */
	nextCount(sensor: string, least?: number): Promise<number>;
	/** ms to wait for an answer, and for another token. */
	answerTime?: number;
	tokenTime?: number;
}

/** Gives sensors orders through the broker, signed with their owner's UUID. */
export interface Orders {
	/** Orders of one sensor go one after the other, and few wait. Rejects with an Error if the server itself fails. */
	send(sensor: string, uuid: string, commands: Record<string, object>): Promise<Outcome>;
	close(): void;
}

/**
 * Nobody but the owner's programs and this server can give an order: the sensor checks the signature. The answer has
 * none: whoever runs the broker could make it up, and so "done" is worth what the broker is.
 */
export function createOrders({
	broker,
	presence,
	nextCount,
	answerTime = ANSWER_TIME,
	tokenTime = TOKEN_TIME,
}: OrdersOptions): Orders {
	const expected = new Map<string, (answer: Answer | undefined) => void>();
	const queues = new Map<string, { last: Promise<unknown>; length: number }>();
	const stop = broker.listen(({ sensor, name, payload }) => {
		const answer = name === "answer" ? readAnswer(payload) : undefined;
		if (answer) expected.get(`${sensor} ${answer.nc}`)?.(answer);
	});

	async function send(sensor: string, uuid: string, commands: Record<string, object>): Promise<Outcome> {
		let least = 0;
		for (let tries = ORDER_TRIES; ; tries--) {
			const present = presence.of(sensor);
			if (!present?.token) return { state: "unreachable", why: "unheard" };
			const { udid, token, status } = present;
			if (status !== "online") return { state: "unreachable", why: status };
			const nc = await nextCount(sensor, least);
			const { topic, payload } = await signMqtt(commands, {
				...{ udid, token, uuid, nc },
				topic: topicOf(sensor),
			});
			const answered = answerTo(sensor, nc);
			try {
				await broker.publish(topic, payload);
			} catch {
				expected.get(`${sensor} ${nc}`)?.(undefined);
				return { state: "unreachable", why: "no-broker" };
			}
			const answer = await answered;
			if (!answer) return { state: "unanswered" };
			const outcome = outcomeOf(answer);
			if (outcome.state !== "refused" || tries === 1) return outcome;
			// Another program of the owner was ahead, or the token has just changed.
			if (outcome.code === "replayed" && Number.isSafeInteger(answer.body.nc))
				least = answer.body.nc as number;
			else if (!(await isMended(sensor, token, outcome.code))) return outcome;
		}
	}

	async function isMended(sensor: string, token: string, code: string): Promise<boolean> {
		if (code !== "wrong-token" && code !== "wrong-secret") return false;
		return (await presence.otherToken(sensor, token, tokenTime)) !== undefined;
	}

	function answerTo(sensor: string, nc: number): Promise<Answer | undefined> {
		return new Promise((resolve) => {
			const name = `${sensor} ${nc}`;
			const timer = setTimeout(() => finish(undefined), answerTime);
			const finish = (answer: Answer | undefined) => {
				clearTimeout(timer);
				expected.delete(name);
				resolve(answer);
			};
			expected.set(name, finish);
		});
	}

	return {
		async send(sensor, uuid, commands) {
			const queue = queues.get(sensor) ?? { last: Promise.resolve(), length: 0 };
			if (queue.length >= ORDERS_WAITING) return { state: "unreachable", why: "busy" };
			queue.length++;
			queues.set(sensor, queue);
			const sent = queue.last.then(() => send(sensor, uuid, commands));
			queue.last = sent
				.catch(() => {})
				.then(() => {
					queue.length--;
					if (queue.length === 0) queues.delete(sensor);
				});
			return sent;
		},
		close() {
			stop();
			for (const finish of expected.values()) finish(undefined);
		},
	};
}

function outcomeOf({ status, body }: Answer): Outcome {
	if (status === 200) return { state: "done", results: body };
	const { code, message } = body;
	return {
		state: "refused",
		code: typeof code === "string" ? code : "unknown",
		message: typeof message === "string" ? message.slice(0, 300) : `it answers ${status}`,
	};
}
