import { UsageError } from "../node.js";
import { numberOf } from "./arguments.js";
import type { Call } from "./call.js";

/** ms until a recalibration, of which the sensor tells only afterwards, is over. */
const RECALIBRATION = 3_000;

/** Where the sensor for CO2 is, and what it is to take for right. */
export async function sensors({ rest: [verb, given], values, owned, say }: Call): Promise<void> {
	const sensor = await owned("setSensors");
	if (verb === "set" && given === undefined) {
		const [temperatureOffset, altitude] = [numberOf(values, "offset"), numberOf(values, "altitude")];
		if (temperatureOffset === undefined && altitude === undefined)
			throw new UsageError("sensors set takes --offset, --altitude or both");
		const order = {
			...(temperatureOffset !== undefined && { temperatureOffset }),
			...(altitude !== undefined && { altitude }),
		};
		await sensor.overHttps((secure) => secure.setSensors(order));
		say("the sensor for CO2 knows where it is", order);
	} else if (verb === "off" && given === undefined) {
		await sensor.overHttps((secure) => secure.setSensors(null));
		say("the sensor for CO2 knows what it knows by itself", null);
	} else if (verb === "recalibrate" && given !== undefined) {
		if (!/^\d+$/.test(given))
			throw new UsageError(`recalibrate takes ppm, such as 420 for fresh air, not ${given}`);
		const recalibration = await sensor.overHttps(async (secure) => {
			await secure.setSensors({ recalibrate: Number(given) });
			await new Promise((resolve) => setTimeout(resolve, RECALIBRATION));
			return (await secure.settings()).sensors?.recalibration;
		});
		if (recalibration?.state === "failed") throw new Error("the sensor for CO2 did not take it");
		say(`the sensor for CO2 takes its air for one of ${given} ppm`, recalibration);
	} else throw new UsageError("sensors set, sensors recalibrate PPM, or sensors off");
}
