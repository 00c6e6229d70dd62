/** Every bound of the server, with its reason. Times are in ms unless said otherwise. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Bytes of a request's body: a form of ours has a few hundred. Other routes say so themselves. */
export const BODY = 16_384;
/** Bytes of a request's address: the longest of ours carries the parameters of a consent. */
export const ADDRESS = 4_096;
/** A request has to have arrived by then: slow ones would hold sockets. */
export const REQUEST = 30_000;
/** An open connection without a request: a browser asks again within a page. */
export const IDLE_CONNECTION = 30_000;
/** At the end, requests that are being answered have so long; then their connections are cut. */
export const GRACE = 2_000;
/** Connections at a time: three sensors and a family need a few dozen. */
export const CONNECTIONS = 1_000;

/** A session without a request ends: two weeks are a holiday. */
export const SESSION_IDLE = 14 * DAY;
/** And any session at last (OWASP ASVS 7.3). */
export const SESSION = 90 * DAY;
/** One that nobody is signed in with holds a form's token: as long as somebody may look at a form. */
export const VISIT = HOUR;
/** Sessions that nobody is signed in with: beyond, the oldest go. */
export const VISITS = 10_000;
/** Sessions of an account: beyond, the one that was used longest ago goes. */
export const SESSIONS = 50;
/** For so long after the password or a passkey was asked for, it is not asked for again. */
export const PROOF = 5 * MINUTE;

/** Accounts: a house, a club; each may have as many sensors as a large house. */
export const ACCOUNTS = 1_000;
/** Failures to sign in. From a browser that the owner has used; from a network; of a name, whoever tries it. */
export const ATTEMPTS = {
	browser: { failures: 10, within: 15 * MINUTE },
	network: { failures: 10, within: 15 * MINUTE },
	name: { failures: 100, within: HOUR },
};
/** New accounts from a network: a family on a Sunday. */
export const SIGN_UPS = { failures: 5, within: HOUR };
/** Whose failures are remembered: beyond, those that failed longest ago are forgotten. */
export const BUCKETS = 10_000;
/** Passwords that are hashed at a time, with 19 MiB each; those beyond are told to come again. */
export const HASHES = 8;
/** A browser is known for so long: browsers keep no cookie for longer than 400 days (RFC 6265bis). */
export const KNOWN = 365 * DAY;
/** Accounts that one browser is known for: of a family. */
export const KNOWN_ACCOUNTS = 8;

/** Characters of a name of an account. */
export const NAME = 64;
/** Characters of a password: at least what OWASP ASVS 6.2.1 wants; at most what hashes quickly. */
export const PASSWORD = { least: 8, most: 256 };
/** Recovery codes of an account, each good once. */
export const RECOVERY_CODES = 10;
/** Passkeys of an account: of some phones, computers and sticks. */
export const PASSKEYS = 20;
/** A passkey's question has to be answered by then: somebody looks for a stick. */
export const CHALLENGE = 5 * MINUTE;

/** Sensors of an account: a large house has one in each room. */
export const SENSORS = 64;
/** Characters of a sensor's name, as `setName` takes them. */
export const SENSOR_NAME = 32;

/** Bytes of a write of points: a sensor on a desk sends 64 KiB at most, a board 4. */
export const WRITE = 131_072;
/** A sensor that goes on being heard is noted so often: each time would be a write for each of its points. */
export const HEARD = MINUTE;
/** Samples of a quantity in one answer: a day in full has 8,640. */
export const SAMPLES = 10_000;
/** Pages of an account that are told what is new: of some phones and computers. */
export const LIVE_PAGES = 32;
/** And of all accounts: each holds a socket. */
export const ALL_LIVE_PAGES = 500;
/** Bytes that such a page may be behind: some hundred points. */
export const LIVE_BEHIND = 65_536;
/** Such a connection is written to so often: what stands between cuts silent ones after a minute. */
export const BEAT = 25_000;

/** The authority's certificate: a phone is told to trust it once in ten years. */
export const AUTHORITY = 3_650 * DAY;
/** The server's certificate: what browsers take of public authorities; Apple takes 825 days of others. */
export const CERTIFICATE = 397 * DAY;
/** It is made anew so long before its end. */
export const RENEWAL = 30 * DAY;
/** How often it is looked at, and what has ended is swept. */
export const SWEEP = HOUR;
