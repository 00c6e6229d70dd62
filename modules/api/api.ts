import type { DeviceEvent } from "../../hosts/host";
import type { Authenticator } from "../auth/authenticator";
import type { Handler, Request, Response } from "../http/message";
import type { Vault } from "../identity/vault";
import type { Settings, SettingsStore } from "../settings";
import type { Command } from "./command";
import { ApiError } from "./error";
import { shown } from "./fields";
import { type JsonObject, type Parsed, parseObject, UNKNOWN_NAME } from "./json";
import { ALLOW, corsHeaders } from "./origin";

export interface ApiParts {
	udid: string;
	vault: Vault;
	authenticator: Authenticator;
	settings: SettingsStore;
	/** The commands by name. `pair` is the one that an unpaired device takes, without a secret. */
	commands: ReadonlyMap<string, Command>;
	/** The body of `GET /`. */
	identity(): Uint8Array;
	report(event: DeviceEvent): void;
}

type Respond = (response: Response) => void;

interface Order {
	name: string;
	command: Command;
	order: unknown;
}

/** Answers the requests: `GET /` for everyone, commands for the owner. */
export class Api {
	#parts: ApiParts;

	constructor(parts: ApiParts) {
		this.#parts = parts;
	}

	readonly handle: Handler = (request, respond) => {
		try {
			if (request.path !== "/") throw new ApiError(404, "not-found", "there is nothing but /");
			if (request.method === "GET" || request.method === "HEAD")
				this.#answer(request, respond, { status: 200, body: this.#parts.identity() });
			else if (request.method === "POST") this.#post(request, respond);
			else if (request.method === "OPTIONS")
				this.#answer(request, respond, { status: 200, headers: ALLOW, body: '{"status":"ok"}' });
			else throw new ApiError(405, "method-not-allowed", "use GET or POST", ALLOW);
		} catch (error) {
			this.#answer(request, respond, errorResponse(error));
		}
	};

	#answer(request: Request, respond: Respond, response: Response, commands: string[] = []): void {
		const { secure, remoteAddress: address, method, path, origin } = request;
		this.#parts.report({
			event: "request",
			secure,
			address,
			// From outside, and so shown only if it is as it should be.
			method: METHODS.includes(method) ? method : "(other)",
			path: path === "/" ? path : "(other)",
			status: response.status,
			commands,
		});
		if (origin !== undefined)
			response.headers = (response.headers ?? "") + corsHeaders(origin, method === "OPTIONS");
		respond(response);
	}

	#post(request: Request, respond: Respond): void {
		checkContentType(request.contentType);
		const body = parseObject(request.body);
		if (body.object.udid !== this.#parts.udid)
			throw new ApiError(404, "wrong-udid", "udid is not this device's");
		const orders = this.#orders(request, body);
		const names: string[] = [];
		for (let i = 0; i < orders.length; i++) names.push(orders[i]!.name);
		this.#carryOut(orders, request, (response) => this.#answer(request, respond, response, names));
	}

	/** Everything that is asked for, authenticated and validated. Throws an ApiError. */
	#orders(request: Request, { object: body, unknownCommand, unknownField }: Parsed): Order[] {
		const { vault, authenticator, settings, commands } = this.#parts;
		const asked = Object.keys(body).filter((name) => name !== "udid" && name !== "secret");
		const pairing = asked.includes("pair");
		if (vault.paired && pairing) throw new ApiError(409, "already-paired", "this device has an owner");
		if (!vault.paired && !pairing) throw notPaired();
		if (pairing && asked.length > 1) throw new ApiError(400, "pair-alone", "pair comes alone");
		const proof = pairing
			? "none"
			: authenticator.check(
					request,
					Object.hasOwn(body, "secret") ? body.secret : undefined,
					settings.value.auth.md5,
				);
		if (asked.length === 0) throw new ApiError(400, "no-command", "the request has no command");
		return asked.map((name) => {
			const command = commands.get(name);
			if (!command) throw unknown("command", name === UNKNOWN_NAME ? unknownCommand : name);
			if (
				command.where !== "any" &&
				!request.secure &&
				!(command.where === "https-or-signed" && proof === "hmac-sha256")
			)
				throw new ApiError(
					403,
					"https-only",
					`${name} is taken over HTTPS only${command.where === "https" ? "" : ", or signed"}`,
				);
			if (unknownField !== undefined) throw unknown("field", unknownField);
			return { name, command, order: command.validate(body[name]) };
		});
	}

	#carryOut(orders: Order[], request: Request, answer: Respond, prepared = 0): void {
		const next = orders[prepared];
		if (!next) {
			let response: Response;
			try {
				response = this.#perform(orders, request);
			} catch (error) {
				abandon(orders);
				response = errorResponse(error);
			}
			answer(response);
			return;
		}
		const done = (error?: ApiError) => {
			if (error) {
				abandon(orders.slice(0, prepared));
				answer(errorResponse(error));
			} else this.#carryOut(orders, request, answer, prepared + 1);
		};
		if (next.command.prepare) next.command.prepare(next.order, done);
		else done();
	}

	/** Writes and does all that was ordered. Throws, with nothing changed, if it cannot be written. */
	#perform(orders: Order[], request: Request): Response {
		// `prepare` may have taken a while, and the button have been held meanwhile.
		if (!this.#parts.vault.paired) throw notPaired();
		let change: Partial<Settings> | undefined;
		for (let i = 0; i < orders.length; i++) {
			const { command, order } = orders[i]!;
			if (command.settings) change = { ...change, ...command.settings(order) };
		}
		if (change) this.#parts.settings.change(change);
		const answer: JsonObject = { status: "ok", udid: this.#parts.udid };
		for (let i = 0; i < orders.length; i++) {
			const { name, command, order } = orders[i]!;
			answer[name] = command.perform(order, request);
		}
		const sent = () => {
			for (const { command, order } of orders) command.afterwards?.(order);
		};
		return { status: 200, body: JSON.stringify(answer), sent };
	}
}

const METHODS: readonly string[] = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"];

function unknown(kind: "command" | "field", name = ""): ApiError {
	return new ApiError(400, `unknown-${kind}`, `there is no ${kind} ${shown(name)}`);
}

function notPaired(): ApiError {
	return new ApiError(409, "not-paired", "this device has no owner");
}

function abandon(orders: Order[]): void {
	for (const { command } of orders) command.abandon?.();
}

/** RFC 9110, 8.3. Without a Content-Type the body is taken for what it must be. */
function checkContentType(contentType: string | undefined): void {
	if (contentType === undefined || contentType === "application/json") return;
	const [type, ...parameters] = contentType.toLowerCase().split(";");
	const json = type?.trim() === "application/json";
	if (json && parameters.every((parameter) => !/^\s*charset\s*=/.test(parameter) || /utf-?8/.test(parameter)))
		return;
	throw new ApiError(415, "unsupported-type", "the body must be application/json in UTF-8");
}

/** What is no ApiError is a fault of ours; what it says stays inside. */
function errorResponse(error: unknown): Response {
	const { status, code, message, headers, details } =
		error instanceof ApiError ? error : new ApiError(500, "internal", "the device failed");
	return { status, headers, body: JSON.stringify({ status: "error", code, message, ...details }) };
}
