import { describeScope } from "../key.js";
import { mintKey, type Sensor, UnreachableError, UsageError } from "../node.js";
import { numberOf, type Values } from "./arguments.js";
import type { Call } from "./call.js";
import { keepGeneration, keyFile, readGeneration, writeSecret } from "./keys.js";
import { confirm } from "./prompt.js";

export async function key({ rest: [name], values, sensor, owner, open, say }: Call): Promise<void> {
	const { read, light, manage, file: target } = values;
	if (name === undefined) throw new UsageError("a name for the key, by which it is revoked?");
	const options = { name, read, light, manage, until: endOf(values) };
	// What is wrong with it is told before anybody is asked.
	await mintKey("", options);
	const info = await sensor.info().catch((error) => {
		if (!(error instanceof UnreachableError)) throw error;
		return undefined;
	});
	const { uuid, file } = owner(info?.udid);
	const generation =
		numberOf(values, "generation") ?? (await generationFor(name, info && open({ uuid }), file));
	const text = await mintKey(uuid, { ...options, generation });
	if (target !== undefined) {
		writeSecret(target, text);
		say(`the key ${name} is in ${target}, for your eyes only`, { name, file: target });
		return;
	}
	if (!values.json) console.error("Shown once, and kept nowhere. Give it to one program, as AMBIENT16_KEY:");
	say(text, { name, key: text });
}

export async function keys({ owned, say }: Call): Promise<void> {
	const { keys } = await (await owned("getSettings")).overHttps((secure) => secure.settings());
	if (!keys) throw new UsageError("this sensor's firmware knows no keys yet");
	const seen = keys.seen.map(({ name, scope, time }) => {
		const when = time === null ? "" : new Date(time * 1000).toLocaleString();
		return `  ${name.padEnd(24)}  ${describeScope(scope).padEnd(19)}  ${when}`.trimEnd();
	});
	const lines = [
		`generation  ${keys.generation}`,
		`revoked     ${keys.revoked.join(", ") || "none"}`,
		`seen        ${seen.length > 0 ? `the last ${seen.length}` : "none since the sensor's start"}`,
		...seen,
	];
	say(lines.join("\n"), keys);
}

export async function revoke({ rest: names, values, owned, say }: Call): Promise<void> {
	if (values.all === names.length > 0) throw new UsageError("revoke NAME..., or revoke --all");
	const sensor = await owned("setKeys");
	if (
		values.all &&
		!values.yes &&
		!(await confirm("Make every key of this sensor worthless, also of programs that you want to keep?"))
	)
		throw new Error("nothing was done");
	const { udid } = await sensor.info();
	await sensor.overHttps(async (secure) => {
		await secure.setKeys(values.all ? { revokeAll: true } : { revoke: names });
		const { keys } = await secure.settings();
		if (keys) keepGeneration(values["key-file"] ?? keyFile(udid), keys.generation);
	});
	const what = values.all ? "every key that was made until now" : names.join(", ");
	say(`revoked: ${what}`, { revoked: values.all ? true : names });
}

/** Seconds since 1970 when a key is to end; 0: never. */
function endOf({ until, days }: Values): number {
	if (until !== undefined && days !== undefined) throw new UsageError("--until or --days?");
	if (days !== undefined) {
		if (!/^[1-9]\d{0,4}$/.test(days)) throw new UsageError(`--days takes a number of days, not ${days}`);
		return Math.floor(Date.now() / 1000) + Number(days) * 86_400;
	}
	if (until === undefined) return 0;
	const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(until) ?? [];
	// A day is over when it ends here.
	const end = year ? new Date(Number(year), Number(month) - 1, Number(day) + 1).getTime() : Date.parse(until);
	if (!(end > Date.now()))
		throw new UsageError(`--until takes a day to come, such as 2030-12-31, not ${until}`);
	return Math.floor(end / 1000);
}

/** Of the keys that the sensor takes: what it says, or, if it cannot be reached, what it last said. */
async function generationFor(
	name: string,
	sensor: Sensor | undefined,
	file: string | undefined,
): Promise<number> {
	if (sensor) {
		const { keys } = await sensor.overHttps((secure) => secure.settings());
		if (!keys) throw new UsageError("this sensor's firmware knows no keys yet");
		if (file !== undefined) keepGeneration(file, keys.generation);
		if (keys.revoked.includes(name))
			throw new UsageError(`${name} is revoked, and so is every key of that name: choose another`);
		return keys.generation;
	}
	const known = file === undefined ? undefined : readGeneration(file);
	if (known === undefined)
		console.error(
			"The sensor cannot be reached: taken for one that was paired once and never revoked all keys, generation 1.",
		);
	return known ?? 1;
}
