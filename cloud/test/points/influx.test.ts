import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, test } from "node:test";
import { InfluxDb, influxd } from "../../../test/cloud/support/databases";
import { InfluxPoints } from "../../points/influx";
import { HOUR, pointStoreTests } from "./support/contract";

describe("points in InfluxDB 1", { skip: influxd.skip, timeout: 600_000 }, () => {
	pointStoreTests(async (scope) => {
		const { port } = await InfluxDb.create(scope);
		return new InfluxPoints(new URL(`http://admin:admin@127.0.0.1:${port}/?db=home`));
	});
});

/** Debian has no InfluxDB 2. */
test("InfluxDB 2 is written to, asked and erased from as its documentation says", async (t) => {
	const asked: string[] = [];
	const server = createServer(async (request, response) => {
		let body = "";
		for await (const chunk of request) body += chunk;
		asked.push(`${request.method} ${request.url} ${request.headers.authorization} ${body}`);
		response.end(request.url?.startsWith("/query") ? '{"results":[{}]}' : "");
	}).listen(0, "127.0.0.1");
	await once(server, "listening");
	t.after(() => server.close());
	const { port } = server.address() as AddressInfo;
	const store = new InfluxPoints(new URL(`http://:to%2Fken@127.0.0.1:${port}/?org=me&bucket=home`));
	await store.write("a", [{ time: HOUR, values: { co2: 600, motionEvents: 1 } }]);
	await store.last("a");
	await store.erase("a");
	assert.deepEqual(asked, [
		`POST /api/v2/write?org=me&bucket=home&precision=s Token to/ken ambient16,sensor=a co2=600,motionEvents=1i ${HOUR}`,
		"POST /query?db=home&epoch=s&q=SELECT+*+FROM+ambient16+WHERE+sensor+%3D+%27a%27+ORDER+BY+time+DESC+LIMIT+1 Token to/ken ",
		'POST /api/v2/delete?org=me&bucket=home Token to/ken {"start":"1970-01-01T00:00:00Z","stop":"2200-01-01T00:00:00Z","predicate":"_measurement=\\"ambient16\\" AND sensor=\\"a\\""}',
	]);
});
