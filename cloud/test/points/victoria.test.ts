import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ask } from "../../../test/cloud/support/ask";
import { VictoriaMetrics, victoria } from "../../../test/cloud/support/databases";
import { VictoriaPoints } from "../../points/victoria";
import { pointStoreTests, temperatures } from "./support/contract";

describe("points in VictoriaMetrics", { skip: victoria.skip, timeout: 600_000 }, () => {
	let port = 0;
	pointStoreTests(
		async (scope) => {
			const database = await VictoriaMetrics.create(scope, { keep: "10y" });
			port = database.port;
			const url = new URL(`http://127.0.0.1:${port}`);
			url.username = database.user;
			url.password = database.password;
			return new VictoriaPoints(url);
		},
		async () => {
			await ask(`http://127.0.0.1:${port}/internal/force_flush`, {
				headers: { authorization: `Basic ${Buffer.from("me:pass word, §").toString("base64")}` },
			});
		},
	);

	test("a database that does not take us rejects what is written, and its password is not said", async (t) => {
		const { port } = await VictoriaMetrics.create(t);
		const store = new VictoriaPoints(new URL(`http://me:hunter2@127.0.0.1:${port}`));
		await assert.rejects(store.write("a", temperatures(20)), (error: Error) => {
			assert.match(error.message, /answers 401/);
			assert.doesNotMatch(error.message, /hunter2|bWU6aHVudGVyMg/);
			return true;
		});
	});
});
