import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { lacking, parseKey } from "../key.js";
import {
	type BrokerOptions,
	type Influx,
	type Info,
	type Mqtt,
	MqttSensor,
	RefusedError,
	Sensor,
	SensorError,
	type Trust,
	UnreachableError,
	UsageError,
} from "../node.js";
import { key, keys, revoke } from "./access.js";
import { type Command, numberOf, parse, type Values } from "./arguments.js";
import type { Call } from "./call.js";
import { completion } from "./completion.js";
import { ask, discover } from "./discover.js";
import { HELP } from "./help.js";
import {
	forgetGeneration,
	fromEnvironment,
	type Kept,
	kept as keptFrom,
	keyFile,
	readKey,
	UUID_VARIABLE,
	writeKey,
} from "./keys.js";
import { Progress } from "./progress.js";
import { askSecret, confirm } from "./prompt.js";
import { sensors } from "./sensors.js";
import { describeStatus } from "./status.js";
import { describeData, watch } from "./watch.js";
import { wifi } from "./wifi.js";

/** The sensor does not know the UUID: it is another owner's. */
export class NotYoursError extends SensorError {
	readonly code = "wrong-secret";
}

/** The variable of the environment with the password of the broker's user. */
const PASSWORD_VARIABLE = "AMBIENT16_MQTT_PASSWORD";

/** Of a `discover` that finds nothing. */
const NOTHING_FOUND = 6;

/** Does one command. Rejects with what went wrong. */
export async function run(args: string[]): Promise<void> {
	const { command, rest, values } = parse(args);
	const url = complete("http", values.url || process.env.AMBIENT16_URL || "localhost:8080");
	const options = values.https === undefined ? {} : { httpsUrl: complete("https", values.https) };
	const sensor = new Sensor(url, options);
	const say = (line: string, json: unknown) => console.log(values.json ? JSON.stringify(json) : line);
	const open = (credential: { uuid?: string; key?: string }) =>
		new Sensor(url, { ...options, ...credential, auth: values.md5 ? "md5" : "hmac-sha256" });
	let kept: Kept | undefined;
	let udid = "";
	const credentialFor = async (order: string) => {
		const file = values["key-file"] ?? keyFile(udid);
		kept = fromEnvironment() ?? readKey(file);
		if (!kept && process.stdin.isTTY) kept = keptFrom((await askSecret("UUID: ")).trim(), "what you typed");
		if (!kept?.uuid && !kept?.key)
			throw new UsageError(`there is no UUID and no key: neither AMBIENT16_UUID, AMBIENT16_KEY nor ${file}`);
		const { place, ...credential } = kept;
		const missing = kept.key && lacking(parseKey(kept.key), [order]);
		if (missing) throw new UsageError(`${missing} (from ${place})`);
		return credential;
	};
	const owned = async (order: string) => {
		const info = await sensor.info();
		udid = info.udid;
		if (!info.paired) throw new UsageError(`${udid} has no owner yet: ambient16 pair`);
		return open(await credentialFor(order));
	};
	const reached = async (order: string) => {
		if (values.mqtt === undefined) {
			if (values.ca !== undefined) throw new UsageError("--ca is for the broker of --mqtt");
			return owned(order);
		}
		for (const name of ["url", "https", "md5"] as const)
			if (values[name]) throw new UsageError(`--${name} is for a sensor that is reached without --mqtt`);
		udid = new MqttSensor(values.mqtt).udid;
		const credential = await credentialFor(order);
		return new MqttSensor(values.mqtt, { ...credential, ...(await brokerAccess(values.mqtt, values)) });
	};
	const owner = (whose: string | undefined) => {
		udid = whose ?? "";
		const file = values["key-file"] ?? (whose === undefined ? undefined : keyFile(whose));
		const given = fromEnvironment();
		kept = given?.uuid || file === undefined ? given : readKey(file);
		if (!kept?.uuid)
			throw new UsageError(
				file === undefined
					? "the sensor cannot be reached to tell whose UUID this takes: name it with --key-file"
					: `this takes the owner's UUID, and there is none in ${file}`,
			);
		return { uuid: kept.uuid, file: kept.place === file ? file : undefined };
	};
	try {
		await COMMANDS[command]({ rest, values, sensor, say, owned, reached, owner, open });
	} catch (error) {
		if (!kept || !(error instanceof RefusedError)) throw error;
		const { place, key } = kept;
		if (error.code === "wrong-secret")
			throw new NotYoursError(
				`${udid} has another owner than the ${key ? "key" : "UUID"} in ${place}: ${error.message}`,
			);
		if (!key) throw error;
		throw new RefusedError(error.status, error.code, `${error.message} (the key in ${place})`);
	}
}

/** An address as people write it: "localhost:8080" or "192.168.1.16". */
function complete(scheme: string, address: string): string {
	return !address.includes("://") && /[.:]|^localhost$/.test(address) ? `${scheme}://${address}` : address;
}

const COMMANDS: Record<Command, (call: Call) => Promise<void> | void> = {
	help: () => void process.stdout.write(HELP),

	async discover({ rest, say, values }) {
		const found = rest.length > 0 ? await ask(rest) : await discover();
		if (found.length === 0) process.exitCode = NOTHING_FOUND;
		if (values.json) say("", found);
		else if (found.length === 0) say("no sensor answers", []);
		else for (const { url, info } of found) say(`${url}  ${describe(info)}`, found);
	},

	async info({ sensor, say }) {
		const info = await sensor.info();
		say(`${describe(info)}, token ${info.token}`, info);
	},

	"new-uuid": ({ say }) => {
		const uuid = randomUUID();
		say(uuid, { uuid });
	},

	async pair({ sensor, values, say }) {
		const { udid, paired } = await sensor.info();
		// Before there is a key that opens nothing.
		if (paired)
			throw new RefusedError(
				409,
				"already-paired",
				`${udid} has an owner already; who holds its button for 10 s makes it forget`,
			);
		const file = values["key-file"] ?? keyFile(udid);
		const chosen = chosenUuid(values["same-as"]);
		const uuid = chosen?.uuid ?? randomUUID();
		const wifi =
			values.ssid === undefined
				? undefined
				: { ssid: values.ssid, password: await askSecret("Wi-Fi password: ") };
		// Kept first: a UUID that only the sensor knows is lost to its owner.
		const place = chosen?.place === UUID_VARIABLE || chosen?.place === file ? chosen.place : file;
		const key = chosen?.place === place ? undefined : writeKey(file, uuid);
		try {
			await sensor.pair({ uuid, ...(wifi && { wifi }) });
		} catch (error) {
			if (!(error instanceof UnreachableError)) {
				key?.undo();
				throw error;
			}
			// It may have been taken, and the answer lost.
			throw new UnreachableError(`${error.message}; if it has taken the UUID, that is in ${place}`, {
				cause: error,
			});
		}
		forgetGeneration(file);
		const moved = key?.moved;
		const note = moved === undefined ? "" : `\nWhat that file held before is in ${moved}.`;
		say(`${udid} is yours. The UUID is in ${place}: keep a copy, it cannot be read back.${note}`, {
			udid,
			keyFile: place === UUID_VARIABLE ? null : file,
			...(moved !== undefined && { moved }),
		});
	},

	async color({ rest: [color], values, reached, say }) {
		if (color === undefined)
			throw new UsageError("which color? One that begins with # needs quotes, or no #");
		const { effect } = values;
		const intensity = numberOf(values, "intensity");
		const duration = values.duration === "forever" ? null : numberOf(values, "duration");
		const shown = await (await reached("setColor")).setColor(color, {
			...(effect !== undefined && { effect: effect as "blink" }),
			...(duration !== undefined && { duration }),
			...(intensity !== undefined && { intensity }),
		});
		const isOff = shown.color === "#000000" || shown.intensity === 0;
		const time = shown.duration === null ? "until the next order" : `for ${shown.duration} s`;
		say(isOff ? "off" : `${shown.color} ${shown.effect} ${time}`, shown);
	},

	async data({ values, reached, say }) {
		const sensor = await reached("getData");
		if (values.watch) await watch(sensor, values.json);
		const data = await sensor.data();
		say(describeData(data), data);
	},

	async status({ reached, say }) {
		const status = await (await reached("getStatus")).status();
		say(describeStatus(status), status);
	},

	async settings({ owned, say }) {
		const settings = await (await owned("getSettings")).overHttps((sensor) => sensor.settings());
		say(JSON.stringify(settings, null, 2), settings);
	},

	async influx({ rest: [verb, target], values, owned, say }) {
		const { database, user, bucket, org } = values;
		let influx: Influx | null = null;
		if (verb === "set" && target !== undefined) {
			const trust = trustOf(values);
			if (bucket !== undefined)
				influx = { url: target, bucket, ...(org && { org }), token: await askSecret("Token: "), ...trust };
			else if (database !== undefined)
				influx = {
					url: target,
					database,
					...(user && { user, password: await askSecret("Password: ") }),
					...trust,
				};
			else throw new UsageError("--database or --bucket?");
		} else if (verb !== "off") throw new UsageError("influx set URL, or influx off");
		await (await owned("setInflux")).overHttps((sensor) => sensor.setInflux(influx));
		say(influx ? `points go to ${influx.url}` : "points go nowhere", { influx: influx?.url ?? null });
	},

	async mqtt({ rest: [verb, target], values, owned, say }) {
		let mqtt: Mqtt | null = null;
		if (verb === "set" && target !== undefined) {
			const { user, topic } = values;
			mqtt = {
				url: target,
				...(user && { user, password: await askSecret("Password: ") }),
				...(topic && { topic }),
				discovery: !values["no-discovery"],
				...(values.light && { light: true }),
				...trustOf(values),
			};
		} else if (verb !== "off") throw new UsageError("mqtt set URL, or mqtt off");
		await (await owned("setMqtt")).overHttps((sensor) => sensor.setMqtt(mqtt));
		say(mqtt ? `events go to ${mqtt.url}` : "events go nowhere", { mqtt: mqtt?.url ?? null });
	},

	async name({ rest: [name], owned, say }) {
		if (name === undefined) throw new UsageError('what is it called? "" for no name');
		await (await owned("setName")).overHttps((sensor) => sensor.setName(name || null));
		say(name ? `it is called ${name}` : "it has no name", { name: name || null });
	},

	async auth({ rest: [kind], owned, say }) {
		if (kind !== "hmac-only" && kind !== "md5") throw new UsageError("auth hmac-only, or auth md5");
		await (await owned("setAuth")).overHttps((sensor) => sensor.setAuth({ md5: kind === "md5" }));
		say(kind === "md5" ? "MD5 secrets are taken" : "only signed requests are taken", { md5: kind === "md5" });
	},

	async https({ rest: [state], values, owned, say }) {
		if (state !== "on" && state !== "off") throw new UsageError("https on, or https off");
		const [idle, limit] = [numberOf(values, "idle"), numberOf(values, "limit")];
		const sensor = await owned("setHttps");
		if (state === "off") {
			await sensor.closeHttps();
			say(`plain HTTP at ${sensor.url}`, { enabled: false, url: sensor.url });
			return;
		}
		const { url, certificate } = await sensor.openHttps({
			...(idle !== undefined && { idle }),
			...(limit !== undefined && { limit }),
		});
		say(`HTTPS at ${url}, proven by its certificate of SHA-256\n${certificate}`, {
			enabled: true,
			url,
			certificate,
		});
	},

	async update({ rest: [manifest], values, owned, say }) {
		if (manifest === undefined) throw new UsageError("the URL of the manifest?");
		const trust = trustOf(values);
		const sensor = await owned("update");
		const before = await sensor.info();
		const progress = new Progress(process.stderr.isTTY === true && !values.json);
		const version = await sensor
			.update(manifest, { ...trust, ...(values.daily && { daily: true }), onProgress: progress.show })
			.finally(() => progress.end());
		const updated = version !== before.version;
		say(updated ? `version ${version} runs` : `version ${version} runs; there is nothing newer`, {
			version,
			updated,
		});
	},

	key,
	keys,
	revoke,
	sensors,
	wifi,

	async restart({ reached, say }) {
		await (await reached("restart")).restart();
		say("it restarts", { restarting: true });
	},

	async reset({ values, owned, say }) {
		const sensor = await owned("factoryReset");
		const { udid } = await sensor.info();
		if (
			!values.yes &&
			!(await confirm(`Make ${udid} forget its owner, its settings and what it has stored?`))
		)
			throw new Error("nothing was done");
		await sensor.factoryReset();
		say(`${udid} has no owner any more`, { udid, reset: true });
	},

	completion: ({ rest: [shell] }) => void process.stdout.write(completion(shell)),
};

/** The UUID that the owner wants: that of another sensor, or the one in the environment. */
function chosenUuid(other: string | undefined): Kept | undefined {
	if (other === undefined) {
		const given = fromEnvironment();
		return given?.uuid ? given : undefined;
	}
	const file = /^[0-9a-f]{12}$/.test(other) ? keyFile(other) : other;
	const kept = readKey(file);
	if (!kept?.uuid) throw new UsageError(`there is no UUID in ${file}`);
	return kept;
}

function describe({ udid, version, paired }: Info): string {
	return `Ambient16 ${udid}, version ${version}, ${paired ? "paired" : "without an owner"}`;
}

/** What the broker wants and is asked for. Its password is the user's whom the URL names. */
async function brokerAccess(url: string, values: Values): Promise<BrokerOptions> {
	const { ca } = trustOf(values);
	const isNamed = new URL(url).username !== "";
	const password = isNamed
		? process.env[PASSWORD_VARIABLE] || (await askSecret("Broker password: "))
		: undefined;
	return { ...(password !== undefined && { password }), ...(ca !== undefined && { ca }) };
}

function trustOf({ ca, fingerprint }: Values): Trust {
	if (ca === undefined) return fingerprint === undefined ? {} : { fingerprint };
	try {
		return { ca: readFileSync(ca, "utf8") };
	} catch {
		throw new UsageError(`${ca} cannot be read`);
	}
}
