import { mkdtempSync, rmSync } from "node:fs";
import type { IncomingHttpHeaders } from "node:http";
import { type Agent, request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import type { Config } from "../../config";
import { type Cloud, start } from "../../server";

/** Where things are registered that have to be done at the end: a TestContext of node:test has this shape. */
export interface Scope {
	after(task: () => unknown): void;
}

/** A server of a test's own, and what a test looks at. */
export interface TestCloud extends Cloud {
	/** The time that it has; the test moves it. ms since 1970. */
	time: { now: number };
	/** All that it has logged. */
	log: { text: string };
	config: Config;
}

/** A folder that is erased at the end. */
export function temporaryFolder(scope: Scope): string {
	const folder = mkdtempSync(join(tmpdir(), "cloud-"));
	scope.after(() => rmSync(folder, { recursive: true, force: true }));
	return folder;
}

/** Starts a server on a free port, with a folder of its own. It ends with the test. */
export async function startCloud(scope: Scope, change: Partial<Config> = {}): Promise<TestCloud> {
	const folder = mkdtempSync(join(tmpdir(), "cloud-"));
	const config: Config = {
		folder,
		keyFile: join(folder, "key"),
		host: "127.0.0.1",
		port: 0,
		mqttPort: 0,
		names: ["localhost", "127.0.0.1"],
		keepDays: Number.POSITIVE_INFINITY,
		...change,
	};
	const time = { now: Date.now() };
	const log = { text: "" };
	const stream = new Writable({
		write(chunk, _encoding, done) {
			log.text += chunk;
			done();
		},
	});
	const cloud = await start(config, { clock: () => time.now, log: stream });
	// In this order: what is open keeps its folder.
	scope.after(async () => {
		await cloud.close();
		rmSync(folder, { recursive: true, force: true });
	});
	return { ...cloud, time, log, config };
}

/** An answer, as it came. */
export interface Answer {
	status: number;
	headers: IncomingHttpHeaders;
	text: string;
}

/** What there is to say of a request. */
export interface Question {
	method?: string;
	headers?: Record<string, string>;
	body?: string | Uint8Array;
	/** With the connections that it has; a new one, if absent. */
	agent?: Agent;
}

/** Asks a server over TLS, trusting its authority alone. */
export function ask(
	{ port, services }: Cloud,
	path: string,
	{ method = "GET", headers = {}, body, agent }: Question = {},
): Promise<Answer> {
	return new Promise((resolve, reject) => {
		const outgoing = request(
			{
				host: "127.0.0.1",
				servername: "localhost",
				port,
				path,
				method,
				ca: services.authority.ca,
				agent: agent ?? false,
			},
			(incoming) => {
				let text = "";
				incoming.setEncoding("utf8");
				incoming.on("data", (chunk) => {
					text += chunk;
				});
				incoming.on("error", reject);
				incoming.on("end", () =>
					resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text }),
				);
			},
		);
		outgoing.on("error", reject);
		for (const [name, value] of Object.entries({ host: `localhost:${port}`, ...headers }))
			outgoing.setHeader(name, value);
		outgoing.end(body);
	});
}
