import type { DeviceEvent } from "../../hosts/host";
import type { Authenticator, Proof } from "../auth/authenticator";
import type { Handler, Request, Response } from "../http/message";
import type { Vault } from "../identity/vault";
import type { Settings, SettingsStore } from "../settings";
import type { Client, Command } from "./command";
import { ApiError, toApiError } from "./error";
import { shown } from "./fields";
import { BodyReader, type JsonObject, type Parsed, UNKNOWN_NAME } from "./json";
import { ALLOW, corsHeaders, isHomeOrigin } from "./origin";

export interface ApiParts {
	udid: string;
	vault: Vault;
	authenticator: Authenticator;
	settings: SettingsStore;
	/** The commands by name. `pair` is the one that an unpaired device takes, without a secret. */
	commands: ReadonlyMap<string, Command>;
	/** The body of `GET /`. */
	identity(): Uint8Array;
	/** Whether HTTPS mode is on. */
	isSecured(): boolean;
	/** Whether the owner may come over HTTPS without that mode: signed, which nobody can send again. */
	isReachable(): boolean;
	/** Told of each request that the owner has proved to have sent. */
	proved(): void;
	/** Told of each request; absent where nobody wants to know. */
	report?(event: DeviceEvent): void;
}

type Respond = (response: Response) => void;

interface Order {
	name: string;
	command: Command;
	order: unknown;
}

/** Answers the requests: `GET /` for everyone, commands for the owner. */
export class Api {
	readonly #parts: ApiParts;
	readonly #bodies = new BodyReader();

	constructor(parts: ApiParts) {
		this.#parts = parts;
	}

	readonly handle: Handler = (request, respond) => {
		try {
			const { method, path } = request.head;
			if (path !== "/") throw new ApiError(404, "not-found", "there is nothing but /");
			if (method === "POST") return this.#post(request, respond);
			if (method === "GET" || method === "HEAD") return this.#answer(request, this.#identify(request));
			if (method === "OPTIONS")
				return this.#answer(request, { status: 200, headers: ALLOW, body: '{"status":"ok"}' });
			throw new ApiError(405, "method-not-allowed", "use GET or POST", ALLOW);
		} catch (error) {
			return this.#answer(request, errorResponse(error));
		}
	};

	#identify({ secure }: Request): Response {
		const { identity, report } = this.#parts;
		const body = identity();
		// Where nobody has to hear of each request. Over HTTPS, each keeps the device in HTTPS mode.
		return secure || report ? { status: 200, body } : { status: 200, body, lasts: () => identity() === body };
	}

	/** Forgets what it remembers of requests. */
	forget(): void {
		this.#bodies.forget();
	}

	/** The response as it goes out. */
	#answer(request: Request, response: Response, orders?: Order[]): Response {
		// Without a listener the event is not even made.
		this.#parts.report?.(requestEvent(request, response.status, orders));
		const { origin, method } = request.head;
		if (origin !== undefined)
			response.headers = (response.headers ?? "") + corsHeaders(origin, method === "OPTIONS");
		return response;
	}

	#post(request: Request, respond: Respond): Response | undefined {
		const { origin, host } = request.head;
		// Before anything counts: what a page from elsewhere makes a browser send is nobody's guess.
		if (origin !== undefined && !isHomeOrigin(origin))
			throw new ApiError(403, "foreign-origin", "a page from elsewhere cannot send commands");
		const { udid } = this.#parts;
		const body = this.#bodies.read(request.body);
		if (!isUdid(body.object.udid, udid))
			throw new ApiError(404, "wrong-udid", `udid is not this device's, which is ${udid}`);
		const client: Client = { host, secure: request.secure, proof: this.#proof(request, body.object) };
		const orders = this.#orders(body, client);
		// Not before it is the owner's and allowed here: others may hold a UUID or a password, sent the wrong way.
		if (!request.secure) this.#bodies.keep(body);
		return this.#carryOut(orders, 0, request, client, respond);
	}

	/** The owner's proof; undefined for the pairing of a device without an owner. Throws if the request may not be. */
	#proof(request: Request, body: JsonObject): Proof | undefined {
		const { vault, authenticator, commands, settings, isSecured, isReachable, proved } = this.#parts;
		const pairing = Object.hasOwn(body, "pair");
		if (pairing && vault.paired) throw alreadyPaired();
		if (!vault.paired) {
			const unowned = (name: string) => PROOFS.includes(name) || commands.get(name)?.unowned;
			if (pairing || Object.keys(body).every(unowned)) return undefined;
			throw notPaired();
		}
		// Its port is open a little earlier, or for another reason, and a secret heard on plain HTTP still good.
		if (request.secure && !isSecured() && !(isReachable() && request.head.authorization))
			throw new ApiError(409, "https-not-begun", "HTTPS mode has not begun");
		const proof = authenticator.check(request, body.secret, settings.value.auth.md5);
		proved();
		return proof;
	}

	/** Everything that is asked for, validated. Throws an ApiError. */
	#orders(parsed: Parsed, client: Client): Order[] {
		const body = parsed.object;
		const names = Object.keys(body);
		// No member is undefined in JSON, and `udid` is one of them.
		const asked = names.length - (body.secret === undefined ? 1 : 2);
		if (!client.proof && asked > 1)
			throw new ApiError(400, "pair-alone", "without an owner a command comes alone");
		if (asked === 0) throw new ApiError(400, "no-command", "the request has no command");
		const orders: Order[] = [];
		for (let i = 0; i < names.length; i++) {
			const name = names[i]!;
			if (!PROOFS.includes(name)) orders.push(this.#order(name, parsed, client));
		}
		return orders;
	}

	/** One of them. */
	#order(name: string, parsed: Parsed, client: Client): Order {
		const command = this.#parts.commands.get(name);
		if (!command) throw unknown("command", name === UNKNOWN_NAME ? parsed.unknownCommand : name);
		const where = command.where;
		const signed = client.proof?.method === "hmac-sha256";
		if (where !== "any" && !client.secure && !(where === "https-or-signed" && signed))
			throw new ApiError(
				403,
				"https-only",
				`${name} is taken over HTTPS only${where === "https" ? "" : ", or signed"}`,
			);
		if (parsed.unknownField !== undefined) throw unknown("field", parsed.unknownField);
		return { name, command, order: command.validate(parsed.object[name], client) };
	}

	/** Prepares the orders from `at` on and then carries out all. Undefined: it will respond later. */
	#carryOut(
		orders: Order[],
		at: number,
		request: Request,
		client: Client,
		respond: Respond,
	): Response | undefined {
		while (at < orders.length && !orders[at]!.command.prepare) at++;
		if (at < orders.length) {
			this.#prepare(orders, at, request, client, respond);
			return;
		}
		let response: Response;
		try {
			response = this.#perform(orders, client);
		} catch (error) {
			abandon(orders);
			response = errorResponse(error);
		}
		return this.#answer(request, response, orders);
	}

	/** Apart from what calls it, so that only it takes the memory for a closure. */
	#prepare(orders: Order[], at: number, request: Request, client: Client, respond: Respond): void {
		const { command, order } = orders[at]!;
		command.prepare?.(order, (error) => {
			if (error) abandon(orders.slice(0, at));
			const response = error
				? this.#answer(request, errorResponse(error), orders)
				: this.#carryOut(orders, at + 1, request, client, respond);
			if (response) respond(response);
		});
	}

	/** Writes and does all that was ordered. Throws, with nothing changed, if it cannot be written. */
	#perform(orders: Order[], client: Client): Response {
		const parts = this.#parts;
		// `prepare` may have taken a while, and the button have been held meanwhile.
		if (!parts.vault.paired && !orders.every(({ command }) => command.unowned)) throw notPaired();
		const answer: JsonObject = { status: "ok", udid: parts.udid };
		const response: Response = { status: 200, body: "" };
		let change: Partial<Settings> | undefined;
		for (let i = 0; i < orders.length; i++) {
			const next = orders[i]!;
			const command = next.command;
			if (command.settings) change = { ...change, ...command.settings(next.order) };
			if (command.afterwards) response.sent = follow(orders);
		}
		if (change) parts.settings.change(change);
		for (let i = 0; i < orders.length; i++) {
			const next = orders[i]!;
			answer[next.name] = next.command.perform(next.order, client);
		}
		response.body = JSON.stringify(answer);
		return response;
	}
}

/** As it is written on a label, too: in upper case, or in pairs of digits with colons or dashes between (a MAC address). */
function isUdid(given: unknown, udid: string): boolean {
	if (typeof given !== "string" || given.length > MAC_LENGTH) return false;
	return given.toLowerCase().replaceAll(":", "").replaceAll("-", "") === udid;
}

const MAC_LENGTH = 17;

/** Members of a request that are no commands. */
const PROOFS: readonly string[] = ["udid", "secret"];

const METHODS: readonly string[] = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"];

function unknown(kind: "command" | "field", name = ""): ApiError {
	return new ApiError(400, `unknown-${kind}`, `there is no ${kind} ${shown(name)}`);
}

function alreadyPaired(): ApiError {
	return new ApiError(409, "already-paired", "this device has an owner");
}

function notPaired(): ApiError {
	return new ApiError(409, "not-paired", "this device has no owner");
}

/** What of it comes from outside is shown only if it is as it should be. */
function requestEvent(
	{ head: { method, path }, secure, remoteAddress: address }: Request,
	status: number,
	orders: Order[] = [],
): DeviceEvent {
	return {
		event: "request",
		secure,
		address,
		method: METHODS.includes(method) ? method : "(other)",
		path: path === "/" ? path : "(other)",
		status,
		commands: orders.map(({ name }) => name),
	};
}

function follow(orders: Order[]): () => void {
	return () => {
		for (const { command, order } of orders) command.afterwards?.(order);
	};
}

function abandon(orders: Order[]): void {
	for (const { command } of orders) command.abandon?.();
}

function errorResponse(error: unknown): Response {
	const { status, code, message, headers, details } = toApiError(error);
	return { status, headers, body: JSON.stringify({ status: "error", code, message, ...details }) };
}
