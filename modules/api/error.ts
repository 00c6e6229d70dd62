import { type AuthCode, AuthError } from "../auth/error";
import { FlashError } from "../flash-error";
import type { Response } from "../http/message";
import { JsonError } from "../json";

/** Why a request is refused, as its client is told. Carries no secret. */
export class ApiError extends Error {
	readonly status: number;
	/** For programs, in kebab-case; the message is for people. */
	readonly code: string;
	/** Further header lines, each ending in CRLF. */
	readonly headers: string;

	/** Further fields of the answer. */
	readonly details: object;

	constructor(status: number, code: string, message: string, headers = "", details: object = {}) {
		super(message);
		this.status = status;
		this.code = code;
		this.headers = headers;
		this.details = details;
	}
}

const AUTH_STATUS: Readonly<Record<AuthCode, number>> = {
	"wrong-secret": 401,
	"wrong-token": 401,
	replayed: 401,
	"revoked-key": 401,
	"expired-key": 401,
	"clock-not-set": 403,
	"two-proofs": 400,
	"md5-off": 403,
	"too-many-attempts": 429,
};

/** What the client is told of an error. What is none that the API knows is a fault of ours: what it says stays inside. */
function toApiError(error: unknown): ApiError {
	if (error instanceof ApiError) return error;
	if (error instanceof JsonError) return new ApiError(400, error.code, error.message);
	if (error instanceof FlashError) return new ApiError(500, "flash", error.message);
	if (!(error instanceof AuthError)) return new ApiError(500, "internal", "the device failed");
	const { code, message, value } = error;
	const status = AUTH_STATUS[code];
	let headers = "";
	// RFC 9110, 15.5.2.
	if (status === 401) headers = "WWW-Authenticate: Ambient16\r\n";
	else if (status === 429) headers = `Retry-After: ${value}\r\n`;
	return new ApiError(status, code, message, headers, code === "replayed" ? { nc: value } : {});
}

/** The same as a response. */
export function errorResponse(error: unknown): Response {
	const { status, code, message, headers, details } = toApiError(error);
	return { status, headers, body: JSON.stringify({ status: "error", code, message, ...details }) };
}
