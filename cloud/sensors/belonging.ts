import type { Belonging } from "../accounts/belonging";
import { removeSensor } from "./manage";
import { sensorsOf } from "./sensors";

/** The sensors of an account; they go before the account does, with their points. */
export const belonging: Belonging = {
	name: "sensors",
	async describe(services, account) {
		const sensors = await sensorsOf(services, account.id);
		return sensors.map(({ id, name, udid, created }) => ({
			id,
			name,
			udid,
			created: new Date(created).toISOString(),
		}));
	},
	async erase(services, account) {
		for (const sensor of await sensorsOf(services, account.id)) await removeSensor(services, sensor);
	},
};
