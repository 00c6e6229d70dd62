// Stores points without an end, each with its number in it, and tells each number when it is stored.
import { writeSync } from "node:fs";
import { openStorage } from "../../../hosts/desktop/storage";
import { PointLog } from "../../../modules/cloud/point-log";

const log = new PointLog(openStorage(process.argv[2] as string));
for (let i = log.waiting; ; i++) {
	log.append({ time: 10 * i, readings: { temperature: i / 100 }, motionEvents: 0 });
	writeSync(1, `${i + 1}\n`);
}
