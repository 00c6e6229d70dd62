import type { Selectable } from "kysely";
import type { SensorTable } from "../database/tables";
import { SENSORS } from "../limits";
import { notFound } from "../refusal";
import type { Services } from "../services";

export type Sensor = Selectable<SensorTable>;

/** The sensors of an account, by their names. */
export function sensorsOf({ database }: Services, account: string): Promise<Sensor[]> {
	return database
		.selectFrom("sensors")
		.selectAll()
		.where("account", "=", account)
		.orderBy("name")
		.orderBy("created")
		.limit(SENSORS)
		.execute();
}

/** A sensor of an account. Throws if there is none, or if it is another's. */
export async function sensorOf({ database }: Services, account: string, id: string): Promise<Sensor> {
	const sensor = await database
		.selectFrom("sensors")
		.selectAll()
		.where("account", "=", account)
		.where("id", "=", id)
		.executeTakeFirst();
	if (!sensor) throw notFound();
	return sensor;
}
