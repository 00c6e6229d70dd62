import { join } from "node:path";
import { describe, test } from "node:test";
import fastify from "fastify";
import type { Database as Contract, Stored } from "../../../test/cloud/support/databases";
import { ONE_FOR_ONE } from "../../../test/cloud/support/one-for-one";
import { freePort } from "../../../test/support/ports";
import { openDatabase } from "../../database/database";
import { Live } from "../../points/live";
import { tiersOf } from "../../points/retention";
import { SqlitePoints } from "../../points/sqlite";
import { writeApi } from "../../points/write-api";
import { digest } from "../../secrets/tokens";
import type { Services } from "../../services";
import { type Scope, temporaryFolder } from "../support/cloud";
import { insertAccount, insertSensor } from "../support/rows";

/** Devices in these tests run ahead of the computer's time. ms */
const AHEAD = 30 * 86_400_000;

/** The write API as sensors see it, without TLS, behind which these tests could not stand. */
class CloudDatabase implements Contract {
	readonly port = freePort();
	readonly password = "a-token";
	readonly settings = { org: "ambient16", bucket: "ambient16", token: this.password };
	#folder: string;
	#services!: Pick<Services, "database" | "points" | "live" | "clock" | "config">;
	#app = fastify();

	static async create(scope: Scope): Promise<CloudDatabase> {
		const it = new CloudDatabase(temporaryFolder(scope));
		await it.start();
		await insertAccount(it.#services.database, "me");
		await insertSensor(it.#services.database, { id: "sensor", account: "me", token: it.password });
		scope.after(() => it.stop());
		return it;
	}

	private constructor(folder: string) {
		this.#folder = folder;
	}

	async start(): Promise<void> {
		const clock = () => Date.now() + AHEAD;
		const keepDays = Number.POSITIVE_INFINITY;
		this.#services = {
			database: await openDatabase(this.#folder),
			points: new SqlitePoints({ file: join(this.#folder, "points"), tiers: tiersOf(keepDays), clock }),
			live: new Live(),
			clock,
			config: { keepDays } as Services["config"],
		};
		this.#app = fastify({ forceCloseConnections: true });
		await this.#app.register(writeApi(this.#services as Services));
		await this.#app.listen({ host: "127.0.0.1", port: this.port });
	}

	async stop(): Promise<void> {
		const { points, database } = this.#services;
		await this.#app.close();
		await points.close();
		await database.destroy();
	}

	async setPassword(password: string): Promise<void> {
		await this.#services.database
			.updateTable("sensors")
			.set({ token: digest(password) })
			.execute();
	}

	async points(): Promise<Stored> {
		const stored: Stored = new Map();
		for await (const { time, values } of this.#services.points.export("sensor")) stored.set(time, values);
		return stored;
	}

	async has(time: number): Promise<boolean> {
		return (await this.points()).has(time);
	}
}

describe("points in an account of one's own are, one for one, the windows that the device measured", {
	concurrency: true,
	timeout: 600_000,
}, () => {
	for (const [name, run] of Object.entries(ONE_FOR_ONE))
		test(name, (t) => run(t, (scope) => CloudDatabase.create(scope)));
});
