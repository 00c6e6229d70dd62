import assert from "node:assert/strict";
import { request } from "node:https";
import { describe, test } from "node:test";
import { BEAT } from "../../limits";
import type { Point } from "../../points/point";
import { ask, type Scope, startCloud, type TestCloud } from "../support/cloud";
import { insertSensor } from "../support/rows";
import { signUp, type Visitor } from "../support/visitor";

const POINT = { temperature: 21.37, humidity: 41, pressure: 101_325, co2: 1450, motionEvents: 1 };

interface House extends TestCloud {
	/** Has the kitchen and the cellar. */
	me: Visitor;
	/** The neighbour, who has the attic. */
	you: Visitor;
}

async function startHouse(scope: Scope): Promise<House> {
	const cloud = await startCloud(scope);
	const { database } = cloud.services;
	const [me, you] = [await signUp(cloud, "me"), await signUp(cloud, "you")];
	for (const [id, name, whose] of [
		["kitchen", "Kitchen <b>", "me"],
		["cellar", "Cellar", "me"],
		["attic", "Attic", "you"],
	] as const) {
		const row = await database
			.selectFrom("accounts")
			.select("id")
			.where("name", "=", whose)
			.executeTakeFirst();
		await insertSensor(database, { id, account: row?.id ?? "", name, token: `token-of-${id}` });
	}
	return { ...cloud, me, you };
}

const get = ({ me }: House, path: string, visitor = me) => visitor.send("GET", path);

async function measure(
	{ services, time }: House,
	sensor: string,
	values: Point["values"] = POINT,
): Promise<number> {
	const begin = Math.floor(time.now / 10_000) * 10 - 10;
	await services.points.write(sensor, [{ time: begin, values }]);
	return begin;
}

describe("the pages of readings", () => {
	test("the list has the account's sensors with what they measured last, and nobody else's", async (t) => {
		const house = await startHouse(t);
		await measure(house, "kitchen");
		await measure(house, "attic");
		const { status, text } = await get(house, "/sensors");
		assert.equal(status, 200);
		assert.match(text, /Kitchen &(lt|#60);b/);
		assert.match(text, /21\.4/);
		assert.match(text, /stale air/);
		assert.match(text, /Nothing was heard of it yet/);
		assert.doesNotMatch(text, /Attic|attic|<b>/);
	});

	test("without sensors it says what to do", async (t) => {
		const house = await startHouse(t);
		await house.services.database.deleteFrom("sensors").execute();
		assert.match((await get(house, "/sensors")).text, /No sensor yet[\s\S]*Add a sensor/);
	});

	test("a sensor's page has a place for each quantity, and its time", async (t) => {
		const house = await startHouse(t);
		await measure(house, "kitchen");
		const now = Math.floor(house.time.now / 1000);
		const day = await get(house, "/sensors/kitchen");
		assert.match(day.text, /1013\.3<\/span> <span class="unit">hPa/);
		assert.match(day.text, new RegExp(`data-to="${now}" data-step="60"\\s+data-live`));
		const week = await get(house, `/sensors/kitchen?span=week&to=${now - 86_400}`);
		assert.match(week.text, new RegExp(`data-to="${now - 86_400}" data-step="900"\\s*>`));
		for (const query of ["span=constructor", "span=decade", "to=tomorrow", "to=99999999999", "to=-1"])
			assert.match((await get(house, `/sensors/kitchen?${query}`)).text, /data-step="60"\s+data-live/, query);
	});

	test("readings and files are given to their account", async (t) => {
		const house = await startHouse(t);
		const time = await measure(house, "kitchen");
		const readings = await get(house, "/sensors/kitchen/readings?quantity=co2&step=10");
		assert.deepEqual(JSON.parse(readings.text).quantities.co2.mean, [1450]);
		assert.equal(readings.headers["cache-control"], "no-store");
		assert.equal((await get(house, "/sensors/kitchen/readings?step=7")).status, 400);
		const csv = await get(house, "/sensors/kitchen/points.csv");
		assert.equal(csv.headers["content-type"], "text/csv; charset=utf-8");
		assert.match(csv.headers["content-disposition"] ?? "", /^attachment; filename="ambient16-kitchen\.csv"$/);
		assert.equal(csv.text.split("\r\n").length, 3);
		const json = await get(house, "/sensors/kitchen/points.json");
		assert.deepEqual(JSON.parse(json.text), [
			{ time: new Date(time * 1000).toISOString().replace(".000", ""), seconds: 10, ...POINT },
		]);
	});

	test("what is another's is not there, as what is not there at all", async (t) => {
		const house = await startHouse(t);
		await measure(house, "kitchen");
		for (const path of ["", "/readings", "/points.csv", "/points.json"]) {
			const another = await get(house, `/sensors/kitchen${path}`, house.you);
			const none = await get(house, `/sensors/nothing${path}`, house.you);
			assert.deepEqual([another.status, none.status], [404, 404], path);
			assert.doesNotMatch(another.text, /Kitchen|21\.4|1450/);
		}
	});

	test("without a session there is nothing to see", async (t) => {
		const house = await startHouse(t);
		for (const path of [
			"/sensors",
			"/sensors/kitchen",
			"/sensors/kitchen/readings",
			"/sensors/kitchen/points.csv",
			"/live",
		]) {
			const { status, headers } = await ask(house, path);
			assert.equal(status, 303, path);
			assert.match(headers.location ?? "", /^\/sign-in/);
		}
	});

	test("nothing in a page is script or style that stands in it", async (t) => {
		const house = await startHouse(t);
		await measure(house, "kitchen");
		for (const path of ["/sensors", "/sensors/kitchen"]) {
			const { text, headers } = await get(house, path);
			assert.match(`${headers["content-security-policy"]}`, /default-src 'none'/);
			assert.doesNotMatch(`${headers["content-security-policy"]}`, /unsafe|\*/);
			assert.doesNotMatch(text, / style=| on\w+=|<style|<script(?![^>]* src=)/);
		}
	});
});

describe("what is new", () => {
	/** Hears what a page would, until `end` comes in it or the server ends it. */
	function hear(house: House, visitor: Visitor, end?: string): Promise<string> {
		return new Promise((resolve, reject) => {
			const options = { host: "127.0.0.1", port: house.port, path: "/live", ca: house.services.authority.ca };
			const cookie = [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
			const headers = { host: `localhost:${house.port}`, cookie };
			const asking = request({ ...options, servername: "localhost", headers, agent: false }, (answer) => {
				let text = "";
				answer.setEncoding("utf8").on("data", (part: string) => {
					text += part;
					if (end === undefined || !text.includes(end)) return;
					asking.destroy();
					resolve(text);
				});
				answer.on("end", () => resolve(text)).on("error", () => {});
				assert.equal(answer.headers["content-type"], "text/event-stream");
			});
			asking.on("error", reject).end();
		});
	}

	async function write(house: House, sensor: string): Promise<number> {
		const time = Math.floor(house.time.now / 10_000) * 10 - 10;
		const { status } = await ask(house, "/api/v2/write?precision=s", {
			method: "POST",
			headers: { authorization: `Token token-of-${sensor}`, "content-type": "text/plain" },
			body: `ambient16,udid=10000fb38278 co2=600,motionEvents=0i ${time}`,
		});
		assert.equal(status, 204);
		return time;
	}

	test("comes to the pages of its account as it is written", async (t) => {
		const house = await startHouse(t);
		const mine = hear(house, house.me, "co2");
		const yours = hear(house, house.you, "co2");
		await opened(house, 2);
		const time = await write(house, "kitchen");
		await write(house, "attic");
		const event = `event: point\ndata: {"sensor":"kitchen","time":${time},"values":{"co2":600,"motionEvents":0},"air":{"level":"good","text":"fresh air"}}\n\n`;
		assert.equal(await mine, `: \n\n${event}`);
		assert.match(await yours, /"attic"/);
	});

	test("comes no more when the session has ended", async (t) => {
		t.mock.timers.enable({ apis: ["setInterval"] });
		const house = await startHouse(t);
		const mine = hear(house, house.me);
		await opened(house, 1);
		await house.me.post("/sign-out", { _csrf: await house.me.token() });
		t.mock.timers.tick(BEAT);
		assert.equal(await mine, ": \n\n");
	});

	test("ends with the server, which it does not hold up", async (t) => {
		const house = await startHouse(t);
		const mine = hear(house, house.me);
		await opened(house, 1);
		await house.close();
		assert.equal(await mine, ": \n\n");
	});

	/** Resolves when so many pages listen. */
	async function opened({ services }: House, count: number): Promise<void> {
		while (services.live.pages < count) await new Promise((resolve) => setTimeout(resolve, 5));
	}
});
