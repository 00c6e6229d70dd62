import type { PostRequest, PostResult, Timers } from "../host";
import { exchange } from "./http-request";
import type { Lines } from "./line";

/** Bytes of an answer's body that are kept. */
const BODY_KEPT = 512;

/** One HTTP POST on a connection of its own, over TLS with a session of an earlier one; see Network.post. */
export function post(
	lines: Lines,
	timers: Timers,
	request: PostRequest,
	done: (result: PostResult) => void,
): () => void {
	const kept = new Uint8Array(BODY_KEPT);
	let length = 0;
	let status: number | undefined;
	let retryAfter: string | undefined;
	let over = false;
	const finish = (error: string | undefined) => {
		if (over) return;
		over = true;
		timers.clear(timer);
		if (status === undefined || error !== undefined)
			done({ status: undefined, error: error ?? "the connection was cut" });
		else done({ status, retryAfter, body: new TextDecoder().decode(kept.subarray(0, length)) });
	};
	const hangUp = exchange(
		lines,
		{ ...request, method: "POST" },
		{
			onHead(answer) {
				status = answer.status;
				retryAfter = answer.retryAfter;
			},
			onBody(bytes) {
				const part = bytes.subarray(0, BODY_KEPT - length);
				kept.set(part, length);
				length += part.length;
				if (part.length === bytes.length) return;
				hangUp();
				finish(undefined);
			},
			onEnd: finish,
		},
	);
	const timer = timers.once(() => {
		hangUp();
		finish("no answer in time");
	}, request.timeout);
	return () => {
		over = true;
		timers.clear(timer);
		hangUp();
	};
}
