import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import { csv, json } from "../../points/export";
import { QUANTITIES } from "../../points/point";
import { type Asked, readings } from "../../points/readings";
import { tiersOf } from "../../points/retention";
import { airOf, ORDER, shownOf, textOf } from "../../points/shown";
import { sparkOf } from "../../points/spark";
import { SqlitePoints } from "../../points/sqlite";
import { Refusal } from "../../refusal";
import { type Scope, temporaryFolder } from "../support/cloud";
import { HOUR, temperatures } from "./support/contract";

const NOW = HOUR + 3600;

async function stored(scope: Scope): Promise<SqlitePoints> {
	const file = join(temporaryFolder(scope), "points");
	const store = new SqlitePoints({ file, tiers: tiersOf(1000), clock: () => NOW * 1000 });
	scope.after(() => store.close());
	await store.write("a", temperatures(20, 20.5, 21.25));
	return store;
}

describe("readings that are asked for", () => {
	test("come in columns with their unit, rounded to what a mean is worth", async (t) => {
		const { from, to, step, quantities } = await readings(
			await stored(t),
			"a",
			{ quantity: "temperature", from: `${HOUR}`, to: `${HOUR + 600}`, step: "300" },
			NOW,
		);
		assert.deepEqual([from, to, step], [HOUR, HOUR + 600, 300]);
		assert.deepEqual(quantities, {
			temperature: { unit: "°C", time: [HOUR], mean: [20.583], min: [20], max: [21.25] },
		});
	});

	test("are all quantities of the last day by 5 minutes, unless it is told", async (t) => {
		const { from, to, step, quantities } = await readings(await stored(t), "a", {}, NOW);
		assert.deepEqual([from, to, step], [NOW - 86_400, NOW, 300]);
		assert.deepEqual(
			Object.keys(quantities),
			QUANTITIES.map(({ name }) => name),
		);
		assert.deepEqual(quantities.co2?.time, []);
	});

	test("that nobody can mean are refused, and it is said what was expected", async (t) => {
		const store = await stored(t);
		for (const [asked, message] of [
			[{ step: "7" }, "step is one of 10, 60, 300, 900, 3600, 21600, 86400"],
			[{ step: "1e3" }, "step is a whole number of seconds"],
			[{ from: "yesterday" }, "from is a whole number of seconds"],
			[{ to: "-5" }, "to is a whole number of seconds"],
			[{ from: `${NOW}`, to: `${NOW}` }, "from is before to"],
			[{ from: "0", step: "10" }, "at most 10000 steps between from and to"],
			[{ quantity: "radon" }, /^quantity is one of temperature, /],
			[{ quantity: "constructor" }, /^quantity is one of temperature, /],
		] as [Asked, string | RegExp][])
			await assert.rejects(readings(store, "a", asked, NOW), (error: Refusal) => {
				assert.ok(error instanceof Refusal && error.statusCode === 400);
				if (typeof message === "string") assert.equal(error.message, message);
				else assert.match(error.message, message);
				return true;
			});
	});
});

describe("readings as a file", () => {
	const collect = async (parts: AsyncIterable<string>) => {
		let text = "";
		for await (const part of parts) text += part;
		return text;
	};
	const time = (seconds: number) => new Date(seconds * 1000).toISOString().replace(".000Z", "Z");

	test("are CSV with a row for each point", async (t) => {
		const store = await stored(t);
		assert.deepEqual((await collect(csv(store.export("a")))).split("\r\n"), [
			"time,seconds,temperature,humidity,pressure,illuminance,co2,motion,motionEvents",
			`${time(HOUR)},10,20,,,,,,0`,
			`${time(HOUR + 10)},10,20.5,,,,,,1`,
			`${time(HOUR + 20)},10,21.25,,,,,,0`,
			"",
		]);
	});

	test("are JSON, also when there are none", async (t) => {
		const store = await stored(t);
		assert.deepEqual(JSON.parse(await collect(json(store.export("a"))))[1], {
			time: time(HOUR + 10),
			seconds: 10,
			temperature: 20.5,
			motionEvents: 1,
		});
		assert.deepEqual(JSON.parse(await collect(json(store.export("nobody")))), []);
	});
});

describe("readings for a person", () => {
	test("have a name, a unit that people use, and no more digits than a sensor is right in", () => {
		assert.equal(textOf("pressure", 101_325), "1013.3");
		assert.equal(textOf("temperature", 21.37), "21.4");
		assert.equal(textOf("co2", undefined), "–");
		for (const quantity of ORDER) assert.notEqual(shownOf(quantity).title, "");
	});

	test("say of the air what the guide values say", () => {
		assert.deepEqual(
			[999, 1000, 2000, 2001].map((co2) => airOf(co2)?.level),
			["good", "fair", "fair", "poor"],
		);
		assert.equal(airOf(undefined), undefined);
	});

	test("are a line that is broken where nothing was measured", () => {
		const sample = (time: number, mean: number) => ({ time, mean, min: mean, max: mean });
		const path = sparkOf([sample(0, 20), sample(10, 21), sample(50, 22)], {
			from: 0,
			to: 100,
			step: 10,
			least: 2,
		});
		assert.equal(path, "M0.0 26.0L10.0 14.0M50.0 2.0");
		assert.equal(sparkOf([], { from: 0, to: 100, step: 10, least: 2 }), "");
		// Noise stays in the middle.
		assert.equal(sparkOf([sample(0, 20)], { from: 0, to: 100, step: 10, least: 2 }), "M0.0 14.0");
	});
});
