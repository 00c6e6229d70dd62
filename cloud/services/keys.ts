import type { Selectable } from "kysely";
import { mintKey, UsageError } from "../../client/node";
import { uuidOf } from "../accounts/uuid";
import type { Tables } from "../database/tables";
import { DEVICE_KEYS } from "../limits";
import { notFound, Refusal } from "../refusal";
import { createId } from "../secrets/tokens";
import type { Services } from "../services";
import { readEnd } from "./tokens";

export type DeviceKey = Selectable<Tables["device_keys"]>;

/** What an owner wishes of a key. */
export interface KeyWish {
	name: string;
	read: boolean;
	light: boolean;
	manage: boolean;
	days: string;
	/** Of the sensor's keys: 1 unless its owner has revoked all. */
	generation: string;
}

/**
 * Makes a key with which a program in the home speaks with the sensors themselves: the text `id:K`, which is returned
 * here and kept nowhere. Sensors know of it by its name alone, so each name is given once.
 */
export async function createKey(services: Services, account: string, wish: KeyWish): Promise<string> {
	const { database, random, clock } = services;
	const keys = await keysOf(services, account);
	if (keys.length >= DEVICE_KEYS) throw new Refusal(400, "There are too many keys. Revoke one first.");
	if (keys.some(({ name }) => name === wish.name)) throw new Refusal(400, "There is a key of that name.");
	const now = clock();
	const until = readEnd(wish.days, now);
	const { name, read, light, manage } = wish;
	const options = { name, read, light, manage, until: Math.floor(until / 1000) };
	try {
		const key = await mintKey(await uuidOf(services, account), {
			...options,
			generation: Number(wish.generation),
		});
		const scope = key.split(".")[1] ?? "";
		await database
			.insertInto("device_keys")
			.values({ id: createId(random), account, name, scope, created: now, until })
			.execute();
		return key;
	} catch (error) {
		if (error instanceof UsageError) throw new Refusal(400, `${error.message}.`);
		throw error;
	}
}

/** Those of an account, the newest first. */
export function keysOf({ database }: Services, account: string): Promise<DeviceKey[]> {
	return database
		.selectFrom("device_keys")
		.selectAll()
		.where("account", "=", account)
		.orderBy("created", "desc")
		.execute();
}

/** Throws if there is none, or if it is another's. */
export async function keyOf(services: Services, account: string, id: string): Promise<DeviceKey> {
	const key = (await keysOf(services, account)).find((each) => each.id === id);
	if (!key) throw notFound();
	return key;
}

/** It is listed no more. What makes it worthless is `setKeys` at the sensors. */
export async function dropKey(services: Services, account: string, id: string): Promise<void> {
	const key = await keyOf(services, account, id);
	await services.database.deleteFrom("device_keys").where("id", "=", key.id).execute();
}
