import { SENSOR_NAME, SENSORS } from "../limits";
import { Refusal } from "../refusal";
import { createId } from "../secrets/tokens";
import type { Services } from "../services";
import { accessOf, tokenDigestOf } from "./access";
import type { Sensor } from "./sensors";

/** The name of a sensor, as `setName` takes it. Throws a Refusal for what is none. */
export function readSensorName(text: string): string {
	const name = text.trim();
	if (name === "" || [...name].length > SENSOR_NAME)
		throw new Refusal(400, `A sensor's name has 1 to ${SENSOR_NAME} characters.`);
	if (/\p{C}/u.test(name)) throw new Refusal(400, "A sensor's name has no control characters.");
	return name;
}

/** Makes room for a sensor, which is not paired yet, and returns its id. */
export async function addSensor(services: Services, account: string, text: string): Promise<string> {
	const { broker, database, random, clock } = services;
	const name = readSensorName(text);
	const { count } = await database
		.selectFrom("sensors")
		.select((row) => row.fn.countAll<number>().as("count"))
		.where("account", "=", account)
		.executeTakeFirstOrThrow();
	if (Number(count) >= SENSORS) throw new Refusal(400, "There are too many sensors. Remove one first.");
	const id = createId(random);
	const token = tokenDigestOf(services, { id, generation: 1 });
	await database
		.insertInto("sensors")
		.values({ id, account, name, token, generation: 1, created: clock() })
		.execute();
	await broker.admit(id, accessOf(services, { id, generation: 1 }).password);
	return id;
}

export async function renameSensor({ database }: Services, { id }: Sensor, text: string): Promise<void> {
	const name = readSensorName(text);
	await database.updateTable("sensors").set({ name }).where("id", "=", id).execute();
}

/** Ends the access that a sensor has: it comes in again when it is paired with a new link. */
export async function renewAccess(services: Services, { id, generation }: Sensor): Promise<void> {
	const next = { id, generation: generation + 1 };
	await services.database
		.updateTable("sensors")
		.set({ generation: next.generation, token: tokenDigestOf(services, next) })
		.where("id", "=", id)
		.execute();
	await shutOut(services, id);
	await services.broker.admit(id, accessOf(services, next).password);
}

/** Ends a sensor's access here, and erases what it has measured. */
export async function removeSensor(services: Services, { id }: Sensor): Promise<void> {
	// First its access: what it writes in the meantime would stay.
	await services.database.deleteFrom("sensors").where("id", "=", id).execute();
	await services.points.erase(id);
	await shutOut(services, id);
}

/** Ends what a sensor has at the broker. */
export async function shutOut({ broker, motions, presence }: Services, id: string): Promise<void> {
	await broker.forget(id);
	// After its last will, which the broker tells as it goes.
	presence.forget(id);
	motions.forget(id);
}
