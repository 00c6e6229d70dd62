import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { sign } from "../../../test/support/owner";
import type { Broker, SensorMessage } from "../../broker/broker";
import { createOrders } from "../../light/orders";
import { followPresence } from "../../light/presence";
import { ORDER_TRIES, ORDERS_WAITING } from "../../limits";

const UUID = "6d9f0a4c-31e8-4b57-9c2a-e05b7f1d8a36";
const UDID = "10000fb38278";
const TOPIC = `ambient16/kitchen/${UDID}/command`;

/** A broker with one sensor at it, which the test plays. */
class Kitchen implements Broker {
	readonly orders: { nc: string; head: string; body: string; topic: string }[] = [];
	/** What the sensor does with an order. */
	behave: (nc: string) => void = () => {};
	reachable = true;
	readonly url = "mqtts://localhost";
	readonly ca = undefined;
	#listeners = new Set<(message: SensorMessage) => void>();

	say(name: SensorMessage["name"], payload: string, sensor = "kitchen"): void {
		for (const listener of this.#listeners) listener({ sensor, udid: UDID, name, payload });
	}

	answer(nc: string | null, status: number, body: object): void {
		this.say("answer", JSON.stringify({ nc, status, body }));
	}

	async publish(topic: string, payload: string): Promise<void> {
		if (!this.reachable) throw new Error("away");
		const [head = "", body = ""] = payload.split("\n");
		const nc = /nc="(\d+)"/.exec(head)?.[1] ?? "";
		this.orders.push({ nc, head, body, topic });
		this.behave(nc);
	}

	listen(listener: (message: SensorMessage) => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	async admit(): Promise<void> {}
	async forget(): Promise<void> {}
	async close(): Promise<void> {}
}

describe("an order", () => {
	let kitchen: Kitchen;
	let count: number;
	let send: (commands?: Record<string, object>) => ReturnType<ReturnType<typeof createOrders>["send"]>;

	beforeEach(() => {
		kitchen = new Kitchen();
		count = 0;
		const orders = createOrders({
			broker: kitchen,
			presence: followPresence(kitchen),
			nextCount: async (_sensor, least = 0) => {
				count = Math.max(count, least) + 1;
				return count;
			},
			answerTime: 50,
			tokenTime: 50,
		});
		send = (commands = { setColor: { color: "blue" } }) => orders.send("kitchen", UUID, commands);
		kitchen.say("token", "uulroqkt");
		kitchen.say("status", "online");
	});

	test("is signed with the UUID, and its answer is told", async () => {
		kitchen.behave = (nc) => kitchen.answer(nc, 200, { status: "ok", setColor: { color: "#0000ff" } });
		assert.deepEqual(await send(), {
			state: "done",
			results: { status: "ok", setColor: { color: "#0000ff" } },
		});
		const body = `{"udid":"${UDID}","setColor":{"color":"blue"}}`;
		const signed = { token: "uulroqkt", nc: 1, uuid: UUID, body, method: "MQTT", path: TOPIC };
		assert.deepEqual(kitchen.orders, [{ nc: "1", head: sign(signed), body, topic: TOPIC }]);
	});

	test("that is not answered is told as that, and one that is answered in others' names as well", async () => {
		assert.deepEqual(await send(), { state: "unanswered" });
		kitchen.behave = () => {
			kitchen.answer("999", 200, { status: "ok" });
			kitchen.answer(null, 200, { status: "ok" });
			kitchen.say("answer", "{");
			kitchen.say("answer", "null");
			kitchen.say("answer", JSON.stringify({ nc: "2", status: 200, body: {} }), "attic");
		};
		assert.deepEqual(await send(), { state: "unanswered" });
	});

	test("goes to no sensor that is not there", async () => {
		kitchen.say("status", "suspended");
		assert.deepEqual(await send(), { state: "unreachable", why: "suspended" });
		kitchen.say("status", "offline");
		assert.deepEqual(await send(), { state: "unreachable", why: "offline" });
		kitchen.say("status", "online");
		kitchen.reachable = false;
		assert.deepEqual(await send(), { state: "unreachable", why: "no-broker" });
		assert.deepEqual(kitchen.orders, []);
	});

	test("that is refused for good is told in the sensor's words, and not tried again", async () => {
		kitchen.behave = (nc) => kitchen.answer(nc, 400, { code: "invalid-field", message: "no color" });
		assert.deepEqual(await send(), { state: "refused", code: "invalid-field", message: "no color" });
		assert.equal(kitchen.orders.length, 1);
	});

	test("that another program has overtaken is given again, above it", async () => {
		kitchen.behave = (nc) =>
			nc === "1"
				? kitchen.answer(nc, 401, { code: "replayed", message: "", nc: 41 })
				: kitchen.answer(nc, 200, { status: "ok" });
		assert.equal((await send()).state, "done");
		assert.deepEqual(
			kitchen.orders.map(({ nc }) => nc),
			["1", "42"],
		);
	});

	test("under a token that has just changed is given again under the next, and under a right one is not", async () => {
		kitchen.behave = (nc) => {
			if (nc !== "1") return kitchen.answer(nc, 200, {});
			kitchen.answer(nc, 401, { code: "wrong-token" });
			kitchen.say("token", "aaaaaaaa");
		};
		assert.equal((await send()).state, "done");
		assert.deepEqual(
			kitchen.orders.map(({ head }) => /token="(\w+)"/.exec(head)?.[1]),
			["uulroqkt", "aaaaaaaa"],
		);
		kitchen.behave = (nc) => kitchen.answer(nc, 401, { code: "wrong-secret" });
		assert.equal((await send()).state, "refused");
		assert.equal(kitchen.orders.length, 3);
	});

	test("is not tried for ever", async () => {
		kitchen.behave = (nc) => kitchen.answer(nc, 401, { code: "replayed", nc: Number(nc) });
		assert.equal((await send()).state, "refused");
		assert.equal(kitchen.orders.length, ORDER_TRIES);
	});

	test("waits for the one before, and beyond a few is refused at once", async () => {
		const all = Array.from({ length: ORDERS_WAITING + 1 }, () => send());
		assert.deepEqual(await all.at(-1), { state: "unreachable", why: "busy" });
		await new Promise((resolve) => setTimeout(resolve, 10));
		assert.equal(kitchen.orders.length, 1);
		kitchen.behave = (nc) => kitchen.answer(nc, 200, {});
		const outcomes = await Promise.all(all);
		assert.deepEqual(
			outcomes.map(({ state }) => state),
			["unanswered", "done", "done", "done", "unreachable"],
		);
		assert.deepEqual(await send(), { state: "done", results: {} });
	});
});
