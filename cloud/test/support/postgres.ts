import { execFileSync } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../../test/support/ports";
import type { Scope } from "./cloud";

const VERSIONS = "/usr/lib/postgresql";

function programs(): string | undefined {
	const versions = existsSync(VERSIONS) ? readdirSync(VERSIONS).sort((a, b) => Number(b) - Number(a)) : [];
	return versions
		.map((version) => join(VERSIONS, version, "bin"))
		.find((bin) => existsSync(join(bin, "initdb")));
}

/** Why there is no PostgreSQL; undefined if there is. */
export const noPostgres = programs()
	? undefined
	: `there is no initdb below ${VERSIONS}: Debian's package postgresql has it`;

/** Starts a PostgreSQL of a test's own, and returns its URL. It ends with the test. */
export async function startPostgres(scope: Scope): Promise<string> {
	const bin = programs() ?? "";
	const folder = mkdtempSync(join(tmpdir(), "postgres-"));
	// It refuses to run as root.
	const as = process.getuid?.() === 0 ? { uid: idOf("-u"), gid: idOf("-g") } : {};
	if (as.uid !== undefined) chownSync(folder, as.uid, as.gid);
	const run = (program: string, ...args: string[]) =>
		execFileSync(join(bin, program), args, { ...as, cwd: folder, stdio: "ignore" });
	const data = join(folder, "data");
	const port = await freePort();
	run("initdb", "-D", data, "-U", "cloud", "--auth=trust", "-E", "UTF8", "--no-sync");
	run(
		"pg_ctl",
		"-D",
		data,
		"-w",
		"-o",
		`-p ${port} -k ${folder} -c listen_addresses=127.0.0.1 -c fsync=off`,
		"start",
	);
	scope.after(() => {
		run("pg_ctl", "-D", data, "-w", "-m", "immediate", "stop");
		rmSync(folder, { recursive: true, force: true });
	});
	return `postgres://cloud@127.0.0.1:${port}/postgres`;
}

function idOf(which: "-u" | "-g"): number {
	return Number(execFileSync("id", [which, "postgres"], { encoding: "utf8" }));
}
