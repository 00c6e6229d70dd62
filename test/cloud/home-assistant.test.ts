import assert from "node:assert/strict";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import mqtt from "mqtt";
import { mintKey, Sensor } from "../../client/node";
import { DIAGNOSED, discoveryMessages } from "../../modules/cloud/discovery";
import { QUANTITIES } from "../../modules/sensing/quantities";
import { hass } from "../../scripts/home-assistant.mjs";
import { type DeskEvent, startDesk, temporaryFolder } from "../support/desk";
import { ownBlock } from "../support/home-assistant-page";
import { atEnd, suiteScope } from "../support/scope";
import { Mosquitto, mosquitto, Subscriber } from "./support/broker";
import { OwnedDevice } from "./support/device";
import { type Entity, HomeAssistant } from "./support/home-assistant";
import { patiently } from "./support/service";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const AUTOMATION = "automation.a_hand_from_left_to_right";
const OPTIONS = { skip: mosquitto.skip || hass.skip, timeout: 600_000 };

/** What the ids of its entities have before and after those of the device, their units, and their classes. */
const ENTITIES: readonly [end: string, unit?: string, kind?: string][] = [
	["binary_sensor._problem", undefined, "problem"],
	["event._movement", undefined, "motion"],
	["light.", undefined, undefined],
	["sensor._co2", "ppm", "carbon_dioxide"],
	["sensor._humidity", "%", "humidity"],
	["sensor._illuminance", "lx", "illuminance"],
	["sensor._last_restart", undefined, "timestamp"],
	["sensor._motion", undefined, undefined],
	// What is in Pa is shown as people say it.
	["sensor._pressure", "hPa", "atmospheric_pressure"],
	["sensor._temperature", "°C", "temperature"],
];

describe("a device in a real Home Assistant", OPTIONS, () => {
	const scope = suiteScope(after);
	let broker: Mosquitto;
	let home: HomeAssistant;
	let device: OwnedDevice;
	/** What the ids of its entities have after the kind: ambient16_<udid>. */
	let id: string;
	const settings = () => ({ ...broker.settings, light: true });
	/** The id of an entity that ends so. */
	const entity = (end: string) => end.replace(".", `.${id}`);
	const isThere = (entities: Map<string, Entity>, end: string) =>
		!["unavailable", undefined].includes(entities.get(entity(end))?.state);
	const isUp = (entities: Map<string, Entity>) => ENTITIES.every(([end]) => isThere(entities, end));
	before(async () => {
		broker = await Mosquitto.create(scope);
		device = await OwnedDevice.create(scope, { setMqtt: settings() }, 60);
		const { http, udid } = device.desk;
		id = `ambient16_${udid}`;
		const configuration = ownBlock("automation:", http, udid, "").replace("light.desk", `light.${id}`);
		home = await HomeAssistant.create(scope, { configuration });
		await home.call("automation.turn_off", { entity_id: AUTOMATION });
		await home.addMqtt(broker);
		await home.shows(isUp, "not all are there");
	});

	test("has an entity for each quantity, its movements and its light, and no problem with any", async () => {
		const isMeasured = (entities: Map<string, Entity>) =>
			QUANTITIES.every(({ name }) => Number(entities.get(`sensor.${id}_${name}`)?.state) >= 0);
		await home.shows(isMeasured, "not all have a state");
		const entities = await home.entities();
		for (const [end, unit, kind] of ENTITIES) {
			const { attributes } = entities.get(entity(end)) ?? assert.fail(`there is no ${end}`);
			assert.deepEqual([end, attributes.unit_of_measurement, attributes.device_class], [end, unit, kind]);
		}
		assert.equal(entities.size, ENTITIES.length);
		assert.equal(entities.get(entity("binary_sensor._problem"))?.state, "off");
		assert.ok(Date.parse(entities.get(entity("sensor._last_restart"))?.state ?? "") > 0);
		const known = (name: string) => home.render(`{{ device_attr('light.${id}', '${name}') }}`);
		assert.deepEqual(
			[await known("name"), await known("model")],
			[`Ambient16 ${device.desk.udid}`, "Ambient16"],
		);
		assert.doesNotMatch(home.log, /mqtt/i);
	});

	test("shows a movement when it is seen", async () => {
		const movement = `event.${id}_movement`;
		for (const motion of ["left-to-right", "right-to-left"]) {
			device.desk.send({ motion });
			await home.shows((all) => all.get(movement)?.attributes.event_type === motion, motion);
		}
	});

	test("switches its light on when a hand moves past, as docs/home-assistant.md has it", async () => {
		const light = () => home.entities().then((all) => all.get(`light.${id}`)?.state);
		assert.equal(await light(), "off");
		await home.call("automation.turn_on", { entity_id: AUTOMATION });
		device.desk.send({ motion: "left-to-right" });
		await patiently(async () => (await light()) === "on", "it stays dark");
		await home.call("automation.turn_off", { entity_id: AUTOMATION });
	});

	test("tells of a problem, and of the points that wait for a database", async () => {
		const problem = (all: Map<string, Entity>) => all.get(entity("binary_sensor._problem"));
		assert.equal(problem(await home.entities())?.state, "off");
		await device.command({ setInflux: { url: "http://127.0.0.1:1", database: "home" } });
		await patiently(
			() => device.problems.some((each) => each.startsWith("database: ")),
			"there is no problem",
		);
		// It tells at once when it comes back from HTTPS mode.
		await device.command({ getData: {} });
		await home.shows(
			(all) => problem(all)?.state === "on" && Number(all.get(entity("sensor._points_waiting"))?.state) > 0,
			"Home Assistant knows of none",
		);
		assert.match(`${problem(await home.entities())?.attributes.message}`, /^database: /);
	});

	test("has diagnostics as a chip tells them, too", async (t) => {
		const { port } = broker;
		const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, {
			username: "reader",
			password: "reader",
		});
		const publish = (topic: string, payload: string) =>
			client.publishAsync(topic, payload, { qos: 1, retain: true });
		const udid = "10000fb38278";
		const own = `ambient16/${udid}`;
		const none = { quantities: [], light: false, name: "Chip" };
		const announced = [...discoveryMessages({ topic: "ambient16", udid, diagnostics: DIAGNOSED, ...none })];
		const topics = [...announced.map(({ topic }) => topic), `${own}/status`, `${own}/diagnostics`];
		atEnd(t, () => client.endAsync(true));
		atEnd(t, () => Promise.all(topics.map((topic) => publish(topic, ""))));
		const page = readFileSync(join(ROOT, "docs", "protocol.md"), "utf8");
		const told = JSON.parse(/^(\{"version":[^}]*"problem":null\})$/m.exec(page)?.[1] ?? "");
		for (const { topic, payload } of announced) await publish(topic, payload);
		await publish(`${own}/status`, "online");
		await publish(`${own}/diagnostics`, JSON.stringify(told));
		const states = async () =>
			Object.fromEntries(
				[...(await home.entities())]
					.filter(([name]) => name.includes("chip_"))
					.map(([name, { state }]) => [name.replace("chip_", ""), state]),
			);
		const expected = {
			"sensor.signal_strength": `${told.rssi}`,
			"sensor.last_restart": new Date(told.started * 1000).toISOString().replace(".000Z", "+00:00"),
			"sensor.free_memory": `${told.memory}`,
			"sensor.points_waiting": `${told.waiting}`,
			"binary_sensor.problem": "off",
			"update.firmware": "off",
			"event.movement": "unknown",
		};
		let last = {};
		const becomes = (wanted: object) =>
			patiently(
				async () => {
					last = await states();
					return isDeepStrictEqual(last, wanted);
				},
				() => JSON.stringify(last),
			);
		await becomes(expected);
		await publish(
			`${own}/diagnostics`,
			JSON.stringify({ ...told, latest: "0.2.0", problem: "broker: gone" }),
		);
		await becomes({ ...expected, "update.firmware": "on", "binary_sensor.problem": "on" });
	});

	test("has its light switched from Home Assistant, and shows what its owner does with it", async () => {
		const entity_id = `light.${id}`;
		const light = async (
			service: "turn_on" | "turn_off",
			data: object,
			matches: (event: DeskEvent) => boolean,
		) => {
			const from = device.desk.events.length;
			await home.call(`light.${service}`, { entity_id, ...data });
			await device.desk.waitFor((event) => event.event === "led" && matches(event), 60_000, from);
		};
		const red = { rgb_color: [255, 0, 0], brightness_pct: 50, effect: "solid" };
		await light("turn_on", red, ({ red = 0, green, blue }) => red > 0 && green === 0 && blue === 0);
		await home.shows((all) => {
			const { state, attributes = {} } = all.get(entity_id) ?? {};
			return state === "on" && attributes.effect === "solid" && `${attributes.rgb_color}` === "255,0,0";
		}, "it does not show red");
		await light("turn_off", {}, ({ red }) => red === 0);
		await home.shows((all) => all.get(entity_id)?.state === "off", "it does not show that it is off");
		await light("turn_on", {}, ({ red = 0, blue }) => red > 0 && blue === 0);
		await device.owner.sendSigned({ setColor: { color: "blue", effect: "breathe", duration: null } });
		await home.shows((all) => {
			const { attributes = {} } = all.get(entity_id) ?? {};
			return attributes.effect === "breathe" && `${attributes.rgb_color}` === "0,0,255";
		}, "it does not show the owner's blue");
	});

	test("is there again after a restart of either side, as it was", async () => {
		// What the light shows is written at most once a minute.
		await device.measures(7);
		await device.kill();
		await home.shows(
			(all) => [...all.values()].every(({ state }) => state === "unavailable"),
			"it is still there",
		);
		await device.restart(60);
		await home.shows(isUp, "not all are there again");
		await home.restart();
		await home.shows(isUp, "not all are there again");
		assert.equal((await home.entities()).get(`light.${id}`)?.attributes.effect, "breathe");
	});

	test("comes back by itself from an hour without a broker, which has forgotten everything", async () => {
		await device.restart(240);
		await home.shows(isUp, "not all are there again");
		await broker.stop();
		broker.forget();
		await device.measures(360);
		await broker.start();
		await home.shows(isUp, "not all are there again");
		// From what the broker has been told anew.
		await home.restart();
		await home.shows(isUp, "not all are there again");
	});

	test("comes back once it is told a password that has changed", async () => {
		broker.setPassword("another one");
		await broker.stop();
		await broker.start();
		await patiently(() => device.problems.includes("broker: refused: not authorized"), "it is still let in");
		await home.shows(
			(all) => [...all.values()].every(({ state }) => state === "unavailable"),
			"it is still there",
		);
		await device.command({ setMqtt: settings() });
		await home.shows(isUp, "not all are there again");
	});

	test("has the name that its owner gives it, and keeps its entities under another topic", async (t) => {
		const subscriber = await Subscriber.create(t, broker);
		await device.command({ setName: { name: "Kitchen" } });
		const named = () =>
			home.render(`{{ device_attr('light.${id}', 'name') }}`).then((name) => name === "Kitchen");
		await patiently(named, "it has another name");
		await device.command({ setMqtt: { ...settings(), topic: "ambient16/upstairs" } });
		await patiently(
			() => subscriber.on(`/upstairs/${device.desk.udid}/status`).at(-1) === "online",
			"not there",
		);
		await home.shows(isUp, "not all are there again");
		assert.ok(await named());
		const late = await Subscriber.create(t, broker, "late");
		await patiently(() => late.on("/light/config").length > 0, "nothing is retained");
		await home.restart();
		await home.shows(isUp, "not all are there again");
		assert.deepEqual(
			late.messages.filter(({ topic }) => topic.startsWith(`ambient16/${device.desk.udid}`)),
			[],
		);
	});

	test("is gone, without a rest, when its owner takes the light and then the broker away", async (t) => {
		await device.command({ setMqtt: { ...settings(), light: false } });
		const [light, ...others] = ["light.", "event._movement", "sensor._temperature"] as const;
		await home.shows(
			(all) => !all.has(entity(light)) && others.every((end) => isThere(all, end)),
			"its light is still there, or more than that has gone",
		);
		await device.command({ setMqtt: null });
		await home.shows((all) => all.size === 0, "it is still there");
		const late = await Subscriber.create(t, broker, "later");
		assert.deepEqual(late.messages, []);
		await home.restart();
		assert.equal((await home.entities()).size, 0);
		assert.doesNotMatch(home.log, /\[homeassistant\.components\.mqtt[^\n]*(?:rror|nvalid)/);
	});
});

describe("the Python file in a real Home Assistant", OPTIONS, () => {
	test("gives it the readings, as docs/home-assistant.md has it", async (t) => {
		const desk = await startDesk(t, { args: ["--clock-rate", "60"] });
		const uuid = await new Sensor(desk.http).pair();
		const key = await mintKey(uuid, { name: "home-assistant", read: true });
		const folder = temporaryFolder(t);
		writeFileSync(join(folder, "ambient16.key"), `${key}\n`, { mode: 0o600 });
		copyFileSync(join(ROOT, "client", "python", "ambient16.py"), join(folder, "ambient16.py"));
		await desk.waitFor(({ event }) => event === "window");
		const configuration = ownBlock("command_line:", desk.http, desk.udid, key);
		const home = await HomeAssistant.create(t, { folder, configuration });
		await patiently(
			async () => {
				const states = await home.states();
				return ["sensor.ambient16", "sensor.ambient16_co2"].every((id) => Number(states.get(id)?.state) > 0);
			},
			() => `there are no readings: ${home.log}`,
		);
	});
});
