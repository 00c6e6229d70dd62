import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { readIfThere } from "./flash";

/**
 * Takes the data folder for this process; the returned function lets it go. A lock whose process is gone,
 * however it ended, is no lock. Throws an Error with a line for the user if another device has the folder.
 */
export function takeLock(path: string): () => void {
	const mine = `${process.pid} ${startOf(process.pid)}\n`;
	for (;;) {
		try {
			writeFileSync(path, mine, { flag: "wx", mode: 0o600 });
			break;
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
		}
		const owner = readIfThere(path)?.toString();
		if (owner === undefined) continue;
		const [, pid, start] = /^(\d{1,10}) (.*)\n$/.exec(owner) ?? [];
		if (pid && isRunning(Number(pid), start)) throw new Error(`another device (pid ${pid}) uses it`);
		rmSync(path, { force: true });
	}
	return () => {
		if (readIfThere(path)?.toString() === mine) rmSync(path, { force: true });
	};
}

/** Whether that very process runs: its number alone may have been given away again (in a container always). */
function isRunning(pid: number, start: string | undefined): boolean {
	try {
		process.kill(pid, 0);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
	}
	const now = startOf(pid);
	return now === start && (now !== "" || pid !== process.pid);
}

/** When a process started, as Linux tells it (proc(5): ticks since boot); elsewhere, and for a dead one, empty. */
function startOf(pid: number): string {
	try {
		const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
		const boot = readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
		// From field 3, the state, on: field 2, the command, may hold spaces and brackets.
		const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
		return fields[0] === "Z" ? "" : `${boot} ${fields[19]}`;
	} catch {
		return "";
	}
}
