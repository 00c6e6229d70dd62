import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { parseKey } from "../../../client/key";
import { mintKey } from "../../../client/node";
import { uuidOf } from "../../accounts/uuid";
import { API_REQUESTS, WRONG_TOKENS } from "../../limits";
import { startCloud, type TestCloud } from "../support/cloud";
import { signUp, type Visitor } from "../support/visitor";
import { answerQuestion, askApi, clientOf, secretOf, tokenOf } from "./support";

/** A sensor of this account with CO2 of the last two hours. */
async function withSensor(cloud: TestCloud, visitor: Visitor): Promise<string> {
	const { headers } = await visitor.submit("/sensors/new", { name: "Kitchen" });
	const id = headers.location?.split("/")[2] ?? "";
	const now = Math.floor(cloud.time.now / 10_000) * 10;
	const points = [7200, 3600, 10].map((ago, i) => ({ time: now - ago, values: { co2: 600 + i } }));
	await cloud.services.points.write(id, points);
	return id;
}

describe("a personal token", () => {
	test("reads sensors and their readings, and its use is told", async (t) => {
		const cloud = await startCloud(t);
		const ada = await signUp(cloud, "ada");
		const id = await withSensor(cloud, ada);
		const token = await tokenOf(ada, ["readings"]);
		assert.match((await ada.get("/services")).text, /mine[\s\S]*not used yet/);
		const { sensors } = JSON.parse((await askApi(cloud, "/sensors", token)).text);
		assert.deepEqual(sensors, [{ id, name: "Kitchen", udid: null, heard: null }]);
		const { text, headers } = await askApi(cloud, `/sensors/${id}/readings?quantity=co2&step=3600`, token);
		assert.equal(headers["cache-control"], "no-store");
		const { quantities } = JSON.parse(text);
		assert.deepEqual(Object.keys(quantities), ["co2"]);
		assert.ok(quantities.co2.mean.length >= 2);
		assert.match((await ada.get("/services")).text, /mine[\s\S]*used <time/);
		for (const wrong of ["quantity=secrets", "step=1", "from=5&to=4", "from=x"])
			assert.equal((await askApi(cloud, `/sensors/${id}/readings?${wrong}`, token)).status, 400, wrong);
	});

	test("is for its scope, its account and its time, and until it is ended", async (t) => {
		const cloud = await startCloud(t);
		const ada = await signUp(cloud, "ada");
		const eve = await signUp(cloud, "eve");
		const id = await withSensor(cloud, ada);
		const light = await tokenOf(ada, ["light"]);
		assert.equal((await askApi(cloud, "/sensors", light)).status, 403);
		assert.equal((await askApi(cloud, `/sensors/${id}/light`, light, { color: "red" })).status, 503);
		for (const wrong of [{}, { color: 1 }, { color: "red", duration: 0 }, { color: "red", other: 1 }])
			assert.equal((await askApi(cloud, `/sensors/${id}/light`, light, wrong)).status, 400);
		const others = await tokenOf(eve, ["readings", "light"]);
		assert.deepEqual(JSON.parse((await askApi(cloud, "/sensors", others)).text), { sensors: [] });
		assert.equal((await askApi(cloud, `/sensors/${id}/readings`, others)).status, 404);
		assert.equal((await askApi(cloud, `/sensors/${id}/light`, others, { color: "red" })).status, 404);
		const token = await tokenOf(ada, ["readings"]);
		const page = (await ada.get("/services")).text;
		const actions = [...page.matchAll(/action="(\/services\/tokens\/[^"]+\/end)"/g)].map(
			([, action = ""]) => action,
		);
		assert.equal(actions.length, 2);
		assert.equal((await eve.post(actions[0] ?? "", { _csrf: await eve.token() })).status, 404);
		assert.equal((await askApi(cloud, "/sensors", token)).status, 200);
		cloud.time.now += 8 * 86_400_000;
		assert.equal((await askApi(cloud, "/sensors", token)).status, 401);
		cloud.time.now -= 8 * 86_400_000;
		for (const action of actions) await ada.submit("/services", {}, action);
		assert.equal((await askApi(cloud, "/sensors", token)).status, 401);
	});

	test("is made after the password was asked for, with something that it is for", async (t) => {
		const cloud = await startCloud(t);
		const ada = await signUp(cloud, "ada");
		const none = await ada.submit("/services/tokens/new", { name: "mine", days: "7" });
		assert.equal(none.status, 400);
		const forever = await ada.submit("/services/tokens/new", { name: "mine", days: "9999", readings: "1" });
		assert.equal(forever.status, 400);
		cloud.time.now += 6 * 60_000;
		for (const path of ["/services/tokens/new", "/services/keys/new"])
			assert.match((await ada.send("GET", path)).headers.location ?? "", /^\/prove/);
	});

	test("asks so often in a minute, and wrong ones of an address less", async (t) => {
		const cloud = await startCloud(t);
		const ada = await signUp(cloud, "ada");
		const token = await tokenOf(ada, ["readings"]);
		for (let i = 0; i < WRONG_TOKENS; i++)
			assert.equal((await askApi(cloud, "/sensors", `ambient16_${i}`)).status, 401);
		const { status, headers } = await askApi(cloud, "/sensors", "ambient16_x");
		assert.deepEqual([status, headers["retry-after"]], [429, "60"]);
		const all = await Promise.all(
			Array.from({ length: API_REQUESTS + 1 }, () => askApi(cloud, "/sensors", token)),
		);
		assert.equal(all.filter(({ status }) => status === 200).length, API_REQUESTS);
		cloud.time.now += 60_000;
		assert.equal((await askApi(cloud, "/sensors", token)).status, 200);
	});
});

test("a key for sensors is what its owner would mint, is shown once, and is listed until it is revoked", async (t) => {
	const cloud = await startCloud(t);
	const ada = await signUp(cloud, "ada");
	await withSensor(cloud, ada);
	await cloud.services.database.updateTable("sensors").set({ udid: "10000fb38278" }).execute();
	const wish = { name: "grafana", read: "1", light: "1", days: "30", generation: "1" };
	const key = secretOf(await ada.submit("/services/keys/new", wish));
	const { name, scope, until } = parseKey(key);
	assert.deepEqual([name, scope, until], ["grafana", "rl", Math.floor(cloud.time.now / 1000) + 30 * 86_400]);
	const { id } = await cloud.services.database.selectFrom("accounts").select("id").executeTakeFirstOrThrow();
	const uuid = await uuidOf(cloud.services, id);
	assert.equal(key, await mintKey(uuid, { name, read: true, light: true, until }));
	for (const wrong of [
		{ name: "Grafana" },
		{ name: "b", read: "", light: "" },
		{ name: "c", generation: "0" },
		{},
	])
		assert.equal((await ada.submit("/services/keys/new", { ...wish, ...wrong })).status, 400);
	const { text } = await ada.get("/services");
	assert.ok(text.includes("grafana") && !text.includes(key.split(":")[1] ?? ""));
	const page = /href="(\/services\/keys\/[^"]+\/revoke)"/.exec(text)?.[1] ?? "";
	assert.match(
		(await ada.get(page)).text,
		/npm run ambient16 -- revoke grafana --url http:\/\/ambient16-10000fb38278\.local/,
	);
	await ada.submit(page, {});
	assert.ok(!(await ada.get("/services")).text.includes("grafana"));
});

/** Runs the sample service. `onUrl`: what a person does with the address that it prints. */
function runSample(
	cloud: TestCloud,
	args: string[],
	env: Record<string, string>,
	onUrl: (url: URL) => void = () => {},
): Promise<{ code: number | null; output: string }> {
	const ca = join(cloud.config.folder, "trusted.crt");
	writeFileSync(ca, cloud.services.authority.ca);
	const sample = fileURLToPath(new URL("../../examples/co2.mjs", import.meta.url));
	const child = spawn(process.execPath, [sample, cloud.origin, ...args], {
		env: { ...process.env, NODE_EXTRA_CA_CERTS: ca, ...env },
	});
	let output = "";
	child.stdout.on("data", (chunk) => {
		output += chunk;
	});
	child.stderr.on("data", (chunk) => {
		const url = /^Open (\S+)/.exec(`${chunk}`)?.[1];
		if (url) onUrl(new URL(url));
		else output += chunk;
	});
	return new Promise((resolve) => child.on("close", (code) => resolve({ code, output })));
}

describe("the sample service", () => {
	const LINES = /^Kitchen \d{4}-\d\d-\d\dT\d\d:00:00\.000Z 60[012](\.\d)? ppm\n/;

	test("reads last week's CO2 with a personal token", async (t) => {
		const cloud = await startCloud(t);
		const ada = await signUp(cloud, "ada");
		await withSensor(cloud, ada);
		const { code, output } = await runSample(cloud, [], {
			AMBIENT16_TOKEN: await tokenOf(ada, ["readings"]),
		});
		assert.equal(code, 0, output);
		assert.match(output, LINES);
		const wrong = await runSample(cloud, [], { AMBIENT16_TOKEN: "ambient16_x" });
		assert.notEqual(wrong.code, 0);
		assert.match(wrong.output, /401/);
	});

	test("reads it after its owner has allowed it", async (t) => {
		const cloud = await startCloud(t);
		const ada = await signUp(cloud, "ada");
		await withSensor(cloud, ada);
		const client = await clientOf(ada, "http://127.0.0.1/callback");
		const { code, output } = await runSample(cloud, [client], { AMBIENT16_TOKEN: "" }, (url) => {
			const change = Object.fromEntries(url.searchParams);
			void answerQuestion(ada, { client, change }).then((back) => fetch(back));
		});
		assert.equal(code, 0, output);
		assert.match(output, LINES);
	});
});
