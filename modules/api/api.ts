import type { DeviceEvent } from "../../hosts/host";
import type { Proof } from "../auth/authenticator";
import type { Scope } from "../auth/key";
import type { Handler, Request, Response } from "../http/message";
import { type JsonObject, type Parsed, parseObject } from "../json";
import type { Parts } from "../parts";
import { Batch, type Order } from "./batch";
import type { Client, Command } from "./command";
import { COMMANDS } from "./commands/all";
import { ApiError, errorResponse } from "./error";
import { shown } from "./fields";
import { describeIdentity } from "./identity";
import { PROOFS, REQUEST_NAMES } from "./names";
import { ALLOW, corsHeaders, isHomeOrigin } from "./origin";

/** Answers the requests: `GET /` for everyone, commands for the owner. */
export class Api {
	readonly #device: Parts;

	constructor(device: Parts) {
		this.#device = device;
	}

	readonly handle: Handler = (request, respond) => {
		try {
			const { method, path } = request.head;
			if (path !== "/") return this.#visit(request, respond);
			if (method === "POST") return this.command(request, respond);
			if (method === "GET" || method === "HEAD")
				return this.#answer(request, { status: 200, body: describeIdentity(this.#device) });
			if (method === "OPTIONS")
				return this.#answer(request, { status: 200, headers: ALLOW, body: '{"status":"ok"}' });
			throw new ApiError(405, "method-not-allowed", "use GET or POST", ALLOW);
		} catch (error) {
			return this.#answer(request, errorResponse(error));
		}
	};

	/** Answers a request with commands, by whatever way it came. */
	command(request: Request, respond: (response: Response) => void): Response | undefined {
		try {
			this.#post(request, respond);
			return undefined;
		} catch (error) {
			return this.#answer(request, errorResponse(error));
		}
	}

	#visit(request: Request, respond: (response: Response) => void): Response | undefined {
		const response = this.#device.site?.answer(request, (later) => respond(this.#answer(request, later)));
		if (response === undefined) throw new ApiError(404, "not-found", "there is nothing but /");
		return response === "later" ? undefined : this.#answer(request, response);
	}

	/** The response as it goes out. */
	#answer(request: Request, response: Response, orders?: readonly Order[]): Response {
		this.#device.host.report?.(requestEvent(request, response.status, orders));
		const { origin, method } = request.head;
		if (origin !== undefined)
			response.headers = (response.headers ?? "") + corsHeaders(origin, method === "OPTIONS");
		return response;
	}

	#post(request: Request, respond: (response: Response) => void): void {
		const { udid } = this.#device.host;
		const { origin, host } = request.head;
		// Before anything counts: what a page from elsewhere makes a browser send is nobody's guess.
		if (origin !== undefined && !isHomeOrigin(origin))
			throw new ApiError(403, "foreign-origin", "a page from elsewhere cannot send commands");
		const body = parseObject(request.body!, REQUEST_NAMES);
		if (!isUdid(body.object.udid, udid))
			throw new ApiError(404, "wrong-udid", `udid is not this device's, which is ${udid}`);
		const client: Client = { host, secure: request.secure, proof: this.#proof(request, body) };
		request.body = undefined;
		const batch = new Batch(this.#orders(body, client), this.#device, client);
		batch.prepare((error) => {
			const response = error === undefined ? this.#perform(batch) : errorResponse(error);
			respond(this.#answer(request, response, batch.orders));
		});
	}

	/** The owner's proof; undefined on a device without an owner. Throws if the request may not be. */
	#proof(request: Request, { object, unknownName }: Parsed): Proof | undefined {
		const { vault, authenticator, settings, mode, wifi } = this.#device;
		if (!vault.paired) {
			if (unknownName !== undefined || !isUnowned(object)) throw notPaired();
			return undefined;
		}
		if (Object.hasOwn(object, "pair")) throw alreadyPaired();
		// Its port is open a little earlier, or for another reason, and a secret heard on plain HTTP still good. Nobody can
		// send again what is signed.
		if (request.secure && !mode.active && !(wifi?.settingUp && request.head.authorization))
			throw new ApiError(409, "https-not-begun", "HTTPS mode has not begun");
		const proof = authenticator.check(request, object, settings.value);
		// Who may not begin HTTPS mode does not hold it open.
		if (!proof.key || proof.key.scope.includes(MANAGE)) mode.touch();
		return proof;
	}

	/** Everything that is asked for, validated. Throws an ApiError. */
	#orders({ object, unknownName, unknownInner }: Parsed, client: Client): Order[] {
		if (unknownName !== undefined) throw unknown("command", unknownName);
		const names = Object.keys(object);
		const orders: Order[] = [];
		for (let i = 0; i < names.length; i++) {
			const name = names[i]!;
			if (PROOFS.includes(name)) continue;
			if (!client.proof && orders.length > 0)
				throw new ApiError(400, "pair-alone", "without an owner a command comes alone");
			const command = commandOf(name, client);
			if (unknownInner !== undefined) throw unknown("field", unknownInner);
			orders.push({ command, value: command.validate(object[name], this.#device, client) });
		}
		if (orders.length === 0) throw new ApiError(400, "no-command", "the request has no command");
		return orders;
	}

	/** Writes and does all that was ordered, and says so. */
	#perform(batch: Batch): Response {
		const { host, vault } = this.#device;
		// To prepare may have taken a while, and the button have been held meanwhile.
		if (!vault.paired && !batch.orders.every(({ command }) => command.unowned)) {
			batch.abandon();
			return errorResponse(notPaired());
		}
		try {
			const answer: JsonObject = { status: "ok", udid: host.udid };
			batch.perform(answer);
			const body = JSON.stringify(answer);
			return batch.waits ? { status: 200, body, sent: () => batch.finish() } : { status: 200, body };
		} catch (error) {
			return errorResponse(error);
		}
	}
}

/** Whether all of it, or the pairing in it, is for a device without an owner. */
function isUnowned(body: JsonObject): boolean {
	return (
		Object.hasOwn(body, "pair") ||
		Object.keys(body).every(
			(name) => PROOFS.includes(name) || COMMANDS.some((command) => command.name === name && command.unowned),
		)
	);
}

/** The command of that name, if it is there and may be ordered in this way. */
function commandOf(name: string, { secure, proof }: Client): Command {
	for (let i = 0; i < COMMANDS.length; i++) {
		const command = COMMANDS[i]!;
		if (command.name !== name) continue;
		const { where, scope } = command;
		if (proof?.key && !(scope && proof.key.scope.includes(scope)))
			throw new ApiError(403, "not-in-scope", `${name} is not in the scope of this key`);
		if (where === "any" || secure) return command;
		if (where === "https") throw new ApiError(403, "https-only", `${name} is taken over HTTPS only`);
		if (proof?.method === "hmac-sha256") return command;
		throw new ApiError(403, "https-only", `${name} is taken over HTTPS only, or signed`);
	}
	// The name of a field is a known one as well.
	throw unknown("command", name);
}

/** As it is written on a label, too: in upper case, or in pairs of digits with colons or dashes between (a MAC address). */
function isUdid(given: unknown, udid: string): boolean {
	if (typeof given !== "string" || given.length > MAC_LENGTH) return false;
	return given === udid || given.toLowerCase().replaceAll(":", "").replaceAll("-", "") === udid;
}

const MAC_LENGTH = 17;

/** The scope of setHttps. */
const MANAGE: Scope = "m";

const METHODS: readonly string[] = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "MQTT"];

function unknown(kind: "command" | "field", name: string): ApiError {
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
	orders: readonly Order[] = [],
): DeviceEvent {
	return {
		event: "request",
		secure,
		address,
		method: METHODS.includes(method) ? method : "(other)",
		path: path === "/" ? path : "(other)",
		status,
		commands: orders.map(({ command }) => command.name),
	};
}
