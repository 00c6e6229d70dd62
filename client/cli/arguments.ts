import { parseArgs } from "node:util";
import { UsageError } from "../node.js";

const text = { type: "string" } as const;
const flag = { type: "boolean", default: false } as const;

const OPTIONS = {
	url: text,
	https: text,
	"key-file": text,
	mqtt: text,
	md5: flag,
	json: flag,
	help: { ...flag, short: "h" },
	ssid: text,
	"same-as": text,
	effect: text,
	duration: text,
	intensity: text,
	watch: flag,
	offset: text,
	altitude: text,
	idle: text,
	limit: text,
	database: text,
	user: text,
	bucket: text,
	org: text,
	topic: text,
	"no-discovery": flag,
	ca: text,
	fingerprint: text,
	daily: flag,
	read: flag,
	light: flag,
	manage: flag,
	until: text,
	days: text,
	generation: text,
	file: text,
	all: flag,
	yes: flag,
} as const;

type Option = keyof typeof OPTIONS;

/** What may follow a command. */
export interface Syntax {
	/** Words of which one may come first, to complete them. */
	words?: readonly string[];
	/** How many words at most. */
	most: number;
	/** Beside the general ones. */
	options?: readonly Option[];
}

const TRUST = ["ca", "fingerprint"] as const;
/** Of commands that are taken through a broker as well. */
const BROKER = ["mqtt", "ca"] as const;

export const GENERAL: readonly Option[] = ["url", "https", "key-file", "md5", "json", "help"];

/** The options that are followed by a value, and the values to complete if there are few. */
export const VALUES: Readonly<Record<string, readonly string[]>> = {
	...Object.fromEntries(
		Object.entries(OPTIONS)
			.filter(([, { type }]) => type === "string")
			.map(([name]) => [name, []]),
	),
	effect: ["blink", "solid", "breathe"],
};

/** The options that are followed by the name of a file. */
export const FILES: readonly string[] = ["key-file", "same-as", "ca", "file"];

export const SYNTAX = {
	discover: { most: Number.POSITIVE_INFINITY },
	info: { most: 0 },
	"new-uuid": { most: 0 },
	pair: { most: 0, options: ["ssid", "same-as"] },
	color: {
		most: 1,
		words: ["off", "red", "lime", "blue", "yellow", "cyan", "magenta", "orange", "purple", "white"],
		options: ["effect", "duration", "intensity", ...BROKER],
	},
	data: { most: 0, options: ["watch", ...BROKER] },
	status: { most: 0, options: BROKER },
	settings: { most: 0 },
	https: { most: 1, words: ["on", "off"], options: ["idle", "limit"] },
	influx: { most: 2, words: ["set", "off"], options: ["database", "user", "bucket", "org", ...TRUST] },
	mqtt: { most: 2, words: ["set", "off"], options: ["user", "topic", "no-discovery", "light", ...TRUST] },
	sensors: { most: 2, words: ["set", "recalibrate", "off"], options: ["offset", "altitude"] },
	name: { most: 1 },
	auth: { most: 1, words: ["hmac-only", "md5"] },
	wifi: { most: 2, words: ["scan", "set", "status"] },
	update: { most: 1, options: ["daily", ...TRUST] },
	key: { most: 1, options: ["read", "light", "manage", "until", "days", "generation", "file"] },
	keys: { most: 0 },
	revoke: { most: 16, options: ["all", "yes"] },
	restart: { most: 0, options: BROKER },
	reset: { most: 0, options: ["yes"] },
	completion: { most: 1, words: ["bash", "zsh", "fish"] },
	help: { most: 0 },
} as const satisfies Record<string, Syntax>;

export type Command = keyof typeof SYNTAX;
export type Values = ReturnType<typeof read>["values"];

/** Reads a command line. Throws a UsageError for all that is not in SYNTAX. */
export function parse(args: string[]): { command: Command; rest: string[]; values: Values } {
	const { values, positionals, tokens } = read(args);
	const [command = "help", ...rest] = positionals;
	if (!Object.hasOwn(SYNTAX, command))
		throw new UsageError(`there is no command ${command}; ambient16 help lists them`);
	if (values.help) return { command: "help", rest: [], values };
	const { most, options = [] }: Syntax = SYNTAX[command as Command];
	if (rest.length > most)
		throw new UsageError(`${rest[most]} is too much for ${command}; see ambient16 help`);
	for (const token of tokens)
		if (token.kind === "option" && ![...GENERAL, ...options].includes(token.name))
			throw new UsageError(`${token.rawName} is no option of ${command}; see ambient16 help`);
	return { command: command as Command, rest, values };
}

/** The number that an option gives; undefined without it. */
export function numberOf(
	values: Values,
	name: "duration" | "intensity" | "idle" | "limit" | "generation" | "offset" | "altitude",
): number | undefined {
	const value = values[name];
	if (value === undefined) return undefined;
	if (!/^\d+(\.\d+)?$/.test(value)) throw new UsageError(`--${name} takes a number, not ${value}`);
	return Number(value);
}

function read(args: string[]) {
	try {
		return parseArgs({ args, allowPositionals: true, tokens: true, options: OPTIONS });
	} catch (error) {
		throw new UsageError((error as Error).message);
	}
}
