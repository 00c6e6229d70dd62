import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Point } from "../../points/point";
import { ask, type Scope, startCloud, type TestCloud } from "../support/cloud";
import { insertAccount, insertSensor } from "../support/rows";

const UDID = "10000fb38278";
const TARGET = "/api/v2/write?org=ambient16&bucket=ambient16&precision=s";

async function startWithSensors(scope: Scope): Promise<TestCloud> {
	const cloud = await startCloud(scope);
	await insertAccount(cloud.services.database, "me");
	for (const id of ["kitchen", "cellar"])
		await insertSensor(cloud.services.database, { id, account: "me", token: `token-of-${id}` });
	return cloud;
}

/** The beginning of the window that runs, so many windows ago. */
function window({ time }: TestCloud, ago: number): number {
	return (Math.floor(time.now / 10_000) - ago) * 10;
}

function lineAt(time: number, udid = UDID): string {
	return `ambient16,udid=${udid} temperature=21.5,motionEvents=0i ${time}`;
}

async function write(cloud: TestCloud, body: string, { token = "token-of-kitchen", target = TARGET } = {}) {
	const headers = { authorization: `Token ${token}`, "content-type": "text/plain; charset=utf-8" };
	const { status, text } = await ask(cloud, target, { method: "POST", headers, body });
	return { status, said: text === "" ? undefined : JSON.parse(text) };
}

async function kept({ services }: TestCloud, sensor = "kitchen"): Promise<number[]> {
	const points: Point[] = [];
	for await (const point of services.points.export(sensor)) points.push(point);
	return points.map(({ time }) => time);
}

describe("a sensor that writes", () => {
	test("is answered 204, and its points are kept under it alone", async (t) => {
		const cloud = await startWithSensors(t);
		const times = [window(cloud, 2), window(cloud, 1)];
		assert.deepEqual(await write(cloud, times.map((time) => lineAt(time)).join("\n")), {
			status: 204,
			said: undefined,
		});
		assert.deepEqual(await kept(cloud), times);
		assert.deepEqual(await kept(cloud, "cellar"), []);
	});

	test("is known from its first point on, and when it was heard is noted each minute", async (t) => {
		const cloud = await startWithSensors(t);
		const sensor = async () =>
			cloud.services.database
				.selectFrom("sensors")
				.select(["udid", "heard"])
				.where("id", "=", "kitchen")
				.executeTakeFirst();
		const first = Math.floor(cloud.time.now / 1000) * 1000;
		await write(cloud, lineAt(window(cloud, 1)));
		assert.deepEqual(await sensor(), { udid: UDID, heard: first });
		cloud.time.now += 30_000;
		await write(cloud, lineAt(window(cloud, 1)));
		assert.equal((await sensor())?.heard, first);
		cloud.time.now += 30_000;
		await write(cloud, lineAt(window(cloud, 1)));
		assert.equal((await sensor())?.heard, first + 60_000);
	});

	test("with no token, another token, or one of no form is answered 401", async (t) => {
		const cloud = await startWithSensors(t);
		for (const token of ["token-of-nobody", "", "x".repeat(3000), "token-of-kitchen, token-of-cellar"])
			assert.deepEqual(await write(cloud, lineAt(window(cloud, 1)), { token }), {
				status: 401,
				said: { code: "unauthorized", message: "unauthorized access" },
			});
		assert.equal((await ask(cloud, TARGET, { method: "POST", body: "x" })).status, 401);
		assert.deepEqual(await kept(cloud), []);
	});

	test("with the token of another sensor is refused, and keeps its points", async (t) => {
		const cloud = await startWithSensors(t);
		await write(cloud, lineAt(window(cloud, 2)));
		assert.deepEqual(await write(cloud, lineAt(window(cloud, 1), "200000000000")), {
			status: 403,
			said: { code: "forbidden", message: `this token is of sensor ${UDID}, not of 200000000000` },
		});
		assert.equal((await kept(cloud)).length, 1);
	});

	test("has the good lines kept, and is told of the first that is not", async (t) => {
		const cloud = await startWithSensors(t);
		const time = window(cloud, 1);
		assert.deepEqual(await write(cloud, `cpu usage=1 ${time}\n${lineAt(time)}\nmem x=1 ${time}`), {
			status: 400,
			said: {
				code: "invalid",
				message: `partial write: 'cpu usage=1 ${time}': measurement 'cpu' is not taken, only ambient16 dropped=2`,
			},
		});
		assert.deepEqual(await kept(cloud), [time]);
	});

	test("is told 422 of points that are too old, or of a time that has not come", async (t) => {
		const cloud = await startWithSensors(t);
		const day = 8640;
		const good = window(cloud, 1);
		assert.deepEqual(await write(cloud, [lineAt(window(cloud, 91 * day)), lineAt(good)].join("\n")), {
			status: 422,
			said: {
				code: "unprocessable entity",
				message: "partial write: points beyond retention policy dropped=1",
			},
		});
		const { status, said } = await write(cloud, lineAt(window(cloud, -day)));
		assert.deepEqual([status, said.message], [422, "partial write: points of the future dropped=1"]);
		assert.deepEqual(await kept(cloud), [good]);
	});

	test("in another precision than seconds is refused", async (t) => {
		const cloud = await startWithSensors(t);
		for (const [precision, name] of [
			["&precision=ms", "ms"],
			["", "ns"],
		] as const) {
			const { status, said } = await write(cloud, lineAt(window(cloud, 1)), {
				target: `/api/v2/write?bucket=ambient16${precision}`,
			});
			assert.deepEqual([status, said.message], [400, `precision '${name}' is not taken, only s`]);
		}
	});

	test("more than fits is answered 413", async (t) => {
		const cloud = await startWithSensors(t);
		const body = `${lineAt(window(cloud, 1))}\n`.repeat(3000);
		assert.deepEqual(await write(cloud, body), {
			status: 413,
			said: { code: "request too large", message: "points batch is too large" },
		});
		assert.deepEqual(await kept(cloud), []);
	});

	test("nothing, or nothing but ends of lines, is answered 204", async (t) => {
		const cloud = await startWithSensors(t);
		assert.equal((await write(cloud, "")).status, 204);
		assert.equal((await write(cloud, "\n\r\n\n")).status, 204);
	});

	test("is asked to come again when its points cannot be kept, and neither it nor the log is told why", async (t) => {
		const cloud = await startWithSensors(t);
		cloud.services.points.write = () => Promise.reject(new Error("disk full at /secret/place"));
		const { status, said } = await write(cloud, lineAt(window(cloud, 1)));
		assert.deepEqual(
			[status, said],
			[503, { code: "unavailable", message: "points cannot be kept at present" }],
		);
		assert.ok(!cloud.log.text.includes("/secret/place"));
	});

	test("and is removed in the meantime leaves nothing", async (t) => {
		const cloud = await startWithSensors(t);
		const { points, database } = cloud.services;
		const store = points.write.bind(points);
		points.write = async (sensor, those) => {
			await database.deleteFrom("sensors").where("id", "=", sensor).execute();
			await points.erase(sensor);
			await store(sensor, those);
		};
		assert.equal((await write(cloud, lineAt(window(cloud, 1)))).status, 401);
		assert.deepEqual(await kept(cloud), []);
	});

	test("leaves neither its token nor its readings in the log", async (t) => {
		const cloud = await startWithSensors(t);
		await write(cloud, lineAt(window(cloud, 1)));
		await write(cloud, "cpu usage=1");
		assert.match(cloud.log.text, /\/api\/v2\/write/);
		assert.doesNotMatch(cloud.log.text, /token-of-kitchen|temperature|cpu/);
	});
});
