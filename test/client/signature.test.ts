import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { type MqttOptions, mintKey, signMqtt, UsageError } from "../../client/node";
import { sign } from "../support/owner";

const UUID = "01234567-89ab-4def-8123-456789abcdef";
const SENSOR = { udid: "10000fb38278", token: "uulroqkt", nc: 7 };

test("a command for a broker is signed as docs/protocol.md has it", async () => {
	const { topic, payload, nc } = await signMqtt({ getData: {} }, { ...SENSOR, uuid: UUID });
	assert.deepEqual([topic, nc], ["ambient16/10000fb38278/command", 7]);
	const [head = "", body] = payload.split("\n");
	assert.equal(body, '{"udid":"10000fb38278","getData":{}}');
	const mac = /^Ambient16 token="uulroqkt", nc="7", mac="(\w{64})"$/.exec(head)?.[1] ?? "";
	assert.ok(readFileSync("docs/protocol.md", "utf8").includes(mac) && mac !== "");
});

test("with a key it is signed in the key's name, for the topic that the sensor was given", async () => {
	const key = await mintKey(UUID, { name: "hub", light: true });
	const options = { ...SENSOR, key, topic: "home/first" };
	const { topic, payload } = await signMqtt({ setColor: { color: "blue" } }, options);
	assert.equal(topic, "home/first/10000fb38278/command");
	const [head, body = ""] = payload.split("\n");
	const signed = { ...SENSOR, uuid: UUID, key: "hub.l.0.1", body, method: "MQTT", path: topic };
	assert.equal(head, sign(signed));
});

test("a command that no sensor would take is not signed", async () => {
	const key = await mintKey(UUID, { name: "hub", light: true });
	for (const wrong of [
		{ ...SENSOR },
		{ ...SENSOR, uuid: UUID, key },
		{ ...SENSOR, uuid: UUID, token: "UULROQKT" },
		{ ...SENSOR, uuid: UUID, udid: "a" },
		{ ...SENSOR, key },
	] as MqttOptions[])
		await assert.rejects(signMqtt({ getData: {} }, wrong), UsageError);
});
