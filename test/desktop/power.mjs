// Loaded before a program: counts what is done to the files of the slots and the flash, from the moment that an image
// has been verified, and cuts the power of the whole process group before step POWER_STEP. The count goes on from
// process to process, in the file POWER_LOG.
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { basename } from "node:path";

const { POWER_LOG: log = "", POWER_STEP: last } = process.env;
const { openSync, writeSync, closeSync, existsSync, readFileSync } = fs;
const paths = new Map();

function step(name, path) {
	if (path === undefined) return;
	// The first thing that is written once an image is known to be the signed one.
	const first = name === "open" && path.endsWith("tried.new");
	if (!first && !existsSync(log)) return;
	const file = openSync(log, "a");
	if (readFileSync(log, "utf8").split("\n").length - 1 === Number(last)) process.kill(0, "SIGKILL");
	writeSync(file, `${name} ${basename(path)}\n`);
	closeSync(file);
}

const isKept = (path) => /[\\/](slots|flash)([\\/]|$)/.test(path);

fs.openSync = (path, flags, ...rest) => {
	if (isKept(path) && flags !== "r") step("open", path);
	const file = openSync(path, flags, ...rest);
	if (isKept(path)) paths.set(file, path);
	return file;
};
fs.closeSync = (file) => {
	paths.delete(file);
	closeSync(file);
};
for (const name of ["writeFileSync", "fsyncSync", "renameSync", "unlinkSync", "rmSync"]) {
	const original = fs[name];
	fs[name] = (target, ...rest) => {
		const path = typeof target === "number" ? paths.get(target) : isKept(target) ? target : undefined;
		step(name.slice(0, -4), path);
		return original(target, ...rest);
	};
}
syncBuiltinESMExports();
