/** Why a request is not answered by the handler: what the client is told before its connection is closed. */
export interface Refusal {
	readonly kind: "refused";
	readonly status: number;
	/** In kebab-case, for programs. */
	readonly code: string;
	/** A sentence, for people. */
	readonly message: string;
}

export function refuse(status: number, code: string, message: string): Refusal {
	return { kind: "refused", status, code, message };
}

/** The JSON text of every error that the API answers. */
export function errorBody(code: string, message: string): string {
	return JSON.stringify({ status: "error", code, message });
}

export function bodyTooLarge(most: number): Refusal {
	return refuse(413, "body-too-large", `A body takes at most ${most} bytes here.`);
}
