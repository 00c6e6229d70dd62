import assert from "node:assert/strict";
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { createHash, X509Certificate } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import { type AddressInfo, connect as connectPlain, type Socket } from "node:net";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type ConnectionOptions, connect as connectTls, createServer as createTlsServer } from "node:tls";
import { Mosquitto, mosquitto } from "../../cloud/support/broker";
import { InfluxDb, influxd } from "../../cloud/support/databases";
import type { Issued } from "../../support/authority";
import type { Scope } from "../../support/desk";
import { has } from "./build";

const udid = "10000fb38278";
const name = `ambient16-${udid}.local`;

/** A program that goes on; resolves to what `pattern` matches in its output. */
function start(
	program: string,
	args: string[],
	pattern: RegExp,
): Promise<{ child: ChildProcess; match: string; output: () => string }> {
	return new Promise((resolve, reject) => {
		const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"] });
		let output = "";
		const hear = (bytes: Buffer) => {
			output += bytes;
			const match = pattern.exec(output)?.[1];
			if (match !== undefined) resolve({ child, match, output: () => output });
		};
		child.stdout.on("data", hear);
		child.stderr.on("data", hear);
		child.on("exit", () => reject(new Error(`${program} ${args.join(" ")}: ${output}`)));
	});
}

function stop(child: ChildProcess): Promise<void> {
	return new Promise((resolve) => {
		if (child.exitCode !== null || child.signalCode !== null) return resolve();
		child.on("exit", () => resolve());
		child.kill();
	});
}

function run(program: string, args: string[], input = ""): Promise<{ status: number; output: string }> {
	return new Promise((resolve) => {
		const child = execFile(program, args, { timeout: 20_000 }, (error, stdout, stderr) => {
			resolve({ status: error ? Number(error.code ?? -1) : 0, output: stdout + stderr });
		});
		// Whoever ends without having read all of it says why in its output.
		child.stdin?.on("error", () => {}).end(input);
	});
}

const suites = {
	"ECDHE-ECDSA-AES128-GCM-SHA256": "TLS-ECDHE-ECDSA-WITH-AES-128-GCM-SHA256",
	"ECDHE-ECDSA-AES256-GCM-SHA384": "TLS-ECDHE-ECDSA-WITH-AES-256-GCM-SHA384",
	"ECDHE-ECDSA-CHACHA20-POLY1305": "TLS-ECDHE-ECDSA-WITH-CHACHA20-POLY1305-SHA256",
};

/** Our server against the clients of others. */
export function testServer(tool: () => string, folder: () => string): void {
	const at = (file: string) => join(folder(), file);
	let server: ChildProcess;
	let port: number;
	let heard: () => string;
	let newest: string;

	before(async () => {
		const made = await run(tool(), ["identity", udid, at("identity"), "127.0.0.1"]);
		assert.equal(made.status, 0, made.output);
		const identity = readFileSync(at("identity"));
		const certificate = new X509Certificate(identity.subarray(6 + identity.readUInt16BE(2)));
		writeFileSync(at("identity.pem"), certificate.toString());
		writeFileSync(at("identity.fingerprint"), createHash("sha256").update(certificate.raw).digest());
		const started = await start(tool(), ["server", at("identity")], /port (\d+)/);
		server = started.child;
		heard = started.output;
		port = Number(started.match);
		newest = (await get()).version;
	});
	after(async () => {
		// It frees what it holds, and the sanitizer looks for the rest.
		const ended = new Promise((resolve) => server.on("exit", resolve));
		server.stdin?.end();
		assert.equal(await ended, 0, heard());
	});

	/** One request by Node; the version that was agreed on, and the body. */
	function get(
		options: ConnectionOptions = {},
		path = "/",
	): Promise<{ version: string; body: string; authorized: boolean }> {
		return new Promise((resolve, reject) => {
			const socket = connectTls(
				{ host: "127.0.0.1", port, ca: readFileSync(at("identity.pem")), ...options },
				() => {
					const version = socket.getProtocol() ?? "";
					let body = "";
					socket.on("data", (bytes) => {
						body += bytes;
					});
					socket.on("end", () =>
						resolve({ version, body: body.split("\r\n\r\n")[1] ?? "", authorized: socket.authorized }),
					);
					socket.write(`GET ${path} HTTP/1.1\r\nHost: device\r\n\r\n`);
				},
			);
			socket.on("error", reject);
		});
	}

	test("openssl takes the certificate strictly, for no longer than Apple does (mkcert#174)", async () => {
		const pem = at("identity.pem");
		const strictly = ["verify", "-x509_strict", "-purpose", "sslserver", "-verify_ip", "127.0.0.1"];
		const { status, output } = await run("openssl", [...strictly, "-CAfile", pem, pem]);
		assert.equal(status, 0, output);
		const { validFrom, validTo, keyUsage } = new X509Certificate(readFileSync(pem));
		assert.ok((Date.parse(validTo) - Date.parse(validFrom)) / 86_400_000 <= 825);
		assert.deepEqual(keyUsage, ["1.3.6.1.5.5.7.3.1"]);
	});

	test("Node trusts the certificate for the IP address", async () => {
		assert.equal((await get()).authorized, true);
	});

	test("Node trusts the certificate for the .local name, and for no other", async () => {
		assert.equal((await get({ servername: name })).authorized, true);
		await assert.rejects(get({ servername: "ambient16-000000000000.local" }), /Hostname\/IP does not match/);
	});

	test("Node speaks TLS 1.2, and 1.3 where the library has it", async () => {
		assert.equal((await get({ maxVersion: "TLSv1.2" })).version, "TLSv1.2");
		if (newest === "TLSv1.3") assert.equal((await get({ minVersion: "TLSv1.3" })).version, "TLSv1.3");
		else await assert.rejects(get({ minVersion: "TLSv1.3" }));
	});

	test("an answer of several records arrives whole", async () => {
		assert.equal((await get({}, "/20000")).body.length, (await get()).body.length + 20_000);
	});

	for (const [theirs, ours] of Object.entries(suites))
		test(`openssl s_client speaks ${theirs}`, async () => {
			const args = ["s_client", "-connect", `127.0.0.1:${port}`, "-tls1_2", "-cipher", theirs, "-quiet"];
			const { status, output } = await run(
				"openssl",
				[...args, "-CAfile", at("identity.pem"), "-verify_return_error", "-verify_ip", "127.0.0.1"],
				"GET / HTTP/1.0\r\n\r\n",
			);
			assert.equal(status, 0, output);
			assert.match(output, new RegExp(ours));
		});

	const refused: [string, string[]][] = [
		["TLS 1.1", ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"]],
		["TLS 1.0", ["-tls1", "-cipher", "ALL:@SECLEVEL=0"]],
		["CBC", ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA256:ECDHE-ECDSA-AES128-SHA"]],
		["CCM", ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-CCM"]],
		["RSA without forward secrecy", ["-tls1_2", "-cipher", "AES128-GCM-SHA256"]],
		["DHE", ["-tls1_2", "-cipher", "DHE-RSA-AES128-GCM-SHA256"]],
		["pre-shared keys", ["-tls1_2", "-cipher", "PSK-AES128-GCM-SHA256", "-psk", "00"]],
		["no encryption", ["-tls1_2", "-cipher", "NULL:@SECLEVEL=0"]],
		["signatures over SHA-1 only", ["-tls1_2", "-sigalgs", "ECDSA+SHA1", "-cipher", "ALL:@SECLEVEL=0"]],
	];
	for (const [what, options] of refused)
		test(`openssl s_client is refused with ${what}`, async () => {
			const { status } = await run("openssl", ["s_client", "-connect", `127.0.0.1:${port}`, ...options]);
			assert.notEqual(status, 0);
		});

	test("a client's request to renegotiate is refused", async () => {
		const args = ["s_client", "-connect", `127.0.0.1:${port}`, "-tls1_2", "-CAfile", at("identity.pem")];
		const { output } = await run("openssl", args, "R\n");
		assert.match(output, /no renegotiation|wrong version|unexpected/i);
	});

	test("curl trusts the certificate", async (t) => {
		if (!has("curl", "--version")) return t.skip("needs curl (Debian: curl)");
		for (const options of [["--tls-max", "1.2"], newest === "TLSv1.3" ? ["--tlsv1.3"] : []]) {
			const args = [
				"--silent",
				"--show-error",
				"--max-time",
				"10",
				"--cacert",
				at("identity.pem"),
				...options,
			];
			const { status, output } = await run("curl", [...args, `https://127.0.0.1:${port}/`]);
			assert.equal(status, 0, output);
			assert.match(output, /^TLSv1\.[23] TLS/);
		}
	});

	test("a client that says nothing, and one that stops half-way, do not keep others waiting", async () => {
		const silent = connectPlain(port, "127.0.0.1");
		const half = connectPlain(port, "127.0.0.1");
		half.write(Buffer.from("16030100c8010000c40303", "hex"));
		const { body } = await get();
		assert.match(body, /^TLS/);
		silent.destroy();
		half.destroy();
	});

	test("plain HTTP on the TLS port is refused", async () => {
		const reply = await new Promise<Buffer>((resolve) => {
			const chunks: Buffer[] = [];
			const socket: Socket = connectPlain(port, "127.0.0.1", () =>
				socket.write("GET / HTTP/1.1\r\nHost: device\r\n\r\n"),
			);
			socket.on("data", (bytes) => chunks.push(bytes));
			socket.on("close", () => resolve(Buffer.concat(chunks)));
			socket.on("error", () => {});
		});
		assert.ok(!reply.includes("HTTP"));
	});

	test("sslscan finds TLS 1.2 and later with AEAD and ECDHE only", async (t) => {
		if (!has("sslscan", "--version")) return t.skip("needs sslscan (Debian: sslscan)");
		const { output } = await run("sslscan", ["--no-colour", `127.0.0.1:${port}`]);
		assert.match(output, /SSLv3 +disabled/);
		assert.match(output, /TLSv1\.0 +disabled/);
		assert.match(output, /TLSv1\.1 +disabled/);
		assert.match(output, /TLSv1\.2 +enabled/);
		assert.match(output, /TLS Fallback SCSV/);
		const accepted = output.split("\n").filter((line) => /^(Preferred|Accepted)/.test(line));
		assert.ok(accepted.length >= 3, output);
		for (const line of accepted)
			assert.match(line, /TLSv1\.3 .* TLS_|TLSv1\.2 .* ECDHE-ECDSA-\S*(GCM|POLY1305)/);
	});
}

interface Visit {
	version: string;
	cipher: string;
	resumed: boolean;
	body: number;
	/** The server said close_notify. */
	ended: boolean;
	error: string;
	alert: string;
}

/** Our client against the servers of others. */
export function testClient(tool: () => string, folder: () => string): void {
	const at = (file: string) => join(folder(), file);
	/** The library has TLS 1.3. */
	let newest: string;

	async function visit(
		port: number,
		{ host = "sensor.test", ca = "ca.pem", pin = "", visits = 1 } = {},
	): Promise<Visit[]> {
		const trust = pin ? ["pin", at(pin)] : ["ca", at(ca)];
		const { status, output } = await run(tool(), ["client", String(port), host, ...trust, String(visits)]);
		assert.equal(status, 0, output);
		return output
			.trim()
			.split("\n")
			.map((line) => JSON.parse(line));
	}

	/** Visits `openssl s_server -www`, started with `options`. */
	async function visitOpenssl(
		certificate: string,
		options: string[],
		how: Parameters<typeof visit>[1] = {},
		key = "server",
	): Promise<Visit[]> {
		const files = ["-cert", at(`${certificate}.pem`), "-key", at(`${key}.key`)];
		const chain = ["-cert_chain", at(`${certificate}.pem`)];
		const args = ["s_server", "-accept", "127.0.0.1:0", ...files, ...chain, "-www", ...options];
		const { child, match } = await start("openssl", args, /ACCEPT \S+:(\d+)/);
		try {
			return await visit(Number(match), how);
		} finally {
			await stop(child);
		}
	}

	before(async () => {
		newest = (await visitOpenssl("server", []))[0]!.version;
	});

	test("a page of openssl s_server arrives, to its clean end", async () => {
		const [page] = await visitOpenssl("server", []);
		assert.equal(page!.error, "none");
		assert.ok(page!.body > 500 && page!.ended);
	});

	for (const [theirs, ours] of Object.entries(suites))
		test(`openssl s_server speaks ${theirs}`, async () => {
			const [page] = await visitOpenssl("server", ["-tls1_2", "-cipher", theirs]);
			assert.deepEqual([page!.error, page!.version, page!.cipher], ["none", "TLSv1.2", ours]);
		});

	for (const group of ["X25519", "P-256", "P-384", "P-521"])
		test(`openssl s_server speaks ${group}`, async () => {
			for (const version of newest === "TLSv1.3" ? ["-tls1_2", "-tls1_3"] : ["-tls1_2"]) {
				const [page] = await visitOpenssl("server", [version, "-groups", group]);
				assert.equal(page!.error, "none");
			}
		});

	test("openssl s_server with an RSA key is trusted", async () => {
		for (const version of newest === "TLSv1.3" ? ["-tls1_2", "-tls1_3"] : ["-tls1_2"]) {
			const [page] = await visitOpenssl("rsa", [version], {}, "rsa");
			assert.equal(page!.error, "none");
		}
	});

	for (const [what, options] of [
		["TLS 1.2 tickets", ["-tls1_2"]],
		["TLS 1.2 session IDs", ["-tls1_2", "-no_ticket"]],
		["the newest version", []],
	] as const)
		test(`sessions of openssl s_server are resumed: ${what}`, async () => {
			const pages = await visitOpenssl("server", [...options], { visits: 4 });
			assert.deepEqual(
				pages.map((page) => page.error),
				["none", "none", "none", "none"],
			);
			assert.deepEqual(
				pages.map((page) => page.resumed),
				[false, true, true, true],
			);
		});

	const services = [
		["InfluxDB", influxd.skip, async (t: Scope, own: Issued) => (await InfluxDb.create(t, own)).port],
		[
			"Mosquitto",
			mosquitto.skip,
			async (t: Scope, identity: Issued) => (await Mosquitto.create(t, { identity })).securePort,
		],
	] as const;
	for (const [name, skip, open] of services)
		test(`sessions of ${name} are resumed`, { skip }, async (t) => {
			const [key = "", cert = ""] = ["server.key", "server.pem"].map((file) =>
				readFileSync(at(file), "utf8"),
			);
			const pages = await visit(await open(t, { key, cert, fingerprint: "" }), { visits: 3 });
			assert.deepEqual(
				pages.map(({ error, resumed }) => [error, resumed]),
				[false, true, true].map((resumed) => ["none", resumed]),
			);
		});

	test("a self-signed certificate with the CA's appended is refused", async () => {
		const [page] = await visitOpenssl("forged", []);
		assert.equal(page!.error, "certificate not issued by the CA");
		assert.equal(page!.version, "");
	});

	test("an intermediate with critical name constraints is refused, and the error says so", async () => {
		for (const version of newest === "TLSv1.3" ? ["-tls1_2", "-tls1_3"] : ["-tls1_2"]) {
			const [page] = await visitOpenssl("below-critical-permitted", [version]);
			assert.equal(page!.error, "certificate is damaged, or has an extension that cannot be used here");
			assert.equal(page!.version, "");
		}
	});

	const refused: [string, string[], RegExp][] = [
		[
			"TLS 1.1",
			["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"],
			/protocol_version|handshake_failure|no TLS version/,
		],
		[
			"RSA without forward secrecy",
			["-tls1_2", "-cipher", "AES128-GCM-SHA256"],
			/handshake_failure|no TLS version/,
		],
		["CBC", ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA256"], /handshake_failure|no TLS version/],
		["a demand for a client certificate", ["-Verify", "1"], /certificate_required|handshake_failure/],
	];
	for (const [what, options, reason] of refused)
		test(`openssl s_server is refused with ${what}`, async () => {
			const [page] = await visitOpenssl(
				what.startsWith("RSA") ? "rsa" : "server",
				options,
				{},
				what.startsWith("RSA") ? "rsa" : "server",
			);
			assert.match(`${page!.error} ${page!.alert}`, reason);
			assert.equal(page!.body, 0);
		});

	test("a Node server is trusted by its CA, and by its fingerprint alone", async () => {
		const server = createServer(
			{ key: readFileSync(at("server.key")), cert: readFileSync(at("server.pem")) },
			(_, response) => {
				response.setHeader("Connection", "close");
				response.end("x".repeat(30_000));
			},
		);
		await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
		const { port } = server.address() as AddressInfo;
		writeFileSync(
			at("pin"),
			createHash("sha256")
				.update(new X509Certificate(readFileSync(at("server.pem"))).raw)
				.digest(),
		);
		const [byCa] = await visit(port);
		const [byPin] = await visit(port, { pin: "pin", host: "203.0.113.1" });
		const [byAddress] = await visit(port, { host: "192.0.2.7" });
		const [elsewhere] = await visit(port, { host: "203.0.113.1" });
		const [byOther] = await visit(port, { ca: "impostor.pem" });
		server.close();
		for (const page of [byCa, byPin, byAddress]) {
			assert.equal(page!.error, "none");
			assert.ok(page!.body > 30_000 && page!.ended);
		}
		assert.equal(elsewhere!.error, "certificate is for another host");
		assert.equal(byOther!.error, "certificate not issued by the CA");
	});

	test("a connection that breaks off is told from one that ends", async () => {
		const server = createTlsServer(
			{ key: readFileSync(at("server.key")), cert: readFileSync(at("server.pem")) },
			(socket) => {
				socket.on("error", () => {});
				// Once it was sent, the TCP connection ends without close_notify.
				socket.once("data", () =>
					socket.write("HTTP/1.1 200 OK\r\n\r\nhalf of wha", () => setTimeout(() => plain.at(-1)?.end(), 50)),
				);
			},
		);
		const plain: Socket[] = [];
		server.on("connection", (socket) => plain.push(socket));
		await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
		const [page] = await visit((server.address() as AddressInfo).port);
		server.close();
		assert.equal(page!.error, "connection ended without close_notify");
		assert.ok(page!.body > 0 && !page!.ended);
	});
}
