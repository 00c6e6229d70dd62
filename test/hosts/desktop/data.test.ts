import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { files } from "../../../hosts/desktop/flash";
import { takeLock } from "../../../hosts/desktop/lock";
import { keepUdid as keep } from "../../../hosts/simulated/udid";
import { makeFolder } from "./folder";
import { until } from "./loopback";

describe("lock", () => {
	test("is there while it is held, and gone when it is let go", (t) => {
		const path = join(makeFolder(t), "lock");
		const release = takeLock(path);
		assert.ok(existsSync(path));
		release();
		assert.ok(!existsSync(path));
		takeLock(path)();
	});

	test("a second device is told which process has the folder", (t) => {
		const path = join(makeFolder(t), "lock");
		takeLock(path);
		assert.throws(
			() => takeLock(path),
			new RegExp(`^Error: another device \\(pid ${process.pid}\\) uses it$`),
		);
	});

	test("of a process that was killed does not count", async (t) => {
		const path = join(makeFolder(t), "lock");
		const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
		await once(child, "spawn");
		const exit = once(child, "exit");
		child.kill("SIGKILL");
		await exit;
		writeFileSync(path, `${child.pid} \n`);
		takeLock(path)();
	});

	const linux = { skip: process.platform !== "linux" && "only Linux tells when a process started" };
	test("of a process whose number another one has now does not count", linux, (t) => {
		const path = join(makeFolder(t), "lock");
		takeLock(path);
		const earlier = readFileSync(path, "utf8").replace(/\d+\n$/, "1\n");
		writeFileSync(path, earlier);
		takeLock(path)();
	});

	test("of a process that is dead and not yet buried does not count", linux, async (t) => {
		const path = join(makeFolder(t), "lock");
		// The shell starts a child that ends soon, and becomes something that never asks for it.
		const shell = spawn("sh", ["-c", "sleep 0.2 & echo $!; exec sleep 60"]);
		t.after(() => void shell.kill("SIGKILL"));
		const [output] = await once(shell.stdout, "data");
		const pid = String(output).trim();
		const stat = () => readFileSync(`/proc/${pid}/stat`, "latin1").split(" ");
		await until(() => stat()[2] === "Z");
		const boot = readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
		writeFileSync(path, `${pid} ${boot} ${stat()[21]}\n`);
		takeLock(path)();
	});

	for (const contents of ["", "12", "rubbish\n", "99999999999999 1\n"])
		test(`that says ${JSON.stringify(contents)} (killed while it was written) does not count`, (t) => {
			const path = join(makeFolder(t), "lock");
			writeFileSync(path, contents);
			takeLock(path)();
		});

	test("letting go leaves the lock of another one alone", (t) => {
		const path = join(makeFolder(t), "lock");
		const release = takeLock(path);
		writeFileSync(path, "1 another\n");
		release();
		assert.ok(existsSync(path));
	});
});

describe("udid", () => {
	const keepUdid = (path: string, wanted?: string) => keep(path, wanted, files, randomBytes);

	test("is made once, begins with the device's type, and is kept", (t) => {
		const path = join(makeFolder(t), "udid");
		const udid = keepUdid(path);
		assert.match(udid, /^1000[0-9a-f]{8}$/);
		assert.equal(keepUdid(path), udid);
	});

	test("no two devices have the same", (t) => {
		const folder = makeFolder(t);
		const made = Array.from({ length: 50 }, (_, i) => keepUdid(join(folder, `${i}`)));
		assert.equal(new Set(made).size, 50);
	});

	test("that was asked for replaces the kept one", (t) => {
		const path = join(makeFolder(t), "udid");
		keepUdid(path);
		assert.equal(keepUdid(path, "10000fb38278"), "10000fb38278");
		assert.equal(keepUdid(path), "10000fb38278");
	});

	test("a file that holds something else is named, and left as it is", (t) => {
		const path = join(makeFolder(t), "udid");
		writeFileSync(path, "my notes");
		assert.throws(() => keepUdid(path), /udid holds no udid$/);
		assert.equal(readFileSync(path, "utf8"), "my notes");
	});

	test("only the user can read it", { skip: process.platform === "win32" && "modes are POSIX's" }, (t) => {
		const path = join(makeFolder(t), "udid");
		keepUdid(path);
		assert.equal(statSync(path).mode & 0o777, 0o600);
	});
});
