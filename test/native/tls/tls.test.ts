import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Build, has, missing } from "./build";
import { makeCertificates } from "./certificates";
import { testClient, testServer } from "./interop";
import { testLimbo } from "./limbo";
import { testSignatures } from "./signature";

const skip = missing();

/** What a program printed, as far as it got. */
function run(program: string, args: string[]): Promise<{ status: string; stdout: string; stderr: string }> {
	return new Promise((resolve) => {
		execFile(program, args, { timeout: 600_000, maxBuffer: 1 << 24 }, (error, stdout, stderr) => {
			resolve({ status: error ? `${error.signal ?? error.code}` : "0", stdout, stderr });
		});
	});
}

describe("native TLS", { skip, concurrency: 2 }, () => {
	let folder: string;
	let build: Build;
	let tool: string;

	before(async () => {
		folder = mkdtempSync(join(tmpdir(), "ambient16-tls-"));
		build = new Build(folder);
		makeCertificates(folder);
		tool = await build.program("tool");
	});
	after(() => {
		if (folder) rmSync(folder, { recursive: true });
	});

	/** Runs the tests of a C program whose names begin with `prefix`, each as a test of its own. */
	function suite(program: string, prefix = "", plain = false, wrapper: string[] = []) {
		test(`${program} ${prefix} ${plain ? "" : "under sanitizers"} ${wrapper[0] ?? ""}`.trim(), async (t) => {
			if (wrapper[0] && !has(wrapper[0], "--version"))
				return t.skip(`needs ${wrapper[0]} (Debian: ${wrapper[0]})`);
			const [command, ...args] = [...wrapper, await build.program(program, plain), folder, prefix];
			const { status, stdout, stderr } = await run(command!, args);
			let comments: string[] = [];
			let count = 0;
			for (const line of stdout.split("\n")) {
				const [, no, name] = /^(not )?ok (.*)$/.exec(line) ?? [];
				if (name === undefined) comments.push(line);
				else {
					const message = comments.join("\n");
					await t.test(name, () => assert.ok(!no, message));
					comments = [];
					count++;
				}
			}
			assert.equal(status, "0", stderr.slice(0, 5000) || comments.join("\n"));
			assert.ok(count > 0, "no test ran");
		});
	}

	suite("hostile", "corruption");
	suite("hostile", "truncation");
	suite("hostile", "corruption", true);
	suite("memory", "", true);
	suite("hostile", "others");
	suite("units");
	suite("session");
	suite("trust");
	suite("authorities");
	suite("resumption");
	suite("session", "a", true, ["valgrind", "--quiet", "--leak-check=full", "--error-exitcode=1"]);

	testLimbo(() => build.program("limbo"));
	describe("signatures", () =>
		testSignatures(
			() => tool,
			() => folder,
		));
	describe("as a server", () =>
		testServer(
			() => tool,
			() => folder,
		));
	describe("as a client", () =>
		testClient(
			() => tool,
			() => folder,
		));
});
