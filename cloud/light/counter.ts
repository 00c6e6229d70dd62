import type { Kysely } from "kysely";
import type { Tables } from "../database/tables";

/**
 * The next `nc` of orders to a sensor, above all before and above `least`. It is the time in ms, as the owner's other
 * programs have it, and remembered: the clock may be put back. Whoever gets it first is the only one who does.
 */
export async function nextCount(
	database: Kysely<Tables>,
	sensor: string,
	now: number,
	least = 0,
): Promise<number> {
	return database.transaction().execute(async (transaction) => {
		const last = await transaction
			.selectFrom("order_counts")
			.select("count")
			.where("sensor", "=", sensor)
			.executeTakeFirst();
		const count = Math.max(now, least + 1, (last?.count ?? 0) + 1);
		await transaction
			.insertInto("order_counts")
			.values({ sensor, count })
			.onConflict((conflict) => conflict.column("sensor").doUpdateSet({ count }))
			.execute();
		return count;
	});
}
