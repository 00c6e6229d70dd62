import type { GetRequest, Timer, Timers } from "../host";
import { exchange } from "./http-request";
import type { Lines } from "./line";

/** One HTTP GET on a connection of its own; see Network.get. */
export function get(lines: Lines, timers: Timers, request: GetRequest): () => void {
	let over = false;
	let timer: Timer;
	const wait = () => {
		timers.clear(timer);
		timer = timers.once(() => {
			end();
			request.onEnd("no answer in time");
		}, request.timeout);
	};
	const end = () => {
		over = true;
		timers.clear(timer);
		hangUp();
	};
	const hangUp = exchange(
		lines,
		{ ...request, method: "GET", headers: {} },
		{
			onProgress: wait,
			onHead: ({ status, length }) => request.onStatus(status, length),
			onBody(bytes) {
				if (!over) request.onData(bytes);
			},
			onEnd(error) {
				if (over) return;
				over = true;
				timers.clear(timer);
				request.onEnd(error);
			},
		},
	);
	wait();
	return end;
}
