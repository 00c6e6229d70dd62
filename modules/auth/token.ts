import type { Host, Timer } from "../../hosts/host";
import { TOKEN_LENGTH, TOKEN_LIFE } from "../limits";

/**
 * The public token: eight random letters, new every hour of device time. It lives in memory only. The hour
 * is the monotonic clock's, so that no correction of the wall clock stretches it.
 */
export class Token {
	#host: Pick<Host, "random" | "clock" | "timers">;
	#onChange: (token: string) => void;
	#timer: Timer;
	#value = "";
	#expires = 0;

	constructor(host: Pick<Host, "random" | "clock" | "timers">, onChange: (token: string) => void) {
		this.#host = host;
		this.#onChange = onChange;
		this.renew();
	}

	/** The token in force. */
	get value(): string {
		// A timer may be late; the hour is not.
		if (this.#host.clock.monotonic() >= this.#expires) this.renew();
		return this.#value;
	}

	/** Draws a new one; the old one is worth nothing from here on. */
	renew(): void {
		this.#host.timers.clear(this.#timer);
		this.#expires = this.#host.clock.monotonic() + TOKEN_LIFE;
		this.#value = draw(this.#host);
		this.#timer = this.#host.timers.once(() => void this.value, TOKEN_LIFE);
		this.#onChange(this.#value);
	}

	close(): void {
		this.#host.timers.clear(this.#timer);
	}
}

/** Letters without bias: 234 is the last multiple of 26 in a byte, what lies above is drawn again. */
function draw(host: Pick<Host, "random">): string {
	let token = "";
	while (token.length < TOKEN_LENGTH)
		for (const byte of host.random(TOKEN_LENGTH))
			if (byte < 234 && token.length < TOKEN_LENGTH) token += String.fromCharCode(97 + (byte % 26));
	return token;
}
