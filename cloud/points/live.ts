import { PassThrough, type Readable } from "node:stream";
import { ALL_LIVE_PAGES, LIVE_BEHIND, LIVE_PAGES } from "../limits";

/** Tells pages that are open what is new (server-sent events, WHATWG HTML 9.2). */
export class Live {
	readonly #pages = new Set<Page>();
	#closed = false;

	/** How many listen. */
	get pages(): number {
		return this.#pages.size;
	}

	/** A stream of what is told to an account, for a page of this session; undefined if there are too many, or at the end. */
	open(account: string, session: string): Readable | undefined {
		const own = [...this.#pages].filter((page) => page.account === account);
		if (this.#closed || own.length >= LIVE_PAGES || this.#pages.size >= ALL_LIVE_PAGES) return undefined;
		const stream = new PassThrough();
		const page = { account, session, stream };
		this.#pages.add(page);
		stream.once("close", () => this.#pages.delete(page));
		// The answer begins at once.
		stream.write(": \n\n");
		return stream;
	}

	/** Tells all pages of an account. `event` is a word; `data` becomes JSON. */
	tell(account: string, event: string, data: unknown): void {
		for (const page of this.#pages)
			if (page.account === account) send(page, `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
	}

	/** Says that the connections live, so that nobody between cuts them, and ends those whose session has ended. */
	async beat(isAlive: (session: string, account: string) => Promise<boolean>): Promise<void> {
		for (const page of [...this.#pages])
			if (await isAlive(page.session, page.account)) send(page, ": \n\n");
			else page.stream.end();
	}

	/** Ends all, for good: they would hold the server up. */
	close(): void {
		this.#closed = true;
		for (const { stream } of [...this.#pages]) stream.end();
	}
}

interface Page {
	account: string;
	session: string;
	stream: PassThrough;
}

function send({ stream }: Page, text: string): void {
	// A browser that was cut off asks again, and sees what it has missed.
	if (stream.readableLength + stream.writableLength > LIVE_BEHIND) stream.destroy();
	else stream.write(text);
}
