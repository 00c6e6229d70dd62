import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { type Data, type Influx, type Info, type Mqtt, Sensor, type Trust, UsageError } from "../node.js";
import { sparkline } from "./chart.js";
import { completion } from "./completion.js";
import { ask, discover } from "./discover.js";
import { HELP } from "./help.js";
import { keyFile, readKey, writeKey } from "./keys.js";
import { askSecret, confirm } from "./prompt.js";

const OPTIONS = {
	url: { type: "string" },
	"key-file": { type: "string" },
	md5: { type: "boolean", default: false },
	json: { type: "boolean", default: false },
	help: { type: "boolean", short: "h", default: false },
	https: { type: "string" },
	ssid: { type: "string" },
	effect: { type: "string" },
	duration: { type: "string" },
	intensity: { type: "string" },
	watch: { type: "boolean", default: false },
	database: { type: "string" },
	user: { type: "string" },
	bucket: { type: "string" },
	org: { type: "string" },
	topic: { type: "string" },
	"no-discovery": { type: "boolean", default: false },
	ca: { type: "string" },
	fingerprint: { type: "string" },
	daily: { type: "boolean", default: false },
	yes: { type: "boolean", default: false },
} as const;

type Values = ReturnType<typeof parse>["values"];

interface Call {
	/** What follows the command. */
	rest: string[];
	values: Values;
	url: string;
	/** As JSON with --json, else as a line for people. */
	say(line: string, json: unknown): void;
	/** The sensor, with its owner's UUID. */
	owned(): Promise<Sensor>;
}

/** Does one command. Rejects with what went wrong. */
export async function run(args: string[]): Promise<void> {
	const { values, positionals } = parse(args);
	const [name, ...rest] = positionals;
	if (values.help || name === undefined || name === "help") {
		process.stdout.write(HELP);
		return;
	}
	if (!Object.hasOwn(COMMANDS, name))
		throw new UsageError(`there is no command ${name}; ambient16 help lists them`);
	const url = values.url ?? process.env.AMBIENT16_URL ?? "http://localhost:8080";
	const say = (line: string, json: unknown) => console.log(values.json ? JSON.stringify(json) : line);
	const owned = async () => {
		const { udid } = await new Sensor(url).info();
		const file = values["key-file"] ?? keyFile(udid);
		const uuid = readKey(file) ?? (process.stdin.isTTY ? await askSecret("UUID: ") : undefined);
		if (!uuid) throw new UsageError(`there is no UUID: neither AMBIENT16_UUID nor ${file}`);
		return new Sensor(url, { uuid, auth: values.md5 ? "md5" : "hmac-sha256" });
	};
	await (COMMANDS[name as keyof typeof COMMANDS] as Command)({ rest, values, url, say, owned });
}

type Command = (call: Call) => Promise<void> | void;

const COMMANDS = {
	async discover({ rest, say, values }) {
		const found = rest.length > 0 ? await ask(rest) : await discover();
		if (values.json) say("", found);
		else if (found.length === 0) say("no sensor answers", []);
		else for (const { url, info } of found) say(`${url}  ${describe(info)}`, found);
	},

	async info({ url, say }) {
		const info = await new Sensor(url).info();
		say(`${describe(info)}, token ${info.token}`, info);
	},

	"new-uuid": ({ say }) => {
		const uuid = randomUUID();
		say(uuid, { uuid });
	},

	async pair({ url, values, say }) {
		const sensor = new Sensor(url);
		const { udid } = await sensor.info();
		const file = values["key-file"] ?? keyFile(udid);
		const kept = readKey(file);
		const uuid = kept ?? randomUUID();
		const wifi =
			values.ssid === undefined
				? undefined
				: { ssid: values.ssid, password: await askSecret("Wi-Fi password: ") };
		const https =
			values.https ??
			(new URL(url).port === "8080" ? url.replace("http:", "https:").replace("8080", "8443") : undefined);
		// Kept first: a UUID that only the sensor knows is lost to its owner.
		if (kept === undefined) writeKey(file, uuid);
		await sensor.pair({ uuid, ...(https !== undefined && { httpsUrl: https }), ...(wifi && { wifi }) });
		say(`${udid} is yours. The UUID is in ${file}: keep a copy, it cannot be read back.`, {
			udid,
			keyFile: file,
		});
	},

	async color({ rest: [color], values, owned, say }) {
		if (color === undefined) throw new UsageError("which colour?");
		const { effect, duration, intensity } = values;
		const shown = await (await owned()).setColor(color, {
			...(effect !== undefined && { effect: effect as "blink" }),
			...(duration !== undefined && { duration: Number(duration) }),
			...(intensity !== undefined && { intensity: Number(intensity) }),
		});
		say(`${shown.color} ${shown.effect} for ${shown.duration} s`, shown);
	},

	async data({ values, owned, say }) {
		const sensor = await owned();
		if (values.watch) await watch(sensor, say, values.json);
		else {
			const data = await sensor.data();
			say(
				list(data)
					.map(([name, value]) => `${name.padEnd(13)}${value}`)
					.join("\n") || "no window yet",
				data,
			);
		}
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

	async https({ owned, say }) {
		const sensor = await owned();
		const { udid } = await sensor.info();
		await sensor.overHttps(async (secure) => {
			await secure.data();
			say(`${secure.url} is ${udid}: its certificate is proven`, { url: secure.url, udid, proven: true });
		});
	},

	async update({ rest: [manifest], values, owned, say }) {
		if (manifest === undefined) throw new UsageError("the URL of the manifest?");
		const bar = (percent: number) =>
			process.stderr.write(`\r[${"#".repeat(percent / 4).padEnd(25)}] ${percent} %`);
		const version = await (await owned()).update(manifest, {
			...(values.daily && { daily: true }),
			onProgress: ({ percent }) => {
				if (percent !== undefined && process.stderr.isTTY && !values.json) bar(percent);
			},
		});
		if (process.stderr.isTTY && !values.json) process.stderr.write("\n");
		say(`version ${version} runs`, { version });
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
			throw new UsageError("nothing was done");
		await sensor.factoryReset();
		say(`${udid} has no owner any more`, { udid, reset: true });
	},

	completion: ({ rest: [shell] }) => void process.stdout.write(completion(shell)),
} satisfies Record<string, Command>;

/** How often new readings are looked for, ms. */
const WATCH_INTERVAL = 2_000;
/** How many windows a chart shows. */
const CHART = 40;

/** Prints what comes until it is interrupted. */
async function watch(sensor: Sensor, say: Call["say"], json: boolean): Promise<never> {
	const history = new Map<string, number[]>();
	let last: number | null = null;
	let drawn = 0;
	for (;;) {
		const data = await sensor.data();
		const time = data.window?.time ?? null;
		if (data.window && time !== last) {
			last = time;
			if (json) say("", data);
			else {
				const lines = list(data).map(([name, value]) => {
					const values = history.get(name) ?? [];
					history.set(name, [...values.slice(-CHART), value]);
					return `${name.padEnd(13)}${String(value).padStart(9)}  ${sparkline(history.get(name) ?? [], CHART)}`;
				});
				// Drawn over the lines from before, where there is a terminal to draw on.
				if (process.stdout.isTTY && drawn > 0) process.stdout.write(`\u001b[${drawn}A\u001b[J`);
				drawn = lines.length;
				say(lines.join("\n"), data);
			}
		}
		await new Promise((resolve) => setTimeout(resolve, WATCH_INTERVAL));
	}
}

/** The quantities of the latest window. */
function list({ window }: Data): [string, number][] {
	if (!window) return [];
	const { time: _time, seconds: _seconds, samples: _samples, ...quantities } = window;
	return Object.entries(quantities);
}

function describe({ udid, version, paired }: Info): string {
	return `Ambient16 ${udid}, version ${version}, ${paired ? "paired" : "without an owner"}`;
}

function trustOf({ ca, fingerprint }: Values): Trust {
	return {
		...(ca !== undefined && { ca: readFileSync(ca, "utf8") }),
		...(fingerprint !== undefined && { fingerprint }),
	};
}

function parse(args: string[]) {
	try {
		return parseArgs({ args, allowPositionals: true, options: OPTIONS });
	} catch (error) {
		throw new UsageError((error as Error).message);
	}
}
