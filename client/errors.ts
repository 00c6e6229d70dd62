/** What can go wrong between a program and its sensor. */
export class SensorError extends Error {
	constructor(message: string, options?: ErrorOptions) {
		// It is shown in terminals, and part of it may be a server's.
		super(message.replace(/\p{Cc}/gu, "?"), options);
	}
}

/** The sensor could not be reached, or did not answer. */
export class UnreachableError extends SensorError {
	override name = "UnreachableError";

	/** Nobody listens there: so it is with plain HTTP in HTTPS mode. */
	get refused(): boolean {
		return this.#code === "ECONNREFUSED";
	}

	/** The connection was cut before there was an answer. */
	get cut(): boolean {
		return this.#code === "ECONNRESET";
	}

	get #code(): unknown {
		return (this.cause as { code?: unknown } | undefined)?.code;
	}
}

/** The sensor refused a request. */
export class RefusedError extends SensorError {
	override name = "RefusedError";
	readonly status: number;
	/** Of docs/protocol.md, such as "wrong-secret". */
	readonly code: string;
	/** Seconds to wait before the next try, if the sensor asks for that. */
	readonly retryAfter: number | undefined;
	/** Of "replayed": the highest counter that the sensor has taken. */
	readonly nc: number | undefined;

	constructor(status: number, code: string, message: string, retryAfter?: number, nc?: number) {
		super(message);
		this.status = status;
		this.code = code;
		this.retryAfter = retryAfter;
		this.nc = nc;
	}
}

/** Whoever answered is not this owner's sensor, or no sensor at all. Nothing secret was sent. */
export class ImpostorError extends SensorError {
	override name = "ImpostorError";
}

/** The program asked for something that cannot be done as it asked. */
export class UsageError extends SensorError {
	override name = "UsageError";
}
