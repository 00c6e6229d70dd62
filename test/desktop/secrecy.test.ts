import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { Subject } from "../conformance/subject";
import { Trial } from "../conformance/trial";
import { endpointOf } from "../conformance/wire";
import { startDesk } from "../support/desk";
import { untilOpen } from "../support/owner";
import { traceOf } from "../support/traces";

const PASSWORD = "correct horse battery staple";

test("nothing that leaves the device holds the UUID or a password, whatever is asked of it", async (t) => {
	const desk = await startDesk(t, { args: ["--clock-rate", "10"] });
	const subject = new Subject(endpointOf(desk.http), endpointOf(desk.https));
	const trial = new Trial(subject);
	t.after(() => trial.close());
	subject.udid = desk.udid;
	const uuid = randomUUID().replace(/[a-f]/, (letter) => letter.toUpperCase());
	subject.uuid = uuid;
	subject.secrets.add(uuid);
	const secure = { secure: true };

	await untilOpen(() => trial.identify(secure));
	await careless(trial, uuid, secure);
	const pair = { uuid, wifi: { ssid: "home", password: PASSWORD } };
	assert.equal((await trial.post({ udid: desk.udid, pair }, secure)).status, 200);
	await trial.command({ setColor: { color: "red" }, getData: {} });
	await trial.commandMd5({ setColor: { color: "red" } });
	await careless(trial, uuid);
	await trial.command({ setHttps: { enabled: true } });
	await untilOpen(() => trial.identify(secure));
	await careless(trial, uuid, secure);
	const { json } = await trial.command({ getSettings: {}, setAuth: { md5: false } }, secure);
	assert.deepEqual(json.getSettings?.wifi, { ssid: "home" });
	await trial.post({ udid: desk.udid, pair }, secure);
	await trial.command({ restart: {} }, secure);
	await untilOpen(() => trial.identify());
	await trial.command({ factoryReset: {} });
	await untilOpen(() => trial.identify(secure));
	await careless(trial, uuid, secure);
	assert.equal(await desk.stop(), 0);

	assert.ok(subject.volume > 10_000 && desk.output.length > 5_000, "there was little to search");
	assert.equal(subject.leak(), undefined, "in an answer");
	assert.equal(traceOf(uuid, desk.output), undefined, "in the output");
	assert.ok(!desk.output.includes(PASSWORD), "the password is in the output");
	assert.ok(desk.events.some(({ event }) => event === "reset"));
});

/** Puts the UUID wherever somebody may put it by mistake. */
async function careless(trial: Trial, uuid: string, where: { secure?: boolean } = {}): Promise<void> {
	const { udid, subject } = trial;
	// So many wrong proofs would lock out the owner's address.
	const disguised = async () => ({ ...where, from: await subject.impostor() });
	const plain = uuid.replaceAll("-", "");
	const bodies = [
		uuid,
		plain,
		`"${uuid}"`,
		`{"udid":"${uuid}"}`,
		`{"${uuid}":{}}`,
		`{"udid":"${udid}",${uuid}`,
		...[uuid, plain].flatMap((text) => [
			JSON.stringify({ udid, secret: text, getData: {} }),
			JSON.stringify({ udid, [text]: {} }),
			JSON.stringify({ udid, pair: { uuid: `${text} ` } }),
			JSON.stringify({ udid, pair: { [text]: text } }),
			JSON.stringify({ udid, pair: text }),
		]),
	];
	for (const body of bodies) await trial.post(body, await disguised());
	for (const orders of [
		{ [uuid]: {} },
		{ [plain]: {} },
		{ setColor: { color: uuid } },
		{ setColor: { color: "red", [plain]: 1 } },
		{ setColor: { color: "red", effect: uuid } },
		{ getData: { [uuid]: uuid } },
		{ setHttps: { enabled: uuid } },
	])
		await trial.command(orders, where);
	for (const path of [`/${uuid}`, `/?${uuid}`, `/${plain}/`])
		await trial.send({ ...where, method: "GET", path });
	const fields: Record<string, string>[] = [
		{ Authorization: `Bearer ${uuid}` },
		{ Authorization: uuid },
		{ Authorization: `Ambient16 token="${plain}", nc="1", mac="${plain}${plain}"` },
		{ [plain]: uuid },
		{ "Content-Type": uuid },
		{ Expect: uuid },
		{ "Transfer-Encoding": uuid },
		{ Host: `${uuid} ` },
	];
	for (const headers of fields)
		await trial.post(JSON.stringify({ udid, getData: {} }), { ...(await disguised()), headers });
	for (const request of [
		`${uuid} / HTTP/1.1\r\n\r\n`,
		`GET ${uuid} HTTP/1.1\r\n\r\n`,
		`GET / ${uuid}\r\n\r\n`,
	])
		await trial.exchange(request, where);
}
