import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Issued } from "../../support/authority";
import { type Scope, temporaryFolder } from "../../support/desk";
import { freePort } from "../../support/ports";
import { ask } from "./ask";
import { patiently, program, Service } from "./service";

/** What a database holds: by time in seconds, the fields of each point. */
export type Stored = Map<number, Record<string, number>>;

/** A real database, empty at first, on 127.0.0.1. */
export interface Database {
	readonly port: number;
	/** How the device is told of it. */
	readonly settings: object;
	/** Of the device's user. */
	readonly password: string;
	start(): Promise<void>;
	/** What it has answered outlives this. */
	stop(): Promise<void>;
	/** Takes no other from now on. */
	setPassword(password: string): Promise<void>;
	/** Throws if it holds one twice. */
	points(): Promise<Stored>;
	/** Whether it holds a point of that time. */
	has(time: number): Promise<boolean>;
}

export const influxd = program("influxd", "influxdb");
export const victoria = program("victoria-metrics", "victoria-metrics");

const PASSWORD = "pass word, §";
const ADMIN = `Basic ${Buffer.from("admin:admin").toString("base64")}`;

/** InfluxDB 1.x with a user who may only write; over TLS with an `identity`. */
export class InfluxDb implements Database {
	readonly port: number;
	readonly user = "me";
	readonly password = PASSWORD;
	#service: Service;
	#secure: boolean;

	static async create(scope: Scope, identity?: Issued): Promise<InfluxDb> {
		const folder = temporaryFolder(scope);
		const [port, rpc] = [freePort(), freePort()];
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
		await it.query("CREATE USER admin WITH PASSWORD 'admin' WITH ALL PRIVILEGES");
		await it.query("CREATE DATABASE home");
		await it.query(
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
	async stop(): Promise<void> {
		await this.#service.stop("SIGKILL");
	}

	async setPassword(password: string): Promise<void> {
		await this.query(`SET PASSWORD FOR ${this.user} = '${password}'`);
	}

	async points(): Promise<Stored> {
		const { results } = await this.query("SELECT * FROM home.autogen.ambient16");
		const stored: Stored = new Map();
		const [series] = results[0]?.series ?? [];
		for (const row of series?.values ?? []) {
			const fields: Record<string, number> = {};
			series?.columns.forEach((column, i) => {
				if (column !== "time" && column !== "udid" && row[i] !== null) fields[column] = row[i] as number;
			});
			const time = row[0] as number;
			assert.ok(!stored.has(time), `two points at ${time}`);
			stored.set(time, fields);
		}
		return stored;
	}

	async has(time: number): Promise<boolean> {
		const query = `SELECT motionEvents FROM home.autogen.ambient16 WHERE time = ${time}s`;
		return (await this.query(query)).results[0]?.series !== undefined;
	}

	get #url(): string {
		return `${this.#secure ? "https" : "http"}://127.0.0.1:${this.port}`;
	}

	/** Asks it, as its administrator, of the database home. Rejects if it finds the query wrong. */
	async query(q: string): Promise<QueryResult> {
		const { status, text } = await ask(`${this.#url}/query?db=home&epoch=s`, {
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

export interface QueryResult {
	results: { error?: string; series?: { columns: string[]; values: (number | string | null)[][] }[] }[];
}

export interface VictoriaOptions {
	/** Takes nobody without user and password. */
	closed?: boolean;
	/** Gives back what came twice once, as docs/own-infrastructure.md asks for. */
	dedup?: boolean;
	/** For how long it keeps points; a month unless told. */
	keep?: string;
}

/** VictoriaMetrics, which takes InfluxDB's writes. */
export class VictoriaMetrics implements Database {
	readonly port: number;
	readonly folder: string;
	readonly user = "me";
	readonly password = PASSWORD;
	#scope: Scope;
	#args: string[];
	#closed: boolean;
	/** What it takes at present. */
	#current = PASSWORD;
	#service!: Service;

	static async create(
		scope: Scope,
		{ closed = true, dedup = true, keep }: VictoriaOptions = {},
	): Promise<VictoriaMetrics> {
		const port = freePort();
		const folder = temporaryFolder(scope);
		const args = [`-storageDataPath=${folder}`, `-httpListenAddr=127.0.0.1:${port}`];
		if (dedup) args.push("-dedup.minScrapeInterval=1ms");
		if (keep) args.push(`-retentionPeriod=${keep}`);
		const it = new VictoriaMetrics(scope, port, folder, args, closed);
		await it.start();
		return it;
	}

	private constructor(scope: Scope, port: number, folder: string, args: string[], closed: boolean) {
		this.port = port;
		this.folder = folder;
		this.#scope = scope;
		this.#args = args;
		this.#closed = closed;
	}

	get settings(): object {
		const { port, user, password } = this;
		return { url: `http://127.0.0.1:${port}`, database: "home", ...(this.#closed && { user, password }) };
	}

	async start(): Promise<void> {
		const auth = [`-httpAuth.username=${this.user}`, `-httpAuth.password=${this.#current}`];
		const command = [victoria.path, ...this.#args, ...(this.#closed ? auth : [])];
		this.#service = new Service(this.#scope, command, this.port);
		await this.#service.start();
	}

	/** What it has answered within the last second or so is in its memory alone: SIGKILL would lose it. */
	async stop(): Promise<void> {
		await this.#service.stop("SIGINT");
	}

	async setPassword(password: string): Promise<void> {
		this.#current = password;
		await this.stop();
		await this.start();
	}

	async points(): Promise<Stored> {
		const { points, duplicates } = await this.export();
		assert.equal(duplicates, 0, "fields that are there twice");
		return points;
	}

	async has(time: number): Promise<boolean> {
		return (await this.export("ambient16_motionEvents", `${time}`, `${time}`)).points.size > 0;
	}

	/** Points, and how many of their fields it gives back more than once. */
	async export(name = "", start = "0", end = "4102444800"): Promise<{ points: Stored; duplicates: number }> {
		await this.#ask("/internal/force_flush");
		const match = name ? `{__name__="${name}"}` : '{udid!=""}';
		const text = await this.#ask(`/api/v1/export?${new URLSearchParams({ "match[]": match, start, end })}`);
		const points: Stored = new Map();
		let duplicates = 0;
		for (const line of text.split("\n").filter(Boolean)) {
			const { metric, values, timestamps }: Series = JSON.parse(line);
			const field = metric.__name__.replace(/^ambient16_/, "");
			timestamps.forEach((ms, i) => {
				const fields = points.get(ms / 1000) ?? {};
				if (field in fields) duplicates++;
				fields[field] = values[i] as number;
				points.set(ms / 1000, fields);
			});
		}
		return { points, duplicates };
	}

	async #ask(path: string): Promise<string> {
		const authorization = `Basic ${Buffer.from(`${this.user}:${this.#current}`).toString("base64")}`;
		const { status, text } = await ask(`http://127.0.0.1:${this.port}${path}`, {
			headers: { authorization },
		});
		assert.ok(status < 300, `${status} ${text}`);
		return text;
	}
}

interface Series {
	metric: { __name__: string };
	values: number[];
	timestamps: number[];
}
