import { UsageError } from "./errors.js";

/** What a key is for: to read, to set the light, to manage what the owner has set. */
export type Scope = "r" | "l" | "m";

/** What a program has in place of the UUID. Only somebody with the UUID can make one; the device keeps nothing of it. */
export interface Key {
	/** `<name>.<scope>.<until>.<generation>`, as docs/protocol.md has it. */
	readonly id: string;
	readonly name: string;
	readonly scope: string;
	/** Seconds since 1970 when it ends; 0: never. */
	readonly until: number;
	readonly generation: number;
	/** 64 lower-case hex digits, used as the UUID is. */
	readonly secret: string;
}

/** What there is to choose of a key. */
export interface KeyOptions {
	/** 1 to 24 of a-z, 0-9 and dash: by it the key is shown and revoked. */
	name: string;
	/** To get readings. */
	read?: boolean;
	/** To set the light. */
	light?: boolean;
	/** To get and change settings, over HTTPS; not Wi-Fi, keys, proofs and the owner. */
	manage?: boolean;
	/** Seconds since 1970 when it ends; never unless given. */
	until?: number;
	/** Of the device, as `settings().keys` tells; 1 after its first pairing, until it revokes all keys. */
	generation?: number;
}

/** What commands a scope is for; the others take the UUID. */
const COMMANDS: Readonly<Record<Scope, readonly string[]>> = {
	r: ["getData", "getStatus"],
	l: ["setColor"],
	m: ["getSettings", "setHttps", "setInflux", "setMqtt", "setName", "update", "restart"],
};
const OWNERS = ["pair", "factoryReset", "setAuth", "setKeys", "setSensors", "setWifi", "scanWifi"];
const NAMES: Readonly<Record<Scope, string>> = { r: "read", l: "light", m: "manage" };

const UNTIL = "(0|[1-9][0-9]{0,14})";
const GENERATION = "([1-9][0-9]{0,14})";
const TEXT = new RegExp(`^(([a-z0-9-]{1,24})\\.(r?l?m?)\\.${UNTIL}\\.${GENERATION}):([0-9a-f]{64})$`);

/** Reads the text `id:K` of a key. Throws a UsageError, which does not quote it. */
export function parseKey(text: string): Key {
	const [, id = "", name = "", scope = "", until, generation, secret = ""] = TEXT.exec(text.trim()) ?? [];
	if (scope === "") throw new UsageError("this is no key, such as grafana.r.0.1:… with 64 hex digits");
	return { id, name, scope, until: Number(until), generation: Number(generation), secret };
}

/**
 * Makes a key of a UUID, as the text `id:K` that is handed over. It takes no device: K is the HMAC-SHA256 of the id,
 * keyed with the UUID. Rejects with a UsageError for what would be no key.
 */
export async function mintKey(
	uuid: string,
	{ name, read = false, light = false, manage = false, until = 0, generation = 1 }: KeyOptions,
	hmac: (key: string, text: string) => Promise<string>,
): Promise<string> {
	const scope = `${read ? "r" : ""}${light ? "l" : ""}${manage ? "m" : ""}`;
	if (!/^[a-z0-9-]{1,24}$/.test(name)) throw new UsageError("a key's name is 1 to 24 of a-z, 0-9 and -");
	if (scope === "") throw new UsageError("what is the key for: to read, for the light, to manage?");
	if (!new RegExp(`^${UNTIL}$`).test(`${until}`))
		throw new UsageError("a key ends at a whole second since 1970, or never: 0");
	if (!new RegExp(`^${GENERATION}$`).test(`${generation}`))
		throw new UsageError("the generation of keys is a number from 1 on");
	const id = `${name}.${scope}.${until}.${generation}`;
	return `${id}:${await hmac(uuid.toLowerCase(), `Ambient16 key\n${id}`)}`;
}

/** What the key lacks for these commands; undefined if nothing is known to be missing. */
export function lacking({ name, scope }: Key, commands: readonly string[]): string | undefined {
	for (const command of commands) {
		if (OWNERS.includes(command)) return `${command} takes the owner's UUID, and no key`;
		for (const letter of Object.keys(COMMANDS) as Scope[])
			if (COMMANDS[letter].includes(command) && !scope.includes(letter))
				return `${command} takes the UUID, or a key to ${NAMES[letter]}; the key ${name} is none`;
	}
	return undefined;
}

/** "read, light": what a scope is for, in words. */
export function describeScope(scope: string): string {
	return [...scope].map((letter) => NAMES[letter as Scope] ?? letter).join(", ");
}
