import assert from "node:assert/strict";
import { createHash, createHmac, randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { parseKey } from "../../client/key";
import { type KeyOptions, mintKey, Sensor, UsageError } from "../../client/node";
import { type Desk, startDesk } from "../support/desk";
import { suiteScope } from "../support/scope";
import { fingerprintOf, forged, INFO, playing, serve } from "./support/impostor";

const UUID = "6d9f0a4c-31e8-4b57-9c2a-e05b7f1d8a36";
const WITH_KEYS = { ...INFO, auth: ["md5", "hmac-sha256", "key"] };

/** As docs/protocol.md has it. */
const secretOf = (id: string) => createHmac("sha256", UUID).update(`Ambient16 key\n${id}`).digest("hex");

describe("a key", () => {
	test("is derived from the UUID, in whatever case that is written, and its id", async () => {
		const id = "grafana.r.1830297600.1";
		const text = `${id}:${secretOf(id)}`;
		for (const uuid of [UUID, UUID.toUpperCase()])
			assert.equal(await mintKey(uuid, { name: "grafana", read: true, until: 1_830_297_600 }), text);
		assert.equal(
			await mintKey("01234567-89ab-4def-8123-456789abcdef", {
				name: "grafana",
				read: true,
				until: 1_830_297_600,
			}),
			`${id}:ee9f57770e725f7bc410b56aeecc01a739b875f4c9ed0b48f73ecd7ecb938f44`,
		);
	});

	test("says by its letters, in their order, what it is for", async () => {
		const ids = await Promise.all(
			[
				{ manage: true, light: true, read: true },
				{ light: true, generation: 12 },
				{ manage: true, read: true },
			].map(async (options) => (await mintKey(UUID, { name: "a-1", ...options })).split(":")[0]),
		);
		assert.deepEqual(ids, ["a-1.rlm.0.1", "a-1.l.0.12", "a-1.rm.0.1"]);
	});

	test("that would be none is not made", async () => {
		for (const options of [
			{ name: "a" },
			{ name: "", read: true },
			{ name: "A", read: true },
			{ name: "a.b", read: true },
			{ name: "a".repeat(25), read: true },
			{ name: "a", read: true, until: -1 },
			{ name: "a", read: true, until: 1.5 },
			{ name: "a", read: true, generation: 0 },
		] as KeyOptions[])
			await assert.rejects(mintKey(UUID, options), UsageError, JSON.stringify(options));
	});

	test("in another spelling is none, and what it was is not told", () => {
		const good = `kitchen.r.0.1:${"ab".repeat(32)}`;
		assert.equal(parseKey(`${good}\n`).name, "kitchen");
		for (const text of [
			UUID,
			good.toUpperCase(),
			good.replace(".r.", ".lr."),
			good.replace(".r.", ".rr."),
			good.replace(".r.", ".."),
			good.replace(".0.", ".00."),
			good.replace(".0.1", ".0.01"),
			good.replace(".0.1", ".0.0"),
			good.replace(".0.", ".+1."),
			good.slice(0, -1),
			`${good}0`,
		])
			assert.throws(
				() => parseKey(text),
				(error) => error instanceof UsageError && !error.message.includes(text.slice(0, 8)),
				text,
			);
	});
});

describe("a sensor that is opened with a key", () => {
	const data: [number, object] = [200, { getData: { window: null } }];

	test("is asked with its id, and a signature that its secret makes", async (t) => {
		const { url, heard } = await playing(t, () => WITH_KEYS, data);
		await new Sensor(url, { key: await mintKey(UUID, { name: "grafana", read: true }) }).data();
		const [authorization = "", body = ""] = (heard.at(-1) ?? "").split("\n");
		const [, token, nc, id = "", mac] =
			/^Ambient16 token="(.*?)", nc="(.*?)", key="(.*?)", mac="(.*?)"$/.exec(authorization) ?? [];
		assert.equal(id, "grafana.r.0.1");
		const text = [token, nc, "POST", "/", createHash("sha256").update(body).digest("hex")].join("\n");
		assert.equal(mac, createHmac("sha256", secretOf(id)).update(text).digest("hex"));
	});

	test("is asked by MD5, where that is wanted, with the id in the body", async (t) => {
		const { url, heard } = await playing(t, () => WITH_KEYS, data);
		await new Sensor(url, { key: await mintKey(UUID, { name: "a", read: true }), auth: "md5" }).data();
		const { secret, key } = JSON.parse((heard.at(-1) ?? "").split("\n")[1] ?? "");
		assert.equal(key, "a.r.0.1");
		assert.equal(
			secret,
			createHash("md5")
				.update(INFO.token + secretOf(key))
				.digest("hex"),
		);
	});

	test("never hears the UUID nor the key's secret", async (t) => {
		const { url, heard } = await playing(t, () => WITH_KEYS, data);
		const key = await mintKey(UUID, { name: "a", read: true });
		await new Sensor(url, { key }).data();
		await new Sensor(url, { key, auth: "md5" }).data();
		for (const request of heard) assert.ok(!request.includes(UUID) && !request.includes(secretOf("a.r.0.1")));
	});

	test("has to prove HTTPS mode with the key, and is managed with it there", async (t) => {
		const key = await mintKey(UUID, { name: "a", manage: true });
		const identity = await forged();
		const fingerprint = fingerprintOf(identity);
		const secure = await serve(
			t,
			(request, response) =>
				response.end(JSON.stringify(request.method === "GET" ? WITH_KEYS : { getSettings: {} })),
			identity,
		);
		const proof = (by: string) =>
			createHmac("sha256", by).update(`${INFO.token}\n${fingerprint}`).digest("hex");
		const answer = (by: string) => ({
			setHttps: { enabled: true, url: secure.url, fingerprint, proof: proof(by) },
		});
		const right = await playing(t, () => WITH_KEYS, [200, answer(secretOf("a.m.0.1"))]);
		await (await new Sensor(right.url, { key }).openHttps()).settings();
		assert.match(secure.heard.at(-1) ?? "", /key="a\.m\.0\.1"/);
		const wrong = await playing(t, () => WITH_KEYS, [200, answer(UUID)]);
		await assert.rejects(new Sensor(wrong.url, { key }).openHttps(), { name: "ImpostorError" });
	});

	test("is not asked for what the key is not for: it is said what is missing", async (t) => {
		const { url, heard } = await playing(t, () => WITH_KEYS, data);
		const sensor = new Sensor(url, { key: await mintKey(UUID, { name: "a", read: true }) });
		await assert.rejects(sensor.setColor("red"), { name: "UsageError", message: /key to light/ });
		await assert.rejects(sensor.openHttps(), { name: "UsageError", message: /key to manage/ });
		for (const order of [
			sensor.factoryReset(),
			sensor.pair(),
			sensor.send({ setAuth: { md5: true }, getData: {} }),
		])
			await assert.rejects(order, { name: "UsageError", message: /owner's UUID/ });
		for (const request of heard) assert.equal(request, "\n");
	});

	test("and in HTTPS mode cannot be reached by a key that is to read only", async (t) => {
		const secure = await serve(
			t,
			(_request, response) => response.end(JSON.stringify(WITH_KEYS)),
			await forged(),
		);
		const key = await mintKey(UUID, { name: "a", read: true });
		const sensor = new Sensor("http://127.0.0.1:1", { key, httpsUrl: secure.url });
		await assert.rejects(sensor.data(), { name: "UnreachableError", message: /takes more than this key/ });
	});

	test("of a firmware that knows no keys is told so", async (t) => {
		const { url } = await playing(t, () => INFO, data);
		const key = await mintKey(UUID, { name: "a", read: true });
		await assert.rejects(new Sensor(url, { key }).data(), { name: "UsageError", message: /no keys yet/ });
		assert.throws(() => new Sensor(url, { key, uuid: randomUUID() }), UsageError);
	});
});

describe("keys of a paired device", () => {
	const scope = suiteScope(after);
	let desk: Desk;
	let uuid: string;
	let owner: Sensor;
	const withKey = async (options: KeyOptions) => new Sensor(desk.http, { key: await mintKey(uuid, options) });
	before(async () => {
		desk = await startDesk(scope);
		owner = new Sensor(desk.http);
		uuid = await owner.pair();
	});

	test("do what they are for, and are seen", async () => {
		const all = await withKey({ name: "all", read: true, light: true, manage: true });
		await all.data();
		assert.equal((await all.setColor("off")).color, "#000000");
		const { keys } = await all.overHttps((secure) => secure.settings());
		assert.equal(keys?.generation, 1);
		assert.deepEqual(
			keys?.seen.map(({ name, scope }) => [name, scope]),
			[["all", "rlm"]],
		);
		await (await withKey({ name: "old", read: true, light: true, manage: true })).send({
			getData: {},
			setColor: { color: "red" },
		});
	});

	test("end when they say, and are worth nothing once revoked", async () => {
		const now = Math.floor(Date.now() / 1000);
		await (await withKey({ name: "guest", read: true, until: now + 3600 })).data();
		const ended = await withKey({ name: "guest", read: true, until: now - 10 });
		await assert.rejects(ended.data(), { code: "expired-key" });
		const guest = await withKey({ name: "guest", read: true });
		const other = await withKey({ name: "other", read: true });
		await guest.data();
		await owner.overHttps((secure) => secure.setKeys({ revoke: ["guest"] }));
		await assert.rejects(guest.data(), { code: "revoked-key" });
		await other.data();
		await owner.overHttps((secure) => secure.setKeys({ restore: ["guest"] }));
		await guest.data();
		await owner.overHttps((secure) => secure.setKeys({ revokeAll: true }));
		for (const key of [guest, other]) await assert.rejects(key.data(), { code: "revoked-key" });
		await (await withKey({ name: "guest", read: true, generation: 2 })).data();
	});

	test("of another owner are wrong", async () => {
		const key = await mintKey(randomUUID(), { name: "a", read: true });
		await assert.rejects(new Sensor(desk.http, { key }).data(), { code: "wrong-secret" });
	});

	test("and the UUID's programs do not lock each other out with their counters", async (t) => {
		const key = await withKey({ name: "ahead", read: true, generation: 2 });
		t.mock.timers.enable({ apis: ["Date"], now: Date.now() + 3_600_000 });
		await key.data();
		t.mock.timers.reset();
		await owner.data();
		await key.data();
		await owner.data();
	});
});
