import { ImpostorError, RefusedError, SensorError, UnreachableError, UsageError } from "./errors.js";
import { type Key, lacking, parseKey } from "./key.js";
import type { Exchange, Platform, Reply } from "./platform.js";
import { sign } from "./signature.js";
import type {
	Co2Settings,
	HttpsTimes,
	Influx,
	Info,
	KeysOrder,
	Mqtt,
	Settings,
	Trust,
	UpdateStatus,
	Wifi,
	WifiNetwork,
} from "./types.js";
import { type Commands, Verbs } from "./verbs.js";

export interface SensorOptions {
	/** The owner's secret; not needed for `info` and `pair`. Programs beside the owner's own get a key. */
	uuid?: string;
	/** What a program has in place of the UUID: the text `id:K` that `mintKey` or `ambient16 key` has made. */
	key?: string;
	/** How to prove who asks: signed requests, unless MD5 secrets are told to be good enough. */
	auth?: "hmac-sha256" | "md5";
	/**
	 * Where its HTTPS listens. Unless told otherwise that is where its identity says, and until it has said so as far
	 * from the port of `url` as 443 is from 80, or 8443, as on a desk.
	 */
	httpsUrl?: string;
}

interface Answer {
	results: Record<string, unknown>;
	/** Under which the command was proved. */
	token: string;
}

/** What a device takes over any connection by HTTP. Rejects with a SensorError, always. */
class Connection extends Verbs {
	protected readonly platform: Platform;
	/** Of the device, with a slash at its end. */
	readonly url: string;
	protected uuid: string | undefined;
	protected readonly key: Key | undefined;
	protected readonly auth: "hmac-sha256" | "md5";
	/** Over HTTPS: SHA-256 of the certificate that counts, in hex. */
	readonly certificate: string | undefined;
	#info: Info | undefined;
	#nc = 0;

	constructor(platform: Platform, url: string, options: SensorOptions, certificate?: string) {
		super();
		this.platform = platform;
		this.url = addressOf(url).href;
		if (options.uuid !== undefined && options.key !== undefined)
			throw new UsageError("a sensor is opened with the UUID or with a key");
		this.uuid = options.uuid;
		this.key = options.key === undefined ? undefined : parseKey(options.key);
		this.auth = options.auth ?? "hmac-sha256";
		this.certificate = certificate;
	}

	/** Who it is, and the token in force. */
	async info(): Promise<Info> {
		const ask = () => this.#exchange({ method: "GET", headers: {} });
		// A port that closes, as HTTPS mode begins, cuts off who has just come: then nobody listens there (RFC 9110, 9.2.2).
		const reply = await ask().catch((error) => {
			if (error instanceof UnreachableError && error.cut) return ask();
			throw error;
		});
		// Signatures came later than MD5 secrets, and `auth` with them.
		const info: Record<string, unknown> = { auth: ["md5"], ...parse(reply) };
		if (reply.status !== 200 || !isInfo(info))
			throw new ImpostorError(`there is no Ambient16 sensor at ${this.url}`);
		this.#info = info;
		return info;
	}

	override async send(commands: Commands): Promise<Record<string, unknown>> {
		return (await this.#insist(commands)).results;
	}

	/** Has it enter HTTPS mode, or stay in it, and makes sure that it is this owner's sensor that answers there. */
	protected async prove(times: HttpsTimes): Promise<SecureSensor> {
		const { results, token } = await this.#insist({ setHttps: { enabled: true, ...times } });
		const { url, fingerprint, proof } = (results.setHttps ?? {}) as Record<string, unknown>;
		const { platform } = this;
		const right = await platform.hmac(this.#secret, `${token}\n${fingerprint}`);
		if (typeof fingerprint !== "string" || proof !== right)
			throw new ImpostorError("whoever answered cannot prove to be this sensor");
		// The proof does not cover the URL: who is between could point to where no certificate is looked at.
		if (typeof url !== "string" || !url.startsWith("https:"))
			throw new ImpostorError("whoever answered does not lead to HTTPS");
		return new SecureSensor(platform, url, this.credentials, fingerprint);
	}

	/** With which it is opened, for another connection to the same sensor. */
	protected get credentials(): SensorOptions {
		const { uuid, key, auth } = this;
		return {
			...(uuid !== undefined && { uuid }),
			...(key && { key: `${key.id}:${key.secret}` }),
			auth,
		};
	}

	/** What proofs are made with. */
	get #secret(): string {
		const secret = this.key?.secret ?? this.uuid;
		if (secret === undefined) throw new UsageError("this takes the owner's UUID, or a key");
		return secret;
	}

	/** What was known of it holds no longer: the next command asks anew. */
	protected forget(): void {
		this.#info = undefined;
	}

	/** Sends commands until they are taken, or refused for a reason that another try would not mend. */
	async #insist(commands: Commands): Promise<Answer> {
		let info = this.#info ?? (await this.info());
		for (let tries = TRIES; ; tries--) {
			try {
				return { results: await this.#command(commands, info), token: info.token };
			} catch (error) {
				const next = tries > 1 && error instanceof RefusedError && (await this.#mend(error, info));
				if (!next) throw error;
				info = next;
			}
		}
	}

	/** With what to try again; undefined if that would be refused as well. */
	async #mend({ code, nc }: RefusedError, info: Info): Promise<Info | undefined> {
		// Another program of the owner was ahead.
		if (code === "replayed" && nc !== undefined) {
			this.#nc = Math.max(this.#nc, nc);
			return info;
		}
		if (code !== "wrong-token" && code !== "wrong-secret") return undefined;
		// The token may have changed since it was asked for.
		const now = await this.info();
		return now.token === info.token ? undefined : now;
	}

	protected async post(body: string, headers: Record<string, string> = {}): Promise<Record<string, unknown>> {
		const reply = await this.#exchange({
			method: "POST",
			headers: { "content-type": "application/json", ...headers },
			body,
		});
		const answer = parse(reply);
		if (reply.status === 200) return answer;
		const { code, message, nc } = answer;
		throw new RefusedError(
			reply.status,
			typeof code === "string" ? code : "unknown",
			typeof message === "string" ? message : `the sensor answers ${reply.status}`,
			reply.retryAfter === undefined ? undefined : Number(reply.retryAfter),
			Number.isSafeInteger(nc) ? (nc as number) : undefined,
		);
	}

	async #command(commands: Commands, { udid, token, auth }: Info): Promise<Record<string, unknown>> {
		const { key, platform } = this;
		const secret = this.#secret;
		const missing = key && lacking(key, Object.keys(commands));
		if (missing) throw new UsageError(missing);
		if (key && !auth.includes("key")) throw new UsageError("this sensor's firmware knows no keys yet");
		if (!auth.includes(this.auth)) throw new UsageError(`this sensor takes ${auth.join(" or ")} only`);
		if (this.auth === "md5") {
			if (!platform.md5) throw new UsageError("there is no MD5 here; use signed requests");
			const proof = { secret: platform.md5(token + secret), ...(key && { key: key.id }) };
			return this.post(JSON.stringify({ udid, ...proof, ...commands }));
		}
		const body = JSON.stringify({ udid, ...commands });
		// Rises also for several programs of one owner, if their clocks agree.
		this.#nc = Math.max(Date.now(), this.#nc + 1);
		const request = { token, nc: this.#nc, method: "POST", path: "/", body };
		return this.post(body, { authorization: await sign(platform, { uuid: this.uuid, key }, request) });
	}

	#exchange(exchange: Exchange): Promise<Reply> {
		return this.platform.exchange(this.url, {
			...exchange,
			...(this.certificate !== undefined && { certificate: this.certificate }),
		});
	}
}

/** A sensor over a connection that is known to lead to it, in HTTPS mode. */
export class SecureSensor extends Connection {
	async settings(): Promise<Settings> {
		return (await this.send({ getSettings: {} })).getSettings as Settings;
	}

	/** Where points go; null: nowhere. */
	async setInflux(influx: Influx | null): Promise<void> {
		await this.send({ setInflux: influx });
	}

	/** Where events go; null: nowhere. */
	async setMqtt(mqtt: Mqtt | null): Promise<void> {
		await this.send({ setMqtt: mqtt });
	}

	/** The Wi-Fi networks in reach, the strongest first. */
	async scanWifi(): Promise<WifiNetwork[]> {
		return ((await this.send({ scanWifi: {} })).scanWifi as { networks: WifiNetwork[] }).networks;
	}

	/** Another Wi-Fi, which the sensor keeps only if it gives an address. `settings` tells what became of it. */
	async setWifi(wifi: Wifi): Promise<void> {
		await this.send({ setWifi: wifi });
	}

	/** What the owner calls it; null: nothing any more. */
	async setName(name: string | null): Promise<void> {
		await this.send({ setName: name === null ? null : { name } });
	}

	/** Where the sensor for CO2 is, or that the air around it has `recalibrate` ppm; null: what it knows by itself. */
	async setSensors(order: Partial<Co2Settings> | { recalibrate: number } | null): Promise<void> {
		await this.send({ setSensors: order });
	}

	/** What keys are worth nothing from now on, and which are again. */
	async setKeys(order: KeysOrder): Promise<void> {
		await this.send({ setKeys: order });
	}

	/** Whether MD5 secrets are taken beside signed requests. */
	async setAuth(auth: { md5: boolean }): Promise<void> {
		await this.send({ setAuth: auth });
	}
}

interface Entered {
	secure: SecureSensor;
	/** The sensor was not in HTTPS mode already. */
	entered: boolean;
}

/** A server of which nothing is known: what is said to it may be heard by anybody, as over plain HTTP. */
class Unproven extends Connection {
	async pair(udid: string, order: { uuid: string; wifi?: Wifi }): Promise<void> {
		await this.post(JSON.stringify({ udid, pair: order }));
	}

	open(times: HttpsTimes): Promise<SecureSensor> {
		return this.prove(times);
	}
}

/** A sensor in the home, over plain HTTP, from where it can be switched to HTTPS. In HTTPS mode it is found there. */
export class SensorBase extends Connection {
	/** Where its HTTPS may listen, the likeliest first. */
	#httpsUrls: string[];
	readonly #isTold: boolean;

	constructor(platform: Platform, url: string, options: SensorOptions) {
		super(platform, url, options);
		const { protocol, hostname, port } = new URL(this.url);
		if (protocol !== "http:") throw new UsageError("a sensor is reached by http:// first");
		this.#isTold = options.httpsUrl !== undefined;
		this.#httpsUrls = options.httpsUrl
			? [httpsAddress(options.httpsUrl)]
			: guesses(Number(port || 80)).map((guess) => `https://${hostname}:${guess}/`);
	}

	override async info(): Promise<Info> {
		const info = await this.#inEither(
			() => super.info(),
			(unproven) => unproven.info(),
		);
		if (info.https !== undefined && !this.#isTold)
			this.#httpsUrls = [`https://${new URL(this.url).hostname}:${info.https}/`];
		return info;
	}

	override async send(commands: Commands): Promise<Record<string, unknown>> {
		return this.#inEither(
			() => super.send(commands),
			async (unproven) => {
				// It can be asked again when HTTPS mode has ended.
				if (this.key && lacking(this.key, ["setHttps"]))
					throw new UnreachableError("the sensor is in HTTPS mode, which takes more than this key");
				return (await unproven.open({})).send(commands);
			},
		);
	}

	/**
	 * Becomes its owner: gives it a UUID over TLS, a new one unless one is given. It resolves with the UUID, which
	 * has to be kept. Rejects with a RefusedError "already-paired" or "pairing-closed".
	 */
	async pair({
		httpsUrl,
		uuid,
		wifi,
	}: {
		httpsUrl?: string;
		uuid?: string;
		wifi?: Wifi;
	} = {}): Promise<string> {
		if (this.key) throw new UsageError("pairing takes the owner's UUID, and no key");
		const { udid, paired } = await this.info();
		if (paired) throw new RefusedError(409, "already-paired", "this sensor has an owner already");
		const secret = uuid ?? this.platform.randomUUID();
		const url = httpsAddress(httpsUrl ?? (this.#httpsUrls[0] as string));
		// There is no secret yet that could tell the sensor from an impostor.
		const connection = new Unproven(this.platform, url, {}, "any");
		await connection.pair(udid, { uuid: secret, ...(wifi && { wifi }) }).catch((error) => {
			throw error instanceof UnreachableError && error.refused ? pairingClosed(url) : error;
		});
		this.uuid = secret;
		this.forget();
		return secret;
	}

	/**
	 * Switches to HTTPS, makes sure that it is this owner's sensor that answers there, does `task`, and switches
	 * back, also if `task` fails. Rejects with an ImpostorError, and sends nothing more, if the proof is wrong.
	 */
	async overHttps<T>(task: (sensor: SecureSensor) => Promise<T>, times: HttpsTimes = {}): Promise<T> {
		const { secure, entered } = await this.#enter(times);
		let failed = true;
		try {
			const result = await task(secure);
			failed = false;
			return result;
		} finally {
			if (entered) {
				// If it cannot be told, HTTPS mode ends by itself; and what went wrong before matters more.
				await secure.send({ setHttps: { enabled: false } }).catch((error) => {
					if (!failed && !(error instanceof UnreachableError)) throw error;
				});
				await this.#untilBack();
			}
		}
	}

	/** Switches to HTTPS and stays there: until `closeHttps`, or as long as `times` allows. Rejects as `overHttps`. */
	async openHttps(times: HttpsTimes = {}): Promise<SecureSensor> {
		return (await this.#enter(times)).secure;
	}

	/** Switches back to plain HTTP. */
	async closeHttps(): Promise<void> {
		await this.send({ setHttps: { enabled: false } });
		await this.#untilBack();
	}

	async #enter(times: HttpsTimes): Promise<Entered> {
		if (!this.platform.pins)
			throw new UsageError("a browser cannot check the sensor's certificate; do this from Node.js or Python");
		return this.#inEither<Entered>(
			async () => ({ secure: await this.prove(times), entered: true }),
			async (unproven) => ({ secure: await unproven.open(times), entered: false }),
		);
	}

	/** Over plain HTTP, or in HTTPS mode, when nobody listens there, over HTTPS. */
	async #inEither<T>(plain: () => Promise<T>, secure: (unproven: Unproven) => Promise<T>): Promise<T> {
		try {
			return await plain();
		} catch (refused) {
			if (!this.platform.pins || !(refused instanceof UnreachableError) || !refused.refused) throw refused;
			const { platform, credentials } = this;
			for (const url of this.#httpsUrls) {
				try {
					return await secure(new Unproven(platform, url, credentials, "any"));
				} catch (error) {
					// Without a cause it is there, and cannot be asked.
					if (!(error instanceof UnreachableError) || error.cause === undefined) throw error;
				}
			}
			throw refused;
		}
	}

	/** Plain HTTP opens a moment after HTTPS has closed. */
	async #untilBack(): Promise<void> {
		for (let patience = SWITCH; patience > 0; patience -= GLANCE) {
			try {
				await super.info();
				return;
			} catch {
				await pause(GLANCE);
			}
		}
	}

	/**
	 * Has it fetch the update that the manifest at `manifestUrl` describes, and waits until it runs. Resolves with
	 * the version that runs then.
	 */
	async update(
		manifestUrl: string,
		options: Trust & { daily?: boolean; onProgress?: (status: UpdateStatus) => void } = {},
	): Promise<string> {
		const { onProgress, ...order } = options;
		const { version } = await this.info();
		const last = await this.overHttps(async (sensor) => {
			await sensor.send({ update: { url: manifestUrl, ...order } });
			for (;;) {
				await pause(POLL);
				// It may have restarted between two looks, with another token or certificate, or without HTTPS.
				const settings = await sensor.settings().catch(() => undefined);
				if (!settings) return undefined;
				onProgress?.(settings.update);
				if (!["checking", "downloading"].includes(settings.update.state)) return settings.update;
			}
		});
		if (last?.state === "current") return version;
		if (last?.state === "failed") throw new SensorError(`the update failed: ${last.error}`);
		for (let patience = RESTART; patience > 0; patience -= POLL) {
			await pause(POLL);
			const now = await this.info().catch(() => undefined);
			if (now && now.version !== version) return now.version;
		}
		throw new SensorError("the sensor did not come back with another version");
	}
}

/** How often a command is tried: a token that changes and counters of other programs may come after each other. */
const TRIES = 8;
/** ms between two looks at how an update goes. */
const POLL = 500;
/** ms for the switch from HTTPS to HTTP, and between two looks. */
const SWITCH = 5_000;
const GLANCE = 50;
/** ms for a restart, the trials of a firmware that fails to start included. */
const RESTART = 120_000;

/** At which port HTTPS may be where plain HTTP is at `port`: 443 for 80, 8443 for 8080, and 8443 for any other. */
function guesses(port: number): number[] {
	const alike = port + 443 - 80;
	return port === 80 ? [alike] : [...new Set([alike, 8443])].filter((guess) => guess < 65_536);
}

/** Outside HTTPS mode a sensor listens for HTTPS only while it can be paired. */
function pairingClosed(url: string): RefusedError {
	return new RefusedError(
		409,
		"pairing-closed",
		"it cannot be paired now. Press its button shortly (on a desk: b in its terminal, or the button in its panel), " +
			`and pair within 10 minutes. If its light breathes already, its HTTPS is elsewhere than at ${url}`,
	);
}

function pause(ms: number): Promise<void> {
	return new Promise((resolve) => setTimeout(resolve, ms));
}

function parse({ text }: Reply): Record<string, unknown> {
	try {
		const value = JSON.parse(text);
		if (typeof value === "object" && value !== null) return value;
	} catch {}
	throw new ImpostorError("the answer is not a sensor's");
}

/** What goes into header fields, file names and terminals is what docs/protocol.md says. */
function isInfo(info: object): info is Info {
	const { type, version, udid, token, auth, https } = info as Partial<Info>;
	const is = (value: unknown, pattern: RegExp) => typeof value === "string" && pattern.test(value);
	return (
		type === "Ambient16" &&
		is(udid, /^[0-9a-f]{12}$/) &&
		// Who may choose the token freely can find the UUID out of MD5 secrets, as with APOP (CVE-2007-1558).
		is(token, /^[a-z]{8}$/) &&
		is(version, /^[\w.+-]{1,40}$/) &&
		Array.isArray(auth) &&
		(https === undefined || (Number.isInteger(https) && https > 0 && https < 65_536))
	);
}

function httpsAddress(url: string): string {
	const { protocol, href } = addressOf(url);
	if (protocol !== "https:") throw new UsageError(`${url} is not https://`);
	return href;
}

function addressOf(url: string): URL {
	try {
		return new URL("/", url);
	} catch {
		throw new UsageError(`${url} is no address, such as http://192.168.1.16`);
	}
}
