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

/** Bytes of an MQTT packet after its length: an answer of a sensor, its longest message, has less than 2 KiB. */
export const MQTT_PACKET = 8_192;
/** Sensors at the broker at a time, each with some 30 KB for TLS. */
export const MQTT_CONNECTIONS = 1_000;
/** Of one address, such as a home behind a router. */
export const MQTT_CONNECTIONS_OF_ADDRESS = 64;
/** ms for the handshake, and for the CONNECT after it: a chip takes seconds. */
export const MQTT_CONNECT = 15_000;
/** Packets that wait while a login is looked at. */
export const MQTT_QUEUE = 16;
/** Messages of a sensor at once: all its waiting events after an outage (EVENTS_WAITING is 64), and its greeting. */
export const MQTT_BURST = 128;
/** Messages a second in the long run: a sensor says one in 10 s, and each movement. */
export const MQTT_RATE = 5;
/** Seconds between signs of life that a client may choose; a sensor has 60. */
export const MQTT_KEEP_ALIVE = 300;
/** ms for a sensor that does not read: what it is told has no use later. */
export const MQTT_DRAIN = 15_000;

/** ms for a sensor to answer an order: it does in tenths of a second, over a slow network in seconds. */
export const ANSWER_TIME = 8_000;
/** ms for a sensor to tell a token that it has just changed. */
export const TOKEN_TIME = 2_000;
/** How often an order is tried: a token that changes, and other programs of the owner, may come after each other. */
export const ORDER_TRIES = 4;
/** Orders of a sensor at a time, beyond which somebody only clicks. */
export const ORDERS_WAITING = 4;

/** Seconds that what OAuth issues is good for. */
export const OAUTH_TTL = {
	/** A service turns it into a token at once. */
	AuthorizationCode: MINUTE / 1000,
	AccessToken: HOUR / 1000,
	IdToken: HOUR / 1000,
	/** Each use gives another one; a service that is away for longer asks again. */
	RefreshToken: (90 * DAY) / 1000,
	/** The owner reads the question, and may have to sign in first. */
	Interaction: (15 * MINUTE) / 1000,
	/** It only has to last until the owner has answered. */
	Session: (15 * MINUTE) / 1000,
	/** Until its owner ends it; this is for what nobody ends. */
	Grant: (3_650 * DAY) / 1000,
} as const;

/** Questions of services that nobody has answered: more are no home's. */
export const QUESTIONS = 500;
/** Of an address in a minute: with fewer than QUESTIONS while one lasts, nobody alone makes that of another go. */
export const QUESTIONS_OF_ADDRESS = { failures: 30, within: MINUTE };
/** Of an account: beyond, something is to be ended first. */
export const GRANTS = 64;
export const ACCESS_TOKENS = 64;
export const DEVICE_KEYS = 64;
export const CLIENTS = 16;
/** Characters of what its owner calls a token or a service. */
export const SERVICE_NAME = 64;
/** Addresses that a service may be answered at, and their characters. */
export const REDIRECTS = 4;
export const REDIRECT = 512;
/** Days that a personal token or a key may be good for. */
export const ACCESS_DAYS = [7, 30, 90, 365] as const;
/** Requests of one token in a minute: a page of plots asks for a dozen. */
export const API_REQUESTS = 300;
/** Wrong tokens of one address in a minute. */
export const WRONG_TOKENS = 60;
/** ms after which the use of a token is noted anew: not each request is to write. */
export const USE_NOTED = MINUTE;

/** Characters that are kept of what a sensor says is wrong: it says 80. */
export const PROBLEM = 128;
