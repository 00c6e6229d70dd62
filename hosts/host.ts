/**
 * What a device needs from its surroundings. Each folder beside this file is one such surrounding;
 * the firmware in modules/ knows this interface and nothing else of where it runs.
 *
 * No callback given to a host may throw: on the chip an exception out of a socket or timer callback
 * restarts the device. Hosts guard them all the same.
 */
export interface Host {
	/** Twelve lower-case hex digits: the station's MAC address on the chip. Survives factory reset. */
	readonly udid: string;
	readonly clock: Clock;
	readonly timers: Timers;
	/** `count` bytes of cryptographic quality. */
	random(count: number): Uint8Array;
	/** In lower-case hex, as are all digests here. */
	digest(algorithm: Digest, bytes: Uint8Array): string;
	/** HMAC-SHA256 (RFC 2104). */
	hmac(key: Uint8Array, bytes: Uint8Array): string;
	readonly flash: Flash;
	/** Where points wait to be sent; absent: they wait nowhere. */
	readonly storage?: Storage;
	readonly network: Network;
	readonly led: Led;
	readonly button: Button;
	readonly sensors: Sensors;
	/** Where the device announces itself on the local network (DNS-SD, RFC 6763); absent where nothing can. */
	readonly announce?: Announce;
	/** Absent where the network needs no joining. */
	readonly wifi?: Wifi;
	/** The page by which a phone sets the device up, compressed by gzip; absent where there is no Wi-Fi to be set. */
	readonly setupPage?: Uint8Array;
	/** Absent where firmware cannot be replaced. */
	readonly updater?: Updater;
	/** What the surroundings know of how the device is. */
	readonly diagnostics?: Diagnostics;
	/** Takes down the device and starts it anew, as a power cycle would. */
	restart(): void;
	/** What a person at the desk or on the serial line may see. Carries no secret. Absent where nobody looks. */
	report?(event: DeviceEvent): void;
}

export type Digest = "MD5" | "SHA256";

export interface Clock {
	/** Wall time, ms since 1970 (UTC). It may jump, and before `synced` it is wrong. */
	now(): number;
	readonly synced: boolean;
	/** ms since some instant before the start. Never jumps, never goes back. */
	monotonic(): number;
}

export type Timer = unknown;

export interface Timers {
	/** Calls back once, `ms` from now. */
	once(callback: () => void, ms: number): Timer;
	/** Calls back every `ms`, first `ms` from now. */
	repeat(callback: () => void, ms: number): Timer;
	/** Stops a timer; one that has run or is stopped already is left alone. */
	clear(timer: Timer): void;
}

/** A small key-value store. A key is 1 to 15 letters, as NVS has it. */
export interface Flash {
	get(key: string): Uint8Array | undefined;
	/** Atomic: whenever the power goes, the old or the new value is there. Throws when it cannot be written. */
	set(key: string, value: Uint8Array): void;
	/** Atomic; a key that is not there is left alone. */
	delete(key: string): void;
}

/**
 * A stretch of flash, in sectors that are erased as a whole. It is used as flash has to be: what was erased is
 * written once, from front to back. A write that loses its power leaves any part of it. All throw if they fail.
 */
export interface Storage {
	readonly sectors: number;
	/** Bytes. */
	readonly sectorSize: number;
	/** Erased bytes read as 0xff. The bytes are the caller's. */
	read(sector: number, offset: number, count: number): Uint8Array;
	/** `offset` and the length of `bytes` are multiples of 4. Durable when it returns. */
	write(sector: number, offset: number, bytes: Uint8Array): void;
	erase(sector: number): void;
}

export interface Network {
	/** The network keeps real time, also on a desk that lets the device's time run faster. */
	readonly clock: Clock;
	readonly timers: Timers;
	/** How many connections a server may hold at a time here. */
	readonly maxConnections: number;
	/** Bytes that the header fields of a request may take, where there is memory for more than on a chip. */
	readonly headerBlock?: number;
	/** Bytes that the device may send at a time here, as it has to hold them all. */
	readonly maxUpload: number;
	/** The device's own address as others reach it, without brackets; undefined while there is none. */
	address(): string | undefined;
	/**
	 * Opens the device's HTTP port, or with `identity` its HTTPS port. Never throws: what fails is told to
	 * `onError`, before or after the return.
	 */
	listen(options: ListenOptions): Listener;
	/**
	 * Makes a P-256 key with its self-signed certificate for TLS and hands it over as opaque bytes for the
	 * flash, or undefined if it failed. It may take seconds; `done` is called once, never before the return. The
	 * certificate is valid for 820 days from yesterday on, or from 2020 to 2049 if the clock is not right yet. With
	 * `former` it is for the key of that identity.
	 */
	createIdentity(udid: string, done: (identity: Uint8Array | undefined) => void, former?: Uint8Array): void;
	/** Until when the certificate in an identity is valid, ms since 1970; 0 if the bytes are none. */
	expiry(identity: Uint8Array): number;
	/** SHA-256 of the certificate (DER) in an identity; undefined if the bytes are none. */
	fingerprint(identity: Uint8Array): string | undefined;
	/**
	 * Why nobody could be trusted by it, in a few words, such as that no authority in its PEM can be used; undefined if
	 * it will do. One certificate that cannot be used among others that can is no reason.
	 */
	checkTrust?(trust: Trust): string | undefined;
	/**
	 * Connects to a server: looks its name up, asks `allowAddress`, and opens TCP, and TLS if the endpoint is secure.
	 * It is there, and the other side the right one, with the first onWritable. Never throws, and calls nothing before
	 * its return. There is no time limit but that of a TLS handshake; `close` also ends what is only tried.
	 */
	connect(to: Connect, handler: SocketHandler): Stream;
}

/** Where to connect to. */
export interface Endpoint {
	/** Whether TLS is spoken. */
	secure: boolean;
	/** Name or address, an IPv6 address without its brackets. */
	host: string;
	port: number;
	/** From the first slash on, "" if there is none. */
	path: string;
}

/** Whom a TLS client believes. Without either field: the well-known authorities. */
export interface Trust {
	/** The only authorities that count, in PEM. */
	ca?: string;
	/** SHA-256 of the one certificate that counts, in lower-case hex, whoever signed it. */
	fingerprint?: string;
}

export interface Connect {
	endpoint: Endpoint;
	trust: Trust;
	/** Asked with the IP address before each connection to it; false: it is not made. */
	allowAddress(address: string): boolean;
}

export interface ListenOptions {
	/** From createIdentity: speak TLS with it. */
	identity?: Uint8Array;
	/** The port is open. Called once, never before `listen` has returned. */
	onListening(port: number): void;
	/** A connection is there (after the handshake, where TLS is spoken). It must be accepted or closed. */
	onConnection(socket: Socket): void;
	/** The port could not be opened, or the listener failed later. The listener is closed. */
	onError(message: string): void;
}

export interface Listener {
	/** Stops listening; connections live on. May be called more than once. */
	close(): void;
}

/** What a connection carries, in the shape of an ECMA-419 TCP socket. */
export interface Stream {
	/** Up to `count` bytes that have arrived; undefined if there are none. The bytes are the caller's. */
	read(count: number): Uint8Array | undefined;
	/**
	 * Takes `bytes`, which may be no longer than what onWritable or the last write allowed, and returns how
	 * many more may be written now. The host may keep `bytes` without copying: do not change them.
	 */
	write(bytes: Uint8Array): number;
	/** Sends what was written, then closes. No event comes afterwards. May be called more than once. */
	close(): void;
}

/** A connection that came. */
export interface Socket extends Stream {
	/** The other side's IP address, in one spelling only (an IPv4-mapped IPv6 address as IPv4). */
	readonly remoteAddress: string;
	/** Says where events go. Called once; events come only after it has returned. */
	accept(handler: SocketHandler): void;
}

export interface SocketHandler {
	/** `count` bytes can be read. What is left unread is announced again only when more arrives. */
	onReadable(count: number): void;
	/** `count` bytes can be written. */
	onWritable(count: number): void;
	/**
	 * The connection ended or failed: it can be neither read nor written any more. Of one that the device has made,
	 * this comes when all that arrived has been read, with the reason in words that may be told to everybody, and
	 * without one if the other side has closed it.
	 */
	onError(reason?: string): void;
}

export interface Led {
	/** Exponent between a color value and the light it gives: about 2.2 for a bare LED, 1 for a screen. */
	readonly gamma: number;
	/** Each 0 to 255. */
	set(red: number, green: number, blue: number): void;
}

export interface Button {
	/** Set by the device: called with true when pressed, false when released. */
	onChange: (pressed: boolean) => void;
}

/** What one reading of all sensors gives, in the units of modules/sensing/quantities.ts; absent = not read. */
export type Readings = Partial<Record<Quantity, number>>;

export type Quantity = "temperature" | "humidity" | "pressure" | "illuminance" | "co2" | "motion";

export type Motion = "left-to-right" | "right-to-left";

export interface Sensors {
	/** Reads every sensor that is present. */
	read(): Readings;
	/** Set by the device: called when a hand (or a person) passed. */
	onMotion: (motion: Motion) => void;
	/** The sensor for CO2 that is there now, if it can be told where it is; absent where there can be none. */
	readonly co2?: Co2Sensor | undefined;
	/** What that sensor is to know, from now on and whenever one is found; null: what it knows by itself. */
	configure?(settings: Co2Settings | null): void;
}

/** Where a sensor for CO2 is, for what it measures to be right. */
export interface Co2Settings {
	/** °C that the sensor is warmer than the air around the device. */
	temperatureOffset: number;
	/** m above the sea. */
	altitude: number;
}

export interface Co2Sensor {
	/** Why it may not be recalibrated now, in a few words; undefined if it may. */
	readonly unready: string | undefined;
	/** Tells it that the air around it has `co2` ppm. `done` is called once, later, with whether it took it. */
	recalibrate(co2: number, done: (worked: boolean) => void): void;
}

export interface AnnouncedService {
	secure: boolean;
	port: number;
	udid: string;
	version: string;
	/** What the owner calls the device, 128 bytes at most. */
	name?: string;
}

export interface Announce {
	/** Announces `_ambient16._tcp` and the HTTP or HTTPS service at `port`; replaces what was announced before. */
	publish(service: AnnouncedService): void;
	withdraw(): void;
}

/**
 * Two slots for firmware: one runs, the other takes an update. After `activate` the next start tries the other
 * one; unless that confirms itself, the start after it goes back.
 */
export interface Updater {
	/** What this firmware runs on, as releases name it: `desktop`, `esp32`, `esp32c3`, `m5atom_lite`, … */
	readonly target: string;
	/** Bytes that a slot can hold. */
	readonly capacity: number;
	/** The running firmware is on trial: `confirm` keeps it. */
	readonly onTrial: boolean;
	/** Why the firmware before this one was rolled back, if that was the last thing that happened. */
	readonly rolledBack?: string;
	/**
	 * Whether `signature` (ECDSA P-256 with SHA-256, DER) over `message` comes from the owner of the key that
	 * this firmware was built with; undefined if it was built with none.
	 */
	verify(message: Uint8Array, signature: Uint8Array): boolean | undefined;
	/** A new SHA-256 that takes its input in pieces. */
	hash(): { add(bytes: Uint8Array): void; finish(): string };
	/**
	 * Empties the other slot for an image of `size` bytes. This and the rest throw, with a few words for the owner,
	 * if the flash fails.
	 */
	begin(size: number): void;
	/** Writes the next bytes of the image; they are not kept. */
	write(bytes: Uint8Array): void;
	/** The image is whole, and of that `version`: the next start tries it. */
	activate(version: string): void;
	/** Gives up what was begun. */
	abandon(): void;
	/** Keeps the running firmware. */
	confirm(): void;
	/** Goes back to the other slot and restarts. `reason` is what `rolledBack` says then. */
	rollBack(reason: string): void;
}

export interface WifiCredentials {
	ssid: string;
	/** Empty for an open network. */
	password: string;
}

/** A network in reach. */
export interface WifiNetwork {
	ssid: string;
	/** Strength in dBm, below 0. */
	rssi: number;
	/** Whether it wants a password. */
	secure: boolean;
}

/** A network that the device is in. */
export interface WifiLink {
	ssid: string;
	/** Strength in dBm, below 0. */
	rssi: number;
	channel: number;
}

/**
 * What becomes of an attempt to join: let in; let in with an address, or another one than before; refused because of
 * the password; no network of that name; failed for another reason, or ended later.
 */
export type WifiEvent = "associated" | "joined" | "wrong-password" | "not-found" | "lost";

/** The radio: a station, an access point of the device's name, or both beside each other. Every call may throw. */
export interface Wifi {
	/** Set by the device. An event may come late, after another call, and more than once. */
	onEvent: (event: WifiEvent) => void;
	/** The device's own in its access point. */
	readonly accessPointAddress: string;
	/** Begins to join a network. */
	connect(credentials: WifiCredentials): void;
	/** Leaves the network, or the attempt to join it. */
	disconnect(): void;
	/** Opens or closes an open access point. */
	setAccessPoint(open: boolean): void;
	/** The network that the station is in; undefined: it is in none. */
	link(): WifiLink | undefined;
	/** Looks for networks, which takes seconds; not two searches at a time. */
	scan(done: (networks: readonly WifiNetwork[]) => void): void;
}

/**
 * Why a run began: the power came; it was told to; the firmware failed; it hung; the power was too weak; somebody from
 * outside, such as a programmer, wanted it; nobody knows.
 */
export type ResetReason = "power" | "restart" | "crash" | "watchdog" | "brownout" | "external" | "unknown";

export interface Diagnostics {
	/** Why this run began. */
	readonly reset: ResetReason;
	/** Set by the device: told of the problems that the host has reported by itself. */
	problems: { add(message: string): void } | undefined;
	/** Absent where memory is a computer's. It may collect garbage first. */
	memory?(): MemoryUse;
}

export interface MemoryUse {
	/** Of the script engine. */
	xs: {
		/** Slots in use. */
		slots: number;
		/** Bytes of chunks in use. */
		chunks: number;
		/** Bytes that it can still have, and how many of them it has never taken; absent where it can have ever more. */
		free?: number;
		least?: number;
	};
	/** Bytes of the C heap that are free, and that were at the least since the start; absent where nobody counts. */
	heap?: { free: number; least: number };
}

/** One thing that happened, as `npm start --json` prints it. Carries no secret. */
export type DeviceEvent =
	/** A device has begun to run, with the firmware's version, and why. */
	| { event: "start"; version: string; reset: ResetReason }
	| { event: "led"; red: number; green: number; blue: number; effect: string }
	| { event: "mode"; mode: "http" | "https" }
	/** HTTPS mode has these times, from now on: seconds without the owner until it ends, and at the latest. */
	| { event: "https"; idle: number; limit: number }
	| { event: "pairing"; open: boolean }
	| { event: "token"; token: string }
	| { event: "paired"; paired: boolean }
	| { event: "reset" }
	| { event: "restart" }
	| { event: "motion"; motion: Motion }
	/** `time` in seconds since 1970. Before the clock is set windows wait for theirs. */
	| { event: "window"; time: number; readings: Readings }
	| {
			event: "request";
			secure: boolean;
			address: string;
			method: string;
			path: string;
			status: number;
			commands: string[];
	  }
	/**
	 * How many points wait for the database, were sent and were lost since the start; told when it changes.
	 * `database`: one is set. `error`: why nothing is sent at present.
	 */
	| { event: "cloud"; database: boolean; waiting: number; sent: number; lost: number; error?: string }
	/** How an update goes, as `getSettings` has it; `confirmed`: the version that runs has shown that it works. */
	| {
			event: "update";
			state: string;
			version?: string;
			percent?: number;
			bytes?: number;
			error?: string;
	  }
	| { event: "problem"; message: string };
