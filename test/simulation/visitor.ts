import type { Link } from "./link";
import type { Machine } from "./machine";
import type { Door } from "./network";
import type { Task } from "./task";

/** An answer of the device; undefined where none came. */
export interface Answer {
	status: number;
	// biome-ignore lint/suspicious/noExplicitAny: whatever the device said
	body: any;
	head: string;
	/** All that came. */
	text: string;
}

export interface Visit {
	door: Door;
	/** Address that it comes from. */
	from: string;
	message: string | Uint8Array;
	/** ms. */
	patience?: number;
	/** Told of the connection. */
	onLink?(link: Link): void;
}

const PATIENCE = 20_000;

/** Sends a request over a connection of its own, and waits for the answer. */
export function* visit(
	machine: Machine,
	{ door, from, message, ...options }: Visit,
): Task<Answer | undefined> {
	return (yield (resume) => {
		const { schedule } = machine.world;
		let received = "";
		const end = (answer: Answer | undefined) => {
			limit.run = undefined;
			resume(answer);
		};
		const link = machine.current?.network.visit(door, from, {
			onOpen: (opened) => opened.say(message),
			onBytes: (bytes, opened) => {
				received += bytes.toString("latin1");
				const answer = parse(received);
				if (!answer) return;
				opened.end();
				machine.world.count(`status: ${answer.status}`);
				end(answer);
			},
			onEnd: () => end(undefined),
		});
		const limit = schedule.after(link ? (options.patience ?? PATIENCE) : 5, () => {
			link?.break();
			end(undefined);
		});
		if (link) options.onLink?.(link);
	}) as Answer | undefined;
}

/** Reads an answer, if it is whole. */
function parse(text: string): Answer | undefined {
	const rest = text.startsWith("HTTP/1.1 100") ? text.slice(text.indexOf("\r\n\r\n") + 4) : text;
	const end = rest.indexOf("\r\n\r\n");
	if (end < 0) return undefined;
	const head = rest.slice(0, end);
	const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
	const body = rest.slice(end + 4);
	if (body.length < length) return undefined;
	const isJson = body.startsWith("{");
	return {
		status: Number(head.split(" ")[1]),
		body: isJson ? JSON.parse(Buffer.from(body, "latin1").toString()) : undefined,
		head,
		text,
	};
}

export function* sleep(machine: Machine, ms: number): Task {
	yield (resume) => void machine.world.schedule.after(ms, () => resume());
}
