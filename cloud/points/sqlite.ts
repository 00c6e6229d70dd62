import Database from "better-sqlite3";
import { type KeptPoint, type Point, QUANTITIES, type Quantity, type Sample, WINDOW } from "./point";
import { beginOf, type Tier } from "./retention";
import type { PointStore } from "./store";

export interface SqlitePointsOptions {
	/** Path of its file; it has two more beside it (`-wal`, `-shm`). */
	file: string;
	tiers: readonly Tier[];
	/** ms since 1970 */
	clock: () => number;
}

/** Writes that wait to become one transaction. */
interface Waiting {
	sensor: string;
	points: readonly Point[];
	resolve(): void;
	reject(error: unknown): void;
}

/** Rows that are read or deleted at a time, in a few ms, between which others have their turn. */
const ROWS = 2_000;
const SCHEMA = 1;

/**
 * Points in one file of SQLite. Values are integers in the smallest digit that a sensor sends: small, and their
 * sums are exact. The coarser tiers are kept up with each write, as count, sum, least and greatest, so no query reads
 * more rows than it gives back many times over, and thinning only deletes.
 */
export class SqlitePoints implements PointStore {
	readonly #db: Database.Database;
	readonly #finest: Tier;
	readonly #coarser: readonly Tier[];
	readonly #clock: () => number;
	readonly #statements: ReturnType<typeof prepare>;
	#waiting: Waiting[] = [];

	constructor({ file, tiers, clock }: SqlitePointsOptions) {
		const [finest, ...coarser] = tiers;
		this.#finest = finest as Tier;
		this.#coarser = coarser;
		this.#clock = clock;
		this.#db = new Database(file);
		try {
			// A commit is on the disk before it is acknowledged. Erased is overwritten.
			for (const pragma of ["journal_mode = WAL", "synchronous = FULL", "secure_delete = ON"])
				this.#db.pragma(pragma);
			migrate(this.#db);
			this.#statements = prepare(this.#db);
		} catch (error) {
			this.#db.close();
			throw error;
		}
	}

	/** What comes while others are written shares one transaction, and one wait for the disk, with them. */
	write(sensor: string, points: readonly Point[]): Promise<void> {
		return new Promise((resolve, reject) => {
			if (this.#waiting.push({ sensor, points, resolve, reject }) === 1) setImmediate(() => this.#flush());
		});
	}

	async last(sensor: string): Promise<Point | undefined> {
		const row = this.#statements.last.get(sensor);
		return row === undefined ? undefined : pointOf(row as Row);
	}

	async query(sensor: string, quantity: Quantity, from: number, to: number, step: number): Promise<Sample[]> {
		const scale = 10 ** (QUANTITIES.find(({ name }) => name === quantity)?.decimals ?? 0);
		const samples: Sample[] = [];
		for (const part of this.#parts(from - (from % step), Math.ceil(to / step) * step, step)) {
			const width = Math.max(step, part.step);
			const select = part.step === WINDOW ? this.#statements.means : this.#statements.coarseMeans;
			const about = { sensor, ...part, width };
			for (const { time, mean, min, max } of select[quantity].all(about) as Sample[])
				samples.push({ time, mean: mean / scale, min: min / scale, max: max / scale });
		}
		return samples;
	}

	async *export(sensor: string): AsyncIterable<KeptPoint> {
		for (const { step, from, to } of this.#parts(0, Number.MAX_SAFE_INTEGER, WINDOW)) {
			const select = step === WINDOW ? this.#statements.rows : this.#statements.coarseRows;
			for (let next = from; ; ) {
				const rows = select.all({ sensor, step, from: next, to }) as Row[];
				for (const row of rows) yield { ...pointOf(row), step };
				if (rows.length < ROWS) break;
				next = (rows.at(-1) as Row).time + 1;
				await turn();
			}
		}
	}

	async erase(sensor: string): Promise<void> {
		this.#db.transaction(() => {
			this.#statements.condemn.run(sensor);
			this.#statements.forget.run(sensor);
		})();
		await this.#dropErased();
	}

	async thin(): Promise<void> {
		const now = this.#clock() / 1000;
		for (const sensor of this.#statements.sensors.all() as number[])
			for (const tier of [this.#finest, ...this.#coarser])
				await this.#drop(sensor, tier.step, beginOf(tier, now));
		// What was left when the process ended.
		await this.#dropErased();
	}

	async close(): Promise<void> {
		if (!this.#db.open) return;
		this.#flush();
		this.#db.close();
	}

	#flush(): void {
		const writes = this.#waiting;
		this.#waiting = [];
		if (writes.length === 0) return;
		try {
			this.#db.transaction(() => {
				for (const { sensor, points } of writes) this.#insert(sensor, points);
			})();
		} catch (error) {
			for (const { reject } of writes) reject(error);
			return;
		}
		for (const { resolve } of writes) resolve();
	}

	#insert(sensor: string, points: readonly Point[]): void {
		const { remember, number, insert, add } = this.#statements;
		remember.run(sensor);
		const id = number.get(sensor) as number;
		const begin = beginOf(this.#finest, this.#clock() / 1000);
		const rollups = new Map<string, Rollup>();
		for (const { time, values } of points) {
			// Whether it has been counted can no longer be told.
			if (time < begin) continue;
			const row = QUANTITIES.map(({ name, decimals }) => {
				const value = values[name];
				return value === undefined ? null : Math.round(value * 10 ** decimals);
			});
			// It was there: so it has been added up as well.
			if (insert.run(id, time, ...row).changes === 0) continue;
			for (const { step } of this.#coarser) {
				const first = time - (time % step);
				const key = `${step} ${first}`;
				const rollup = rollups.get(key) ?? { step, time: first, values: QUANTITIES.map(() => undefined) };
				rollups.set(key, rollup);
				row.forEach((value, index) => {
					if (value !== null) rollup.values[index] = addTo(rollup.values[index], value);
				});
			}
		}
		for (const { step, time, values } of rollups.values())
			add.run(
				id,
				step,
				time,
				...values.flatMap((it) => (it ? [it.count, it.sum, it.min, it.max] : [0, 0, null, null])),
			);
	}

	/** Which tier tells of which part of a time, the coarsest and oldest first. */
	#parts(from: number, to: number, step: number): Part[] {
		const now = this.#clock() / 1000;
		const tiers = [this.#finest, ...this.#coarser];
		const fine = tiers.findLastIndex((tier) => step % tier.step === 0);
		const parts: Part[] = [];
		let end = to;
		for (const tier of tiers.slice(fine)) {
			const begin = Math.max(from, beginOf(tier, now));
			if (begin < end) parts.unshift({ step: tier.step, from: begin, to: end });
			end = Math.min(end, begin);
		}
		return parts;
	}

	async #drop(sensor: number, step: number, before: number): Promise<void> {
		const drop = step === WINDOW ? this.#statements.drop : this.#statements.dropRollups;
		while (this.#db.open && drop.run({ sensor, step, before }).changes === ROWS) await turn();
	}

	async #dropErased(): Promise<void> {
		const erased = this.#statements.erased.all() as number[];
		for (const sensor of erased) {
			for (const { step } of [this.#finest, ...this.#coarser])
				await this.#drop(sensor, step, Number.MAX_SAFE_INTEGER);
			if (!this.#db.open) return;
			this.#statements.dropped.run(sensor);
		}
		// The log has what was overwritten in the file.
		if (erased.length > 0) this.#db.pragma("wal_checkpoint(TRUNCATE)");
	}
}

/** A part of a time, and the step of the tier that tells of it. */
interface Part {
	step: number;
	from: number;
	to: number;
}

interface Sum {
	count: number;
	sum: number;
	min: number;
	max: number;
}

interface Rollup {
	step: number;
	time: number;
	values: (Sum | undefined)[];
}

function addTo(sum: Sum | undefined, value: number): Sum {
	if (!sum) return { count: 1, sum: value, min: value, max: value };
	sum.count++;
	sum.sum += value;
	sum.min = Math.min(sum.min, value);
	sum.max = Math.max(sum.max, value);
	return sum;
}

type Row = { time: number } & Record<Quantity, number | null>;

function pointOf(row: Row): Point {
	const point: Point = { time: row.time, values: {} };
	for (const { name, decimals } of QUANTITIES) {
		const value = row[name];
		if (value !== null) point.values[name] = Number((value / 10 ** decimals).toFixed(decimals));
	}
	return point;
}

/** Lets others have their turn. */
function turn(): Promise<void> {
	return new Promise((resolve) => setImmediate(resolve));
}

const NAMES = QUANTITIES.map(({ name }) => name);
const SUMS = NAMES.flatMap((name) => [`${name}_count`, `${name}_sum`, `${name}_min`, `${name}_max`]);

function migrate(db: Database.Database): void {
	const version = db.pragma("user_version", { simple: true }) as number;
	if (version > SCHEMA) throw new Error(`the points are of a newer version (${version})`);
	if (version === SCHEMA) return;
	db.transaction(() => {
		db.exec(`
			-- A number is never given out again: points of an erased sensor are not another's.
			CREATE TABLE sensors (number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE) STRICT;
			CREATE TABLE erased (sensor INTEGER PRIMARY KEY) STRICT;
			CREATE TABLE points (sensor INTEGER NOT NULL, time INTEGER NOT NULL,
				${NAMES.map((name) => `${name} INTEGER`).join(", ")},
				PRIMARY KEY (sensor, time)) STRICT, WITHOUT ROWID;
			CREATE TABLE rollups (sensor INTEGER NOT NULL, step INTEGER NOT NULL, time INTEGER NOT NULL,
				${SUMS.map((name) => `${name} INTEGER`).join(", ")},
				PRIMARY KEY (sensor, step, time)) STRICT, WITHOUT ROWID;`);
		db.pragma(`user_version = ${SCHEMA}`);
	})();
}

function prepare(db: Database.Database) {
	const marks = (count: number) => Array(count).fill("?").join(", ");
	const sensor = "sensor = (SELECT number FROM sensors WHERE id = @sensor)";
	const span = "time >= @from AND time < @to";
	const each = (sql: (name: Quantity) => string) =>
		Object.fromEntries(NAMES.map((name) => [name, db.prepare(sql(name))])) as Record<
			Quantity,
			Database.Statement
		>;
	return {
		remember: db.prepare("INSERT INTO sensors (id) VALUES (?) ON CONFLICT DO NOTHING"),
		number: db.prepare("SELECT number FROM sensors WHERE id = ?").pluck(),
		sensors: db.prepare("SELECT number FROM sensors").pluck(),
		condemn: db.prepare("INSERT INTO erased SELECT number FROM sensors WHERE id = ?"),
		erased: db.prepare("SELECT sensor FROM erased").pluck(),
		dropped: db.prepare("DELETE FROM erased WHERE sensor = ?"),
		forget: db.prepare("DELETE FROM sensors WHERE id = ?"),
		insert: db.prepare(`INSERT INTO points VALUES (?, ?, ${marks(NAMES.length)}) ON CONFLICT DO NOTHING`),
		add: db.prepare(`
			INSERT INTO rollups VALUES (?, ?, ?, ${marks(SUMS.length)}) ON CONFLICT DO UPDATE SET ${NAMES.map(
				(name) => `
				${name}_count = ${name}_count + excluded.${name}_count,
				${name}_sum = ${name}_sum + excluded.${name}_sum,
				${["min", "max"].map((end) => `${name}_${end} = ${end}(coalesce(${name}_${end}, excluded.${name}_${end}), coalesce(excluded.${name}_${end}, ${name}_${end}))`)}`,
			)}`),
		last: db.prepare(
			"SELECT * FROM points WHERE sensor = (SELECT number FROM sensors WHERE id = ?) ORDER BY time DESC LIMIT 1",
		),
		rows: db.prepare(`SELECT * FROM points WHERE ${sensor} AND ${span} ORDER BY time LIMIT ${ROWS}`),
		coarseRows: db.prepare(`
			SELECT time, ${NAMES.map((name) => `CAST(${name}_sum AS REAL) / nullif(${name}_count, 0) AS ${name}`)}
			FROM rollups WHERE ${sensor} AND step = @step AND ${span} ORDER BY time LIMIT ${ROWS}`),
		means: each(
			(name) => `
			SELECT time - time % @width AS time, avg(${name}) AS mean, min(${name}) AS min, max(${name}) AS max
			FROM points WHERE ${sensor} AND ${span} AND ${name} IS NOT NULL GROUP BY 1 ORDER BY 1`,
		),
		coarseMeans: each(
			(name) => `
			SELECT time - time % @width AS time, CAST(sum(${name}_sum) AS REAL) / sum(${name}_count) AS mean,
				min(${name}_min) AS min, max(${name}_max) AS max
			FROM rollups WHERE ${sensor} AND step = @step AND ${span} AND ${name}_count > 0 GROUP BY 1 ORDER BY 1`,
		),
		drop: db.prepare(`
			DELETE FROM points WHERE (sensor, time) IN
				(SELECT sensor, time FROM points WHERE sensor = @sensor AND time < @before LIMIT ${ROWS})`),
		dropRollups: db.prepare(`
			DELETE FROM rollups WHERE (sensor, step, time) IN
				(SELECT sensor, step, time FROM rollups WHERE sensor = @sensor AND step = @step AND time < @before LIMIT ${ROWS})`),
	};
}
