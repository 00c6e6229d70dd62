/** Why a request is not taken for the owner's, as docs/protocol.md names it. */
export type AuthCode =
	| "wrong-secret"
	| "wrong-token"
	| "replayed"
	| "two-proofs"
	| "md5-off"
	| "revoked-key"
	| "expired-key"
	| "clock-not-set"
	| "too-many-attempts";

/** A request that does not prove that it comes from the owner. Carries no secret. */
export class AuthError extends Error {
	readonly code: AuthCode;
	/** Of `too-many-attempts`: seconds to wait; of `replayed`: the last `nc` taken. */
	readonly value: number;

	constructor(code: AuthCode, message: string, value = 0) {
		super(message);
		this.code = code;
		this.value = value;
	}
}
