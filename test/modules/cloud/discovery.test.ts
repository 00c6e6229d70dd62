import assert from "node:assert/strict";
import { test } from "node:test";
import { DIAGNOSED, discoveryMessages } from "../../../modules/cloud/discovery";
import { QUANTITIES } from "../../../modules/sensing/quantities";
import { complaints } from "../../support/home-assistant";

const ALL = {
	topic: "ambient16",
	udid: "10000fb38278",
	quantities: QUANTITIES.map(({ name }) => name),
	light: true,
	diagnostics: DIAGNOSED,
	name: null,
};
const messages = [...discoveryMessages(ALL)];
const config = (name: string) =>
	JSON.parse(messages.find(({ topic }) => topic.includes(name))?.payload ?? "null");

test("every message is as Home Assistant documents it", () => {
	for (const { topic, payload } of messages) assert.deepEqual(complaints(topic, payload), [], topic);
});

test("there is a sensor for each quantity, with its unit, an event for movements, and how the device is", () => {
	assert.deepEqual(
		messages.map(({ topic }) => topic),
		[
			...QUANTITIES.map(({ name }) => `homeassistant/sensor/ambient16_10000fb38278/${name}/config`),
			"homeassistant/light/ambient16_10000fb38278/light/config",
			"homeassistant/event/ambient16_10000fb38278/motion/config",
			"homeassistant/sensor/ambient16_10000fb38278/rssi/config",
			"homeassistant/sensor/ambient16_10000fb38278/started/config",
			"homeassistant/sensor/ambient16_10000fb38278/memory/config",
			"homeassistant/sensor/ambient16_10000fb38278/waiting/config",
			"homeassistant/binary_sensor/ambient16_10000fb38278/problem/config",
			"homeassistant/update/ambient16_10000fb38278/latest/config",
		],
	);
	for (const { name, unit } of QUANTITIES)
		assert.equal(config(`/${name}/`).unit_of_measurement, unit === "1" ? undefined : unit, name);
});

test("a quantity that the board does not measure is not announced, nor a light that may not be set", () => {
	const some = [
		...discoveryMessages({ ...ALL, quantities: ["co2"], light: false, diagnostics: ["problem"] }),
	];
	assert.deepEqual(
		some.map(({ topic }) => topic),
		[
			"homeassistant/sensor/ambient16_10000fb38278/co2/config",
			"homeassistant/event/ambient16_10000fb38278/motion/config",
			"homeassistant/binary_sensor/ambient16_10000fb38278/problem/config",
		],
	);
});

test("what is gone is forgotten, and nothing else that the device does not have now", () => {
	const isGone = (name: string) => ["temperature", "co2", "waiting", "problem"].includes(name);
	const some = [
		...discoveryMessages({ ...ALL, quantities: ["co2"], light: false, diagnostics: ["problem"], isGone }),
	];
	assert.deepEqual(
		some.map(({ topic, payload }) => [topic.split("/")[3], payload !== ""]),
		[
			["temperature", false],
			["co2", true],
			["motion", true],
			["waiting", false],
			["problem", true],
		],
	);
});

test("how the device is is of the device's own, and its firmware cannot be chosen there", () => {
	for (const name of DIAGNOSED) {
		const { entity_category, state_topic, command_topic, payload_install } = config(`/${name}/`);
		assert.deepEqual(
			[entity_category, state_topic, command_topic, payload_install],
			["diagnostic", "ambient16/10000fb38278/diagnostics", undefined, undefined],
		);
	}
});

test("the device has the name that its owner gave it", () => {
	for (const { payload } of discoveryMessages({ ...ALL, name: "Kitchen" }))
		assert.equal(JSON.parse(payload).device.name, "Kitchen");
});

test("no two have the same unique_id, and all are one device", () => {
	const configs = messages.map(({ payload }) => JSON.parse(payload));
	assert.equal(new Set(configs.map(({ unique_id }) => unique_id)).size, messages.length);
	assert.equal(new Set(configs.map(({ device }) => JSON.stringify(device))).size, 1);
});

test("its topics are the owner's", () => {
	const [own] = discoveryMessages({ ...ALL, topic: "house/attic" });
	const { state_topic, availability_topic } = JSON.parse(own?.payload ?? "");
	assert.deepEqual(
		[state_topic, availability_topic],
		["house/attic/10000fb38278/data", "house/attic/10000fb38278/status"],
	);
});

test("what checks them finds what is wrong", () => {
	const { topic, payload } = messages[0]!;
	const changed = (change: object) => JSON.stringify({ ...JSON.parse(payload), ...change });
	assert.deepEqual(complaints(topic, changed({ unit_of_measurement: "ppm" })), [
		"unit ppm does not go with temperature",
	]);
	assert.deepEqual(complaints(topic, changed({ device_class: "warmth" })), [
		'device_class is wrong: "warmth"',
	]);
	assert.deepEqual(complaints(topic, changed({ state_topic: undefined })), ["state_topic is missing"]);
	assert.deepEqual(complaints(topic, changed({ state_topik: "x" })), ["state_topik is unknown"]);
	assert.deepEqual(complaints(topic, changed({ device: { name: "x" } })), [
		"device has neither identifiers nor connections",
	]);
	assert.deepEqual(complaints(topic, changed({ value_template: "{{ value" })), [
		'value_template is wrong: "{{ value"',
	]);
	assert.equal(complaints("homeassistant/sensor/a b/config", payload).length, 1);
});
