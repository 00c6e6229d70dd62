import { parseAuthorization } from "../auth/authorization";
import type { CommandAnswer } from "../cloud/mqtt-commands";
import type { Request, Response } from "../http/message";
import { BODY, COMMANDS_KNOWN, FIELD_KEPT, NONCE_DIGITS } from "../limits";
import type { Api } from "./api";
import { ApiError, errorResponse } from "./error";

const LINE_FEED = 0x0a;

/**
 * Commands in messages of MQTT: the value of an Authorization field, a line feed, and the body that it signs, with the
 * method MQTT and the topic as path. Each carries its proof, so that the broker need not be trusted.
 */
export class MqttApi {
	readonly #api: Pick<Api, "command">;
	/** Signatures of the last commands that were carried out: a broker may deliver each more than once. */
	readonly #known: string[] = [];

	constructor(api: Pick<Api, "command">) {
		this.#api = api;
	}

	/**
	 * Carries it out. `message`: undefined if it was too long to be read. Nothing is said to one that was carried out
	 * before, as its sender might take that for the answer.
	 */
	execute(
		topic: string,
		message: Uint8Array | undefined,
		respond: (answer: CommandAnswer | undefined) => void,
	): void {
		const end = message ? message.indexOf(LINE_FEED) : -1;
		const body = message?.subarray(end + 1);
		const isWhole = end >= 0 && end <= FIELD_KEPT;
		const authorization = isWhole ? new TextDecoder().decode(message?.subarray(0, end)) : "";
		const { nc, mac } = parseAuthorization(authorization) ?? { nc: undefined, mac: "" };
		if (this.#known.includes(mac)) {
			respond(undefined);
			return;
		}
		const answer = ({ status, body, sent }: Response) => {
			if (status === 200) this.#remember(mac);
			const number = nc === undefined || nc.length > NONCE_DIGITS ? "null" : `"${nc}"`;
			respond({ payload: `{"nc":${number},"status":${status},"body":${body}}`, ...(sent && { sent }) });
		};
		if (!body || body.length > BODY) {
			answer(errorResponse(new ApiError(413, "body-too-large", `a body has ${BODY} bytes at most`)));
			return;
		}
		const response = this.#api.command(requestOf(topic, authorization, body), answer);
		if (response) answer(response);
	}

	#remember(mac: string): void {
		if (this.#known.length >= COMMANDS_KNOWN) this.#known.shift();
		this.#known.push(mac);
	}
}

function requestOf(topic: string, authorization: string, body: Uint8Array): Request {
	return {
		head: { method: "MQTT", path: topic, host: "", authorization, origin: undefined },
		body,
		secure: false,
		// All that comes through it counts as from one address: who sends it is nowhere said.
		remoteAddress: "broker",
	};
}
