// Writes points one request after the other, and tells on standard output which were acknowledged.
import { writeSync } from "node:fs";
import { tiersOf } from "../../../points/retention";
import { SqlitePoints } from "../../../points/sqlite";

const [file = "", begin = ""] = process.argv.slice(2);
const store = new SqlitePoints({ file, tiers: tiersOf(3650), clock: Date.now });

/** Two sensors write at the same time, as they do. */
async function send(sensor: string): Promise<void> {
	for (let time = Number(begin); ; time += 10) {
		await store.write(sensor, [{ time, values: { temperature: (time / 10) % 100, co2: 600 } }]);
		writeSync(1, `${sensor} ${time}\n`);
	}
}
await Promise.all([send("a"), send("b")]);
