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
