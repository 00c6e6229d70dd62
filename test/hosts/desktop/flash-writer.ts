import { Worker, workerData } from "node:worker_threads";
import { openFlash } from "../../../hosts/desktop/flash";
import { valueOfRound } from "./flash-value";

// Writes without end, one thread a folder given as argument, until it is killed.
const folders = process.argv.slice(2);
if (workerData) writeForEver(workerData as string);
else for (const folder of folders) new Worker(process.argv[1]!, { workerData: folder });

function writeForEver(folder: string): void {
	const flash = openFlash(folder);
	for (let round = 1; ; round++) {
		flash.set("value", valueOfRound(round));
		flash.set("other", valueOfRound(round));
		if (round % 3 === 0) flash.delete("other");
	}
}
