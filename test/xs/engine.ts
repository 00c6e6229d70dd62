import { execFile, execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { library } from "../native/tls/build";

const run = promisify(execFile);

/**
 * The C sources of XS 13.3, without the SDK around them. Fetched by itself: a dependency would bring a hundred
 * packages that have nothing to do with it, and run its scripts.
 */
const PACKAGE = "@agoric/xsnap@0.15.0";
const ARCHIVE = "agoric-xsnap-0.15.0.tgz";
const INTEGRITY = "ZBm4DZxbtfacxMHVVdJjZi0Y8zOxN77vpu1WwI5RWfPkaRh0aHkz/dVdTGKXalDNzWfz183lljKxlxl3/h0n+A==";

const root = fileURLToPath(new URL("../..", import.meta.url));
const here = join(root, "test/xs/engine");
const tlsFolder = join(root, "hosts/moddable/tls");
const moddableFolder = join(root, "hosts/moddable");
const socketsFolder = join(root, "hosts/moddable/sockets");
const folder = join(root, "build/xs-bench");
const sources = join(folder, "package");
const compiler = process.env.CC ?? "cc";

/** Folders of what is compiled of them. */
const ENGINE = [
	"moddable/xs/sources",
	"moddable/modules/data/text/encoder",
	"moddable/modules/data/text/decoder",
];

const FLAGS = [
	"-fno-pie",
	"-no-pie",
	"-w",
	"-fno-common",
	"-D_GNU_SOURCE",
	"-DINCLUDE_XSPLATFORM",
	'-DXSPLATFORM="platform.h"',
	"-DmxRun=1",
	"-DmxParse=1",
	"-DmxMetering=1",
	"-DmxStress=1",
	...["moddable/xs/includes", "moddable/xs/platforms", "moddable/xs/sources"].flatMap((path) => [
		"-I",
		join(sources, path),
	]),
	"-I",
	here,
];

/** How messages arrive here, and lwIP's send buffer in sdkconfig.defaults (bytes). */
const SOCKETS = ["-DA16_THREAD_POST=postSockets", "-DA16_SEND_BUFFER=2872"];

/** Tells the use of memory that is not in use, and at the end what was forgotten. */
const SANITIZED = ["-fsanitize=address", "-fno-omit-frame-pointer", "-g"];

/** For slots of 16 bytes. */
const NARROW = ["-m32"];

export interface Engine {
	program: string;
	/** Bytes of a slot: 16 as on the chip, or 32 where the compiler makes no 32-bit programs. */
	slotSize: 16 | 32;
}

/** Why there can be no engine here, with the name of the Debian package that is missing. */
export async function missing(): Promise<string | undefined> {
	if (process.platform !== "linux") return "needs Linux";
	if (!compiles([]))
		return "needs a C compiler (Debian: gcc, and gcc-multilib for slots of the size that they have on the chip)";
	try {
		await alone(fetchSources);
	} catch (error) {
		return `needs ${PACKAGE}: ${(error as Error).message.split("\n")[0]}`;
	}
	return undefined;
}

/** The same for slots of the size that they have on the chip: with wider ones texts have more room than there. */
export async function missingNarrow(): Promise<string | undefined> {
	const lacking = await missing();
	if (lacking) return lacking;
	return compiles(NARROW) ? undefined : "needs a C compiler for 32-bit programs (Debian: gcc-multilib)";
}

/** Why there can be no engine with TLS here, with the name of the Debian package that is missing. */
export async function missingTls(): Promise<string | undefined> {
	const lacking = await missing();
	if (lacking) return lacking;
	return hasTls([]) || hasTls(NARROW) ? undefined : "needs Mbed TLS (Debian: libmbedtls-dev)";
}

/** Whether a command is there. */
export function has(command: string): boolean {
	try {
		execFileSync(command, ["--version"], { stdio: "ignore" });
		return true;
	} catch {
		return false;
	}
}

/**
 * Compiles XS and the bench's host, or finds them compiled already. With TLS slots are wider than the chip's where
 * there is no Mbed TLS for 32-bit programs.
 */
/** AddressSanitizer, or valgrind's memcheck, which knows no 32-bit programs here (it needs libc6-dbg:i386). */
export type Watch = "sanitizer" | "valgrind";

export async function buildEngine(tls = false, watch?: Watch): Promise<Engine> {
	const sanitized = watch === "sanitizer" ? SANITIZED : [];
	const narrow = watch !== "valgrind" && (tls ? hasTls(NARROW) : compiles([...NARROW, ...sanitized]));
	// Compiled for TLS alone, it need not be fast.
	const flags = [
		(tls && !narrow) || watch ? "-O1" : "-O2",
		...FLAGS,
		...(narrow ? NARROW : []),
		...sanitized,
	];
	const { cflags, libs } = library();
	const own = [
		...sourcesIn(here).filter((file) => basename(file) !== "platform.h"),
		...sourcesIn(moddableFolder),
		...sourcesIn(socketsFolder),
		...(tls ? sourcesIn(tlsFolder) : []),
	];
	const ownFlags = [...flags, ...SOCKETS, ...(tls ? ["-DBENCH_TLS", ...cflags] : [])];
	const version = execFileSync(compiler, ["--version"], { encoding: "utf8" });
	const objects = join(
		folder,
		`xs-${hash(INTEGRITY, version, ...flags, readFileSync(join(here, "platform.h")))}`,
	);
	// With valgrind come the headers by which it can be spoken to.
	const program = join(
		folder,
		`bench-${hash(objects, String(has("valgrind")), ...ownFlags, ...own.map((file) => readFileSync(file)))}`,
	);
	return alone(async () => {
		if (!existsSync(program)) {
			const made = `${program}.new`;
			const linked = [
				...(await compileAll(ENGINE.flatMap(listEngine), objects, flags)),
				...(await compileAll(own.filter(isC), `${program}.objects`, ownFlags)),
			];
			await run(compiler, [...flags, ...linked, ...(tls ? libs : []), "-lm", "-lpthread", "-o", made]);
			renameSync(made, program);
			rmSync(`${program}.objects`, { recursive: true });
		}
		return { program, slotSize: narrow ? 16 : 32 };
	});
}

/** Compiles the firmware as the SDK's build does, each module to a file of its own, into a folder. */
export async function compileFirmware(output: string): Promise<void> {
	const compiler = join(root, "node_modules/typescript/bin/tsc");
	await run(process.execPath, [
		compiler,
		"-p",
		join(root, "test/xs/device"),
		"--noCheck",
		"--outDir",
		output,
	]);
}

function hasTls(flags: string[]): boolean {
	const { cflags, libs } = library();
	const text = "#include <mbedtls/ssl.h>\nint main(void) { mbedtls_ssl_init(0); return 0; }";
	return compiles([...flags, ...cflags], text, libs);
}

function compiles(
	flags: string[],
	text = "#include <stdio.h>\nint main(void) { return 0; }",
	libs: string[] = [],
): boolean {
	try {
		execFileSync(compiler, [...flags, "-x", "c", "-", "-o", "/dev/null", ...libs], {
			input: text,
			stdio: ["pipe", "ignore", "ignore"],
		});
		return true;
	} catch {
		return false;
	}
}

function hash(...parts: (string | Uint8Array)[]): string {
	const digest = createHash("sha256");
	for (const part of parts) digest.update(part).update("\0");
	return digest.digest("hex").slice(0, 16);
}

/** Sources in one of the engine's folders, without the files that have another in their place in engine/. */
function listEngine(path: string): string[] {
	return readdirSync(join(sources, path))
		.filter((name) => isC(name) && name !== "xsDefaults.c" && name !== "xsMemory.c")
		.map((name) => join(sources, path, name));
}

function sourcesIn(path: string): string[] {
	return readdirSync(path)
		.filter((name) => /\.[ch]$/.test(name))
		.sort()
		.map((name) => join(path, name));
}

function isC(name: string): boolean {
	return name.endsWith(".c");
}

/** Two at a time. What is there already is kept. */
async function compileAll(files: string[], objects: string, flags: string[]): Promise<string[]> {
	const waiting = [...files];
	const made: string[] = [];
	mkdirSync(objects, { recursive: true });
	const next = async (): Promise<void> => {
		const file = waiting.shift();
		if (!file) return;
		const object = join(objects, `${basename(file, ".c")}.o`);
		made.push(object);
		if (!existsSync(object)) {
			await run(compiler, [...flags, "-c", file, "-o", `${object}.new`]);
			renameSync(`${object}.new`, object);
		}
		return next();
	};
	await Promise.all([next(), next()]);
	return made;
}

async function fetchSources(): Promise<void> {
	if (existsSync(sources)) return;
	await run("npm", ["pack", PACKAGE, "--ignore-scripts", "--pack-destination", folder], { cwd: folder });
	const archive = join(folder, ARCHIVE);
	const integrity = createHash("sha512").update(readFileSync(archive)).digest("base64");
	if (integrity !== INTEGRITY) throw new Error(`${PACKAGE} is not what it was`);
	const unpacked = join(folder, "unpacked");
	rmSync(unpacked, { recursive: true, force: true });
	mkdirSync(unpacked);
	await run("tar", ["-xzf", archive, "-C", unpacked]);
	renameSync(join(unpacked, "package"), sources);
	rmSync(unpacked, { recursive: true });
	rmSync(archive);
}

/** One test file at a time, since they run in processes of their own. */
async function alone<T>(task: () => Promise<T>): Promise<T> {
	const lock = join(folder, "lock");
	mkdirSync(folder, { recursive: true });
	for (;;) {
		try {
			writeFileSync(lock, String(process.pid), { flag: "wx" });
			break;
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
			if (!isRunning(lock)) rmSync(lock, { force: true });
			else await pause(50);
		}
	}
	try {
		return await task();
	} finally {
		rmSync(lock, { force: true });
	}
}

/** Whether the process that has the lock is still there. */
function isRunning(lock: string): boolean {
	try {
		const pid = Number(readFileSync(lock, "utf8"));
		// Just made and not written yet.
		if (pid !== 0) process.kill(pid, 0);
		return true;
	} catch {
		return false;
	}
}
