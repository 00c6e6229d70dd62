/** Every bound of the firmware, each with its reason. Times in ms, sizes in bytes, unless named otherwise. */

// HTTP: what a request may be. Sizes leave room for any browser's headers and for a CA certificate in the body.
/** Method, target and version. The API has one path; absolute targets and queries are the longest. */
export const REQUEST_LINE = 512;
/**
 * All header fields together, where memory does not allow for more. Browsers send less than 1 KiB to a device without
 * cookies.
 */
export const HEADER_BLOCK = 2048;
/** Header fields. Browsers send about 20; each costs the chip memory beyond its bytes. */
export const HEADER_FIELDS = 64;
/**
 * Over plain HTTP, where everybody can fill all connections at once. No command that is taken there needs 400 bytes.
 */
export const BODY = 1024;
/**
 * Over HTTPS, of which there are two connections: a JSON command with a CA certificate in PEM (P-256 about 800 B,
 * RSA-4096 about 2 KiB).
 */
export const SECURE_BODY = 4096;
/** A field that is held while the body comes: an Authorization has 150 bytes, an Origin at most 270. */
export const FIELD_KEPT = 512;
/** A head that is read in one go; browsers send some 500 bytes. A longer one is read with less memory and more work. */
export const USUAL_HEAD = 1024;
/** A Content-Length as written: longer ones overflow what Number holds exactly, shorter ones are compared. */
export const CONTENT_LENGTH_DIGITS = 15;
/** A chunk-size line with its extensions, which nobody needs. */
export const CHUNK_LINE = 64;
/** Empty lines before a request (RFC 9112, 2.2) that are skipped. */
export const LEADING_EMPTY_LINES = 2;
/** JSON nesting. The API's deepest command has 3 levels; XS aborts on a text 100,000 deep. */
export const JSON_DEPTH = 8;
/** JSON values. A request with every command and field has about 50; of 4 KiB of `[],[],…` XS makes 90 KB. */
export const JSON_VALUES = 128;

// HTTP: how long a client may take. Real time.
/** From the first wait for a request on a fresh connection to the end of its head. */
export const HEAD_TIME = 5_000;
/** From the end of the head to the end of the body. */
export const BODY_TIME = 10_000;
/**
 * Between requests on one connection, in seconds as a client is told. Longer than clients keep theirs by themselves
 * (aiohttp and httpx 15 s) and than most polls; where connections are few, one that rests makes room at once.
 */
export const KEEP_ALIVE = 30;
/** The same as it is held to: a request that is sent just in time still finds the connection. */
export const KEEP_ALIVE_TIME = 35_000;
/** For the client to take an answer. */
export const WRITE_TIME = 10_000;
/** How often connections are looked at: the precision of the four above. */
export const SWEEP_INTERVAL = 1_000;
/** Read from a socket at a time: one TCP segment on Ethernet and Wi-Fi. */
export const READ_CHUNK = 1460;

// Authentication.
/** Device time after which the public token is replaced. */
export const TOKEN_LIFE = 3_600_000;
export const TOKEN_LENGTH = 8;
/** Wrong proofs, each counted once, from one address within ATTEMPT_TIME before it has to wait: slips are forgiven. */
export const ATTEMPTS = 10;
/** Real time. */
export const ATTEMPT_TIME = 60_000;
/** Addresses remembered, with up to ATTEMPTS numbers each; the one that is nearest to being forgotten makes room. */
export const ATTEMPT_ADDRESSES = 16;
/** A request counter `nc`: the largest integer that JSON and Number hold exactly has 16 digits. */
export const NONCE_DIGITS = 15;
/** Letters of a key's name: a program and where it runs. */
export const KEY_NAME = 24;
/** Digits of a key's end and generation: the largest integer that JSON and Number hold exactly has 16. */
export const KEY_DIGITS = 15;
/** Of keys, in place of one that cannot be read: far beyond all that were in use, so that no key of before is taken. */
export const UNKNOWN_GENERATION = 1_000_000;
/** Names of keys that are revoked one by one: about 400 bytes of the settings. */
export const KEYS_REVOKED = 16;
/** Keys whose last use and request counter are remembered: a home has about as many programs. */
export const KEYS_SEEN = 8;
/** A name in an error message. Command and field names are shorter; a UUID (36, or 32 in hex) is longer. */
export const NAME_SHOWN = 24;

// Identity.
/** An unpaired device takes `pair` this long after start or a press of the button. */
export const PAIRING_TIME = 600_000;
/** The button held this long erases the owner. */
export const RESET_HOLD = 10_000;
/** The light warns from here on while the button is held. */
export const RESET_WARNING = 1_000;
/** How long the light shows an error. */
export const ERROR_SIGNAL_TIME = 3_000;
/** After a port could not be opened, or an identity not be made, wait this long before the next try. */
export const RETRY_TIME = 5_000;
/** How often the certificate's dates are looked at. */
export const CERTIFICATE_CHECK_TIME = 60_000;
/** ms before its end that a certificate is renewed: whoever trusts it by hand meets both within two months. */
export const CERTIFICATE_RENEWAL = 60 * 86_400_000;
/** ms that a certificate may be valid at most: Apple's 825 days. One made without a clock is valid for longer. */
export const CERTIFICATE_VALIDITY = 825 * 86_400_000;

// Wi-Fi (IEEE 802.11, WPA2): an SSID is 1 to 32 octets, a passphrase 8 to 63.
export const SSID_BYTES = 32;
export const PASSPHRASE_MIN = 8;
export const PASSPHRASE_MAX = 63;
/** For an attempt: a scan of all channels, the handshake, and an address from a slow router. */
export const WIFI_ATTEMPT_TIME = 30_000;
/** Wait before another attempt: at most this after the first failure, and at most that after many. */
export const WIFI_BACKOFF_FIRST = 2_000;
export const WIFI_BACKOFF_MOST = 60_000;
/** A network that kept the device this long was a good one: the next failure counts as a first one. */
export const WIFI_STABLE = 60_000;
/** For the radio to say what is left to say of an attempt that is over. */
export const WIFI_SETTLE_TIME = 1_000;
/** Before a network is left for another one, or for good: the answer to the request that asked for it leaves over it. */
export const WIFI_LEAVE_TIME = 2_000;
/** New credentials have this long to give an address, and this many attempts may fail. */
export const WIFI_TRIAL_TIME = 60_000;
export const WIFI_TRIAL_FAILURES = 2;
/** A device with an owner that found no network in this time after its start opens its access point. */
export const WIFI_AWAY_TIME = 600_000;
/** How long the access point of a device with an owner stays open. */
export const ACCESS_POINT_TIME = 600_000;
/** And how long after the device has joined, for the phone to see that. */
export const ACCESS_POINT_GRACE = 60_000;
/** Between two attempts while the access point is open, which the radio leaves to look for the network. */
export const WIFI_RETRY_BESIDE = 60_000;
/** For a scan: the chip looks at each of 13 channels for a tenth of a second, and longer beside an access point. */
export const WIFI_SCAN_TIME = 15_000;
/** Fields of a form of the set-up page, which has three. */
export const FORM_FIELDS = 8;
/** Networks in an answer: more do not fit a phone's screen. */
export const WIFI_NETWORKS = 16;

// HTTPS mode, in seconds of device time: [least, default, most].
export const HTTPS_IDLE = [5, 120, 3600] as const;
export const HTTPS_LIMIT = [10, 900, 3600] as const;

// Light.
/** Seconds that a color is shown: [least, default, most]. A day: longer is without an end. */
export const COLOR_DURATION = [1, 10, 86_400] as const;
/** Between two writes of the light's order: flash of 100,000 cycles, with NVS over several sectors, lasts for decades. */
export const KEPT_ORDER_INTERVAL = 60_000;
/** Half a blink: 1 Hz is seen by all and far below the 3 Hz that can harm (WCAG 2.3.1). */
export const BLINK_HALF = 500;
/** One breath. */
export const BREATH = 4_000;
/** Between two steps of a breath: 20 a second look smooth. */
export const BREATH_STEP = 50;

// The SCD4x (data sheet 1.4: 3.6.1, 3.6.3, 3.7.1): [least, what it has by itself, most].
/** °C that it is warmer than the air around the device. */
export const TEMPERATURE_OFFSET = [0, 4, 20] as const;
/** m above the sea. */
export const ALTITUDE = [0, 0, 3_000] as const;
/** ppm that it can be told that the air has; fresh air has 420 or so. */
export const RECALIBRATION = [400, 420, 2_000] as const;

// Sensing.
/** One point in the database. */
export const WINDOW = 10_000;
/** Between two readings in a window. */
export const SAMPLE_INTERVAL = 1_000;
/** A change of the wall clock beyond this is a jump; SNTP's usual corrections, and a leap second, stay below. */
export const CLOCK_JUMP = 1_000;
/** Stretches of time between jumps that are remembered apart; with more, the two nearest become one. */
export const CLOCK_SPANS = 8;
/** Event counters start again at 0 after this, so that they stay whole numbers everywhere. */
export const COUNTER_MAX = 0xffff_ffff;

// Servers that the device calls. Real time.
/**
 * Read from a server in a turn, before others have theirs: lwIP's window. In the worst of answers, chunks of one byte,
 * that is work of a tenth of a second for the chip.
 */
export const SERVER_TURN = 5_840;
/** The head of an answer. Those of databases, and of stores of files, have less than 2 KB. */
export const ANSWER_HEAD = 4_096;
/** Header fields of an answer. */
export const ANSWER_FIELDS = 64;
/** Interim answers (RFC 9110, 15.2) before the final one. */
export const INTERIM_ANSWERS = 4;
/** For a broker to accept. */
export const MQTT_CONNECT_TIME = 15_000;
/** For what was published and the DISCONNECT to arrive: then the broker closes the connection. */
export const MQTT_CLOSE_TIME = 3_000;
/** Publishes without PUBACK, 80 bytes of the chip's memory each: windows of some minutes, and all of a parting at once. */
export const MQTT_UNACKNOWLEDGED = 32;

/** Topics that are subscribed to: commands, and the light. */
export const MQTT_SUBSCRIPTIONS = 2;
/** Of what a broker sends: a topic, an Authorization and a body as over plain HTTP. What is longer is read over. */
export const MQTT_PACKET = 2 + 64 + 32 + 2 + FIELD_KEPT + 1 + BODY;
/** Packets that wait for a broker that does not read, behind what the network has taken; a window has 400 bytes. */
export const MQTT_OUTPUT = 16;
/** Commands that wait while one is answered: one of each program of a home. More are not taken notice of. */
export const COMMANDS_WAITING = 4;
/** The same in bytes: a usual one has 300, the longest 1,540. */
export const COMMAND_BYTES_WAITING = 2048;
/** Commands that were carried out, and are known when they come again. */
export const COMMANDS_KNOWN = 16;

// Cloud. Real time: the network's.
/** Bytes of a point's line, with all that a sensor may measure: so many points go into one upload. */
export const POINT_LINE = 160;
/** For the database to answer. */
export const POST_TIME = 15_000;
/** Of what a database says to a write: kept, and shown to the owner in characters. Databases' errors are a line. */
export const ANSWER_KEPT = 512;
export const ANSWER_SHOWN = 200;
/** Wait before another try: at most this after the first failure, and at most that after many. */
export const BACKOFF_FIRST = 1_000;
export const BACKOFF_MOST = 300_000;
/** The longest Retry-After that is obeyed: a database that asks for more is asked again after this. */
export const RETRY_AFTER_MOST = 3_600_000;
/**
 * An MQTT connection that lasted this long was a good one: the next failure counts as a first one. As often it is told
 * how the device is.
 */
export const MQTT_STABLE = 60_000;
/** What a device did not measure in this time since its start it does not measure, and no sensor is only late. */
export const SETTLED_TIME = 86_400_000;
/** Seconds between signs of life; a broker gives up after 1.5 times that (MQTT 3.1.1, 3.1.2.10). */
export const MQTT_KEEP_ALIVE = 60;
/** Events that wait for the broker, 100 bytes of memory each; the oldest make room. */
export const EVENTS_WAITING = 32;
/** Windows from before the clock was set, until they get their time: 20 minutes, in 4 kB of the chip. The oldest make room. */
export const WINDOWS_UNTIMED = 120;
/** Lengths of what the owner sets, in bytes: an InfluxDB token has 88 characters. */
export const URL_BYTES = 256;
export const NAME_BYTES = 128;
export const CREDENTIAL_BYTES = 256;
/** A CA certificate in PEM. */
export const CA_BYTES = 3_000;
export const TOPIC_BYTES = 64;
/** What the owner calls the device, in characters; in UTF-8 it fits a text of DNS-SD (255 bytes). */
export const DEVICE_NAME = 32;
export const DEVICE_NAME_BYTES = 128;

// What the owner is told of the device.
/** Problems that are remembered. */
export const PROBLEMS_KEPT = 16;
/** Characters of each: all that the firmware says itself is shorter, what a server said may be cut. */
export const PROBLEM_SHOWN = 80;

/** Seconds by which a clock is corrected; beyond that it was set. */
export const CLOCK_CORRECTION = 60;
/** A problem of within this time is one that the device has. */
export const PROBLEM_RECENT = 3_600_000;

// Updates. Real time, as a download goes at the network's pace.
/** A manifest: a few fields, a URL and a signature. */
export const MANIFEST = 2048;
/** For the next bytes of a manifest or an image. */
export const DOWNLOAD_TIME = 30_000;
/** For a whole image: a slot of 1.8 MB at 3 KB/s. */
export const DOWNLOAD_MOST = 600_000;
/** A new firmware has this long until it works: a network that comes back may take minutes. */
export const CONFIRM_TIME = 300_000;
/**
 * And then has to work without a break for so long, before it is kept: one that crashes as soon as the clock is set, a
 * window is stored, or a database or broker answers is left.
 */
export const CONFIRM_STABLE = 60_000;
/** How often it looks whether it does. */
export const CONFIRM_INTERVAL = 1_000;
/** Between two looks for an update, where the owner wants that; plus up to a tenth of it, so that not all come at once. */
export const DAILY = 86_400_000;
