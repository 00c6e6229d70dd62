import type { Belonging } from "../belongings";
import { sensorsOf } from "./sensors";

/** The sensors of an account; their rows go with that of the account, their points are erased here. */
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
		for (const { id } of await sensorsOf(services, account.id)) await services.points.erase(id);
	},
};
