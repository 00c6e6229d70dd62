import type { DeviceEvent } from "../host";

/** A port is open; the secure one opens and closes as the device wants it. */
export type ReadyEvent =
	| { event: "ready"; http: string; udid: string }
	| { event: "secure"; https: string; udid: string };

/** Where the owner's command line looks by itself. The port of HTTPS it is told by the device. */
const USUAL = "http://127.0.0.1:8080";

/** Who the device is, where it answers, whose it is and how it gets an owner, in lines for people. */
export class Status {
	readonly #udid: string;
	#http = "";
	#https = "";
	#paired = false;
	#pairing = false;
	#secure = false;
	#told = "";

	constructor(udid: string) {
		this.#udid = udid;
	}

	/** The lines, if the event has changed them; undefined before the device can be reached. */
	see(event: DeviceEvent | ReadyEvent): string[] | undefined {
		switch (event.event) {
			case "ready":
				this.#http = event.http;
				break;
			case "secure":
				this.#https = event.https;
				break;
			case "paired":
				this.#paired = event.paired;
				break;
			case "pairing":
				this.#pairing = event.open;
				break;
			case "mode":
				this.#secure = event.mode === "https";
				break;
			default:
				return undefined;
		}
		const lines = this.#lines();
		const text = lines.join("\n");
		if (this.#http === "" || text === this.#told) return undefined;
		this.#told = text;
		return lines;
	}

	#lines(): string[] {
		const where = this.#secure ? `${this.#https}/  (HTTPS mode)` : `${this.#http}/`;
		const lines = [`Ambient16 ${this.#udid}, ${this.#paired ? "paired" : "not paired"}`, where];
		if (this.#paired) return lines;
		if (!this.#pairing) return [...lines, "To become its owner, press its button first."];
		return [
			...lines,
			"To become its owner, in a second terminal:",
			`npm run --silent ambient16 -- pair${this.#options()}`,
		];
	}

	#options(): string {
		return this.#http === USUAL ? "" : ` --url ${this.#http}`;
	}
}
