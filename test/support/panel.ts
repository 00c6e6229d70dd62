import { type ClientRequest, type IncomingMessage, request } from "node:http";
import type { Entry, Message, Outage, State, Window } from "../../hosts/desktop/panel/message";
import type { Scope } from "./desk";

export interface Wish {
	method?: string;
	headers?: Record<string, string>;
	body?: string;
}

export interface PanelAnswer {
	status: number;
	headers: IncomingMessage["headers"];
	text: string;
}

/** One request to a panel, whose Host is its own unless told otherwise. */
export function ask(url: string, { method = "GET", headers = {}, body }: Wish = {}): Promise<PanelAnswer> {
	return new Promise((resolve, reject) => {
		const outgoing = request(url, { method, headers, agent: false }, (response) => {
			let text = "";
			response.setEncoding("utf8").on("data", (chunk) => {
				text += chunk;
			});
			response.on("end", () =>
				resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
			);
		});
		outgoing.on("error", reject);
		outgoing.end(body);
	});
}

/** Orders what its page could. */
export function order(url: string, action: object): Promise<PanelAnswer> {
	const headers = { Origin: url, "X-Ambient16": "panel" };
	return ask(`${url}/do`, { method: "POST", headers, body: JSON.stringify(action) });
}

/** What a page knows, from a panel's events. */
export class Follower {
	state!: State;
	windows: Window[] = [];
	entries: Entry[] = [];
	outages: Outage[] = [];
	/** All that came. */
	text = "";
	messages = 0;
	#outgoing: ClientRequest;
	#begun = "";
	#wake = () => {};

	constructor(url: string, scope: Scope) {
		this.#outgoing = request(`${url}/events`, (response) => {
			response.setEncoding("utf8").on("data", (text: string) => this.#read(text));
			response.on("error", () => {});
		});
		this.#outgoing.on("error", () => {});
		this.#outgoing.end();
		scope.after(() => this.close());
	}

	/** Waits for something that comes. */
	async until(condition: (it: this) => boolean, patience = 60_000): Promise<void> {
		const limit = performance.now() + patience;
		while (!this.state || !condition(this)) {
			const left = limit - performance.now();
			if (left <= 0) throw new Error(`it did not come: ${JSON.stringify(this.state)}`);
			await new Promise<void>((resolve) => {
				const timer = setTimeout(resolve, left);
				this.#wake = () => {
					clearTimeout(timer);
					resolve();
				};
			});
		}
	}

	close(): void {
		this.#outgoing.destroy();
	}

	#read(text: string): void {
		this.text += text;
		const events = (this.#begun + text).split("\n\n");
		this.#begun = events.pop()!;
		for (const event of events) this.#take(JSON.parse(event.replace(/^data: /, "")));
		this.#wake();
	}

	#take({ state, windows = [], entries = [], outages }: Message): void {
		this.messages++;
		this.state = { ...this.state, ...state };
		this.windows.push(...windows);
		this.entries.push(...entries);
		if (outages) this.outages = outages;
	}
}
