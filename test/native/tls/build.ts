import { execFile, execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const here = fileURLToPath(new URL(".", import.meta.url));
const sources = fileURLToPath(new URL("../../../hosts/moddable/tls", import.meta.url));
const parts = [
	"address",
	"authorities",
	"constraints",
	"error",
	"identity",
	"queue",
	"resumption",
	"session",
	"setup",
	"signature",
	"trust",
];

const compiler = process.env.CC ?? "cc";
const words = (text: string | undefined) => (text ?? "").split(/\s+/).filter((word) => word !== "");

/** Where Mbed TLS is: from pkg-config where that knows, or where the compiler looks by itself. CFLAGS, LDFLAGS and LIBS have their usual meaning. */
export function library(): { cflags: string[]; libs: string[] } {
	let flags: string[] = [];
	try {
		const packages = ["mbedtls", "mbedx509", "mbedcrypto"];
		const stdio = ["ignore", "pipe", "ignore"] as const;
		flags = words(
			execFileSync("pkg-config", ["--cflags", "--libs", ...packages], {
				encoding: "utf8",
				stdio: [...stdio],
			}),
		);
	} catch {
		// Debian 12 has no .pc file.
	}
	const isLibrary = (flag: string) => flag.startsWith("-L") || flag.startsWith("-l");
	const libs = flags.filter(isLibrary);
	return {
		cflags: [...flags.filter((flag) => !isLibrary(flag)), ...words(process.env.CFLAGS)],
		libs: [
			...words(process.env.LDFLAGS),
			...(process.env.LIBS
				? words(process.env.LIBS)
				: libs.length > 0
					? libs
					: ["-lmbedtls", "-lmbedx509", "-lmbedcrypto"]),
		],
	};
}

const probe = (text: string, args: string[]) => {
	try {
		execFileSync(compiler, ["-x", "c", "-", "-o", "/dev/null", ...args], {
			input: text,
			stdio: ["pipe", "ignore", "ignore"],
		});
		return true;
	} catch {
		return false;
	}
};

/** What is missing to compile and run the native tests, with the name of its Debian package. */
export function missing(): string | undefined {
	if (process.platform === "win32") return "needs a POSIX system";
	if (!probe("int main(void) { return 0; }", [])) return "needs a C compiler (Debian: gcc)";
	const { cflags, libs } = library();
	const text = "#include <mbedtls/ssl.h>\nint main(void) { mbedtls_ssl_init(0); return 0; }";
	if (!probe(text, [...cflags, ...libs])) return "needs Mbed TLS (Debian: libmbedtls-dev)";
	if (!has("openssl", "version")) return "needs the openssl command (Debian: openssl)";
	return undefined;
}

/** Whether a command is installed. */
export function has(command: string, ...args: string[]): boolean {
	try {
		execFileSync(command, args, { stdio: "ignore" });
		return true;
	} catch {
		return false;
	}
}

/** Compiles the native TLS and the test programs into `folder`. Warnings are errors. */
export class Build {
	/** Under AddressSanitizer and UBSan, where the compiler has them. */
	readonly sanitized: boolean;
	readonly #folder: string;
	readonly #library = library();
	/** What is made or being made, by its path. */
	readonly #made = new Map<string, Promise<string>>();

	constructor(folder: string) {
		this.#folder = folder;
		this.sanitized = probe("int main(void) { return 0; }", ["-fsanitize=address,undefined"]);
	}

	/** Path of a test program; `plain` is without sanitizers, for valgrind and what counts memory itself. */
	program(name: string, plain = false): Promise<string> {
		const kind = plain ? "plain" : "sanitized";
		const flags = this.#flags(plain);
		return this.#make(join(this.#folder, kind, name), async (program) => {
			mkdirSync(join(this.#folder, kind), { recursive: true });
			const objects = [
				...parts.map((part) =>
					this.#object(join(sources, `${part}.c`), join(this.#folder, kind, `core-${part}.o`), flags),
				),
				...["harness", name].map((part) =>
					this.#object(join(here, `${part}.c`), join(this.#folder, kind, `${part}.o`), flags),
				),
			];
			await run(compiler, [...flags, ...(await Promise.all(objects)), ...this.#library.libs, "-o", program]);
		});
	}

	#flags(plain: boolean): string[] {
		const sanitizers = [
			"-fsanitize=address,undefined",
			"-fno-sanitize-recover=all",
			"-fno-omit-frame-pointer",
		];
		return ["-g", ...(plain || !this.sanitized ? ["-O2"] : ["-O1", ...sanitizers])];
	}

	#object(source: string, object: string, flags: string[]): Promise<string> {
		const warnings = ["-std=gnu11", "-Wall", "-Wextra", "-Werror"];
		const include = ["-I", sources, ...this.#library.cflags];
		return this.#make(object, async () => {
			await run(compiler, [...warnings, ...flags, ...include, "-c", source, "-o", object]);
		});
	}

	#make(path: string, how: (path: string) => Promise<void>): Promise<string> {
		let made = this.#made.get(path);
		if (!made) {
			made = how(path).then(() => path);
			this.#made.set(path, made);
		}
		return made;
	}
}
