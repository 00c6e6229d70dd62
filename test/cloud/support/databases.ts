import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Issued } from "../../support/authority";
import { type Scope, temporaryFolder } from "../../support/desk";
import { ask } from "./ask";
import { freePort, patiently, program, Service } from "./service";

/** What a database holds: by time in seconds, the fields of each point. */
export type Stored = Map<number, Record<string, number>>;

/** A real database, empty at first, on 127.0.0.1. */
export interface Database {
	readonly port: number;
	/** How the device is told of it. */
	readonly settings: object;
	start(): Promise<void>;
	stop(signal?: NodeJS.Signals): Promise<void>;
	points(): Promise<Stored>;
}

export const influxd = program("influxd", "influxdb");
export const victoria = program("victoria-metrics", "victoria-metrics");

const ADMIN = `Basic ${Buffer.from("admin:admin").toString("base64")}`;

/** InfluxDB 1.x with a user who may only write; over TLS with an `identity`. */
export class InfluxDb implements Database {
	readonly port: number;
	readonly user = "me";
	password = "pass word, §";
	#service: Service;
	#secure: boolean;

	static async create(scope: Scope, identity?: Issued): Promise<InfluxDb> {
		const folder = temporaryFolder(scope);
		const [port, rpc] = [await freePort(), await freePort()];
		const at = (name: string) => JSON.stringify(join(folder, name));
		if (identity) writeFileSync(join(folder, "server.pem"), identity.cert + identity.key, { mode: 0o600 });
		writeFileSync(
			join(folder, "influxdb.conf"),
			`reporting-disabled = true
bind-address = "127.0.0.1:${rpc}"
[meta]
dir = ${at("meta")}
[data]
dir = ${at("data")}
wal-dir = ${at("wal")}
[monitor]
store-enabled = false
[http]
bind-address = "127.0.0.1:${port}"
auth-enabled = true
log-enabled = false
${identity ? `https-enabled = true\nhttps-certificate = ${at("server.pem")}` : ""}
`,
		);
		const it = new InfluxDb(scope, port, join(folder, "influxdb.conf"), identity !== undefined);
		await it.start();
		await it.#query("CREATE USER admin WITH PASSWORD 'admin' WITH ALL PRIVILEGES");
		await it.#query("CREATE DATABASE home");
		await it.#query(
			`CREATE USER ${it.user} WITH PASSWORD '${it.password}'; GRANT WRITE ON home TO ${it.user}`,
		);
		return it;
	}

	private constructor(scope: Scope, port: number, config: string, secure: boolean) {
		this.port = port;
		this.#secure = secure;
		this.#service = new Service(scope, [influxd.path, "-config", config], port);
	}

	get settings(): object {
		const url = `${this.#secure ? "https" : "http"}://127.0.0.1:${this.port}`;
		return { url, database: "home", user: this.user, password: this.password };
	}

	async start(): Promise<void> {
		await this.#service.start();
		await patiently(async () => (await ask(`${this.#url}/ping`)).status === 204, "InfluxDB does not answer");
	}

	/** Its write-ahead log makes every write that it has answered survive SIGKILL. */
	async stop(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
		await this.#service.stop(signal);
	}

	async setPassword(password: string): Promise<void> {
		await this.#query(`SET PASSWORD FOR ${this.user} = '${password}'`);
	}

	async points(): Promise<Stored> {
		const { results } = await this.#query("SELECT * FROM home.autogen.ambient16");
		const stored: Stored = new Map();
		const [series] = results[0]?.series ?? [];
		for (const row of series?.values ?? []) {
			const fields: Record<string, number> = {};
			series?.columns.forEach((column, i) => {
				if (column !== "time" && column !== "udid" && row[i] !== null) fields[column] = row[i] as number;
			});
			stored.set(row[0] as number, fields);
		}
		return stored;
	}

	get #url(): string {
		return `${this.#secure ? "https" : "http"}://127.0.0.1:${this.port}`;
	}

	async #query(q: string): Promise<QueryResult> {
		const { status, text } = await ask(`${this.#url}/query?epoch=s`, {
			method: "POST",
			headers: { authorization: ADMIN, "content-type": "application/x-www-form-urlencoded" },
			body: new URLSearchParams({ q }).toString(),
		});
		assert.equal(status, 200, text);
		const result: QueryResult = JSON.parse(text);
		for (const { error } of result.results) assert.equal(error, undefined, q);
		return result;
	}
}

interface QueryResult {
	results: { error?: string; series?: { columns: string[]; values: (number | string | null)[][] }[] }[];
}

/** VictoriaMetrics, which takes InfluxDB's writes. */
export class VictoriaMetrics implements Database {
	readonly port: number;
	/** Points that it gave back more than once. */
	duplicates = 0;
	#service: Service;

	static async create(
		scope: Scope,
		args: string[] = ["-dedup.minScrapeInterval=1ms"],
	): Promise<VictoriaMetrics> {
		const it = new VictoriaMetrics(scope, await freePort(), temporaryFolder(scope), args);
		await it.start();
		return it;
	}

	private constructor(scope: Scope, port: number, folder: string, args: string[]) {
		this.port = port;
		this.#service = new Service(
			scope,
			[victoria.path, `-storageDataPath=${folder}`, `-httpListenAddr=127.0.0.1:${port}`, ...args],
			port,
		);
	}

	get settings(): object {
		return { url: `http://127.0.0.1:${this.port}`, database: "home" };
	}

	async start(): Promise<void> {
		await this.#service.start();
	}

	/** What it has answered within the last second or so is in its memory alone: SIGKILL would lose it. */
	async stop(signal: NodeJS.Signals = "SIGINT"): Promise<void> {
		await this.#service.stop(signal);
	}

	async points(): Promise<Stored> {
		await ask(`${this.#url}/internal/force_flush`);
		const selector = new URLSearchParams({ "match[]": '{udid!=""}', start: "0", end: "4102444800" });
		const { text } = await ask(`${this.#url}/api/v1/export?${selector}`);
		const stored: Stored = new Map();
		this.duplicates = 0;
		for (const line of text.split("\n").filter(Boolean)) {
			const { metric, values, timestamps }: Series = JSON.parse(line);
			const name = metric.__name__.replace(/^ambient16_/, "");
			timestamps.forEach((ms, i) => {
				const fields = stored.get(ms / 1000) ?? {};
				if (name in fields) this.duplicates++;
				fields[name] = values[i] as number;
				stored.set(ms / 1000, fields);
			});
		}
		return stored;
	}

	get #url(): string {
		return `http://127.0.0.1:${this.port}`;
	}
}

interface Series {
	metric: { __name__: string };
	values: number[];
	timestamps: number[];
}
