import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { type Influx, type Info, type Mqtt, RefusedError, Sensor, type Trust, UsageError } from "../node.js";
import { type Command, numberOf, parse, type Values } from "./arguments.js";
import { completion } from "./completion.js";
import { ask, discover } from "./discover.js";
import { HELP } from "./help.js";
import { keyFile, readKey, writeKey } from "./keys.js";
import { Progress } from "./progress.js";
import { askSecret, confirm } from "./prompt.js";
import { describeData, watch } from "./watch.js";

interface Call {
	/** What follows the command. */
	rest: string[];
	values: Values;
	/** The sensor, as everybody can talk to it. */
	sensor: Sensor;
	/** As JSON with --json, else as a line for people. */
	say(line: string, json: unknown): void;
	/** The sensor, with its owner's UUID. */
	owned(): Promise<Sensor>;
}

/** Does one command. Rejects with what went wrong. */
export async function run(args: string[]): Promise<void> {
	const { command, rest, values } = parse(args);
	const url = values.url ?? process.env.AMBIENT16_URL ?? "http://localhost:8080";
	const httpsUrl = values.https ?? (/:8080\/?$/.test(url) ? httpsOfDesk(url) : undefined);
	const options = httpsUrl === undefined ? {} : { httpsUrl };
	const sensor = new Sensor(url, options);
	const say = (line: string, json: unknown) => console.log(values.json ? JSON.stringify(json) : line);
	const owned = async () => {
		const { udid, paired } = await sensor.info();
		if (!paired) throw new UsageError(`${udid} has no owner yet: ambient16 pair`);
		const file = values["key-file"] ?? keyFile(udid);
		const uuid = readKey(file) ?? (process.stdin.isTTY ? await askSecret("UUID: ") : undefined);
		if (!uuid) throw new UsageError(`there is no UUID: neither AMBIENT16_UUID nor ${file}`);
		return new Sensor(url, { ...options, uuid, auth: values.md5 ? "md5" : "hmac-sha256" });
	};
	await COMMANDS[command]({ rest, values, sensor, say, owned });
}

const COMMANDS: Record<Command, (call: Call) => Promise<void> | void> = {
	help: () => void process.stdout.write(HELP),

	async discover({ rest, say, values }) {
		const found = rest.length > 0 ? await ask(rest) : await discover();
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
		if (paired) throw new RefusedError(409, "already-paired", `${udid} has an owner already`);
		const file = values["key-file"] ?? keyFile(udid);
		const kept = readKey(file);
		const uuid = kept ?? randomUUID();
		const wifi =
			values.ssid === undefined
				? undefined
				: { ssid: values.ssid, password: await askSecret("Wi-Fi password: ") };
		// Kept first: a UUID that only the sensor knows is lost to its owner.
		if (kept === undefined) writeKey(file, uuid);
		await sensor.pair({ uuid, ...(wifi && { wifi }) });
		const place = process.env.AMBIENT16_UUID ? "AMBIENT16_UUID" : file;
		say(`${udid} is yours. The UUID is in ${place}: keep a copy, it cannot be read back.`, {
			udid,
			keyFile: process.env.AMBIENT16_UUID ? null : file,
		});
	},

	async color({ rest: [color], values, owned, say }) {
		if (color === undefined) throw new UsageError("which color?");
		const { effect } = values;
		const [duration, intensity] = [numberOf(values, "duration"), numberOf(values, "intensity")];
		const shown = await (await owned()).setColor(color, {
			...(effect !== undefined && { effect: effect as "blink" }),
			...(duration !== undefined && { duration }),
			...(intensity !== undefined && { intensity }),
		});
		say(`${shown.color} ${shown.effect} for ${shown.duration} s`, shown);
	},

	async data({ values, owned, say }) {
		const sensor = await owned();
		if (values.watch) await watch(sensor, values.json);
		const data = await sensor.data();
		say(describeData(data), data);
	},

	async settings({ owned, say }) {
		const settings = await (await owned()).overHttps((sensor) => sensor.settings());
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
		await (await owned()).overHttps((sensor) => sensor.setInflux(influx));
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
				...trustOf(values),
			};
		} else if (verb !== "off") throw new UsageError("mqtt set URL, or mqtt off");
		await (await owned()).overHttps((sensor) => sensor.setMqtt(mqtt));
		say(mqtt ? `events go to ${mqtt.url}` : "events go nowhere", { mqtt: mqtt?.url ?? null });
	},

	async auth({ rest: [kind], owned, say }) {
		if (kind !== "hmac-only" && kind !== "md5") throw new UsageError("auth hmac-only, or auth md5");
		await (await owned()).overHttps((sensor) => sensor.setAuth({ md5: kind === "md5" }));
		say(kind === "md5" ? "MD5 secrets are taken" : "only signed requests are taken", { md5: kind === "md5" });
	},

	async https({ rest: [state], values, owned, say }) {
		if (state !== "on" && state !== "off") throw new UsageError("https on, or https off");
		const [idle, limit] = [numberOf(values, "idle"), numberOf(values, "limit")];
		const sensor = await owned();
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
		const sensor = await owned();
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

	async restart({ owned, say }) {
		await (await owned()).restart();
		say("it restarts", { restarting: true });
	},

	async reset({ values, owned, say }) {
		const sensor = await owned();
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

function httpsOfDesk(url: string): string {
	return url.replace("http:", "https:").replace(":8080", ":8443");
}

function describe({ udid, version, paired }: Info): string {
	return `Ambient16 ${udid}, version ${version}, ${paired ? "paired" : "without an owner"}`;
}

function trustOf({ ca, fingerprint }: Values): Trust {
	if (ca === undefined) return fingerprint === undefined ? {} : { fingerprint };
	try {
		return { ca: readFileSync(ca, "utf8") };
	} catch {
		throw new UsageError(`${ca} cannot be read`);
	}
}
