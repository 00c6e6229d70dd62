/** Seconds. */
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Seconds that what OAuth issues is good for. */
export const TTL = {
	/** A service turns it into a token at once. */
	AuthorizationCode: MINUTE,
	AccessToken: HOUR,
	IdToken: HOUR,
	/** Each use gives another one; a service that is away for longer asks again. */
	RefreshToken: 90 * DAY,
	/** The owner reads the question, and may have to sign in first. */
	Interaction: 15 * MINUTE,
	/** It only has to last until the owner has answered. */
	Session: 15 * MINUTE,
	/** Until its owner ends it; this is for what nobody ends. */
	Grant: 3_650 * DAY,
} as const;

/** Of an account: beyond, something is to be ended first. */
export const GRANTS = 64;
export const TOKENS = 64;
export const KEYS = 64;
export const CLIENTS = 16;
/** Characters of what its owner calls a token or a service. */
export const NAME = 64;
/** Addresses that a service may be answered at, and their characters. */
export const REDIRECTS = 4;
export const REDIRECT = 512;
/** Days that a personal token or a key may be good for. */
export const DAYS = [7, 30, 90, 365] as const;
/** Requests of one token in a minute: a page of plots asks for a dozen. */
export const REQUESTS = 300;
/** Wrong tokens of one address in a minute. */
export const WRONG_TOKENS = 60;
/** Samples of an answer: a week in steps of ten minutes has a thousand. */
export const SAMPLES = 10_000;
/** ms after which the use of a token is noted anew: not each request is to write. */
export const NOTED = MINUTE * 1000;
