import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { Subject } from "../conformance/subject";
import { Trial } from "../conformance/trial";
import { endpointOf, type Wire } from "../conformance/wire";
import { type Desk, firmware, startDesk, temporaryFolder } from "../support/desk";
import { request, untilOpen } from "../support/owner";

const KILLS = 200;
const LANES = 2;

/** What may be under way when the power goes. */
type Doing = "pairing" | "settings" | "reset";

/** What the device had before, and was being given. */
interface Before {
	doing: Doing;
	uuid: string | undefined;
	md5: boolean;
	/** Of its keys, or of the last that it had. */
	generation: number;
	/** Key and certificate. */
	tls: Buffer;
}

test(`the power goes ${KILLS} times during pairing, settings and reset: nothing is left half done`, async (t) => {
	const entry = await firmware();
	const done = { pairing: new Aim(), settings: new Aim(), reset: new Aim() };
	await Promise.all(Array.from({ length: LANES }, () => live(t, entry, KILLS / LANES, done)));
	for (const [doing, aim] of Object.entries(done)) {
		t.diagnostic(`${doing}: ${aim.early} kills came before it was done, ${aim.late} after`);
		assert.ok(aim.early > 0 && aim.late > 0, `all kills during ${doing} came on one side of it`);
	}
});

/** One device that is killed again and again. */
async function live(t: TestContext, entry: string[], kills: number, done: Record<Doing, Aim>): Promise<void> {
	const data = temporaryFolder(t);
	let before: Before | undefined;
	for (let killed = 0; killed <= kills; killed++) {
		const desk = await startDesk(t, { data, entry });
		const subject = new Subject(endpointOf(desk.http), endpointOf(desk.https));
		subject.udid = desk.udid;
		const trial = new Trial(subject);
		const now = await inspect(desk, trial, data, before);
		if (before)
			done[before.doing].saw(
				before.doing === "settings" ? now.md5 !== before.md5 : now.paired !== (before.doing === "reset"),
			);
		if (killed === kills) {
			trial.close();
			await desk.stop();
			return;
		}
		before = {
			doing: now.paired ? (killed % 3 === 0 ? "reset" : "settings") : "pairing",
			uuid: now.paired ? subject.uuid : randomUUID(),
			md5: now.md5,
			generation: now.generation,
			tls: now.tls,
		};
		const fire = await prepare(trial, before);
		fire();
		done[before.doing].hold();
		desk.kill("SIGKILL");
		trial.close();
		assert.equal(await desk.exit, "SIGKILL");
	}
}

/** The device has started: it is wholly paired or wholly unpaired, and each setting is the old or the new one. */
async function inspect(desk: Desk, trial: Trial, data: string, before: Before | undefined) {
	const { paired, auth = [] } = await trial.identify();
	const md5 = auth.includes("md5");
	const was = before?.doing;
	const context = `after a kill during ${was}:\n${desk.output}`;
	assert.equal(desk.paired, paired, context);
	assert.ok(!desk.output.includes('"problem"'), context);
	if (was === "settings" || !before) assert.equal(paired, before !== undefined, context);
	if (paired) {
		trial.subject.uuid = before?.uuid;
		assert.equal((await trial.command({ getData: {} })).status, 200, context);
		if (was === "pairing") assert.equal(md5, true, context);
		if (was === "reset") assert.equal(md5, before?.md5, context);
	} else assert.deepEqual(auth, ["md5", "hmac-sha256", "key"], context);

	const flash = join(data, "flash");
	const keys = readdirSync(flash).sort();
	assert.deepEqual(
		keys.filter((key) => !["generation", "settings", "tls", "uuid"].includes(key)),
		[],
		context,
	);
	assert.equal(keys.includes("uuid"), paired, context);
	if (paired) assert.equal(readFileSync(join(flash, "uuid"), "latin1"), before?.uuid, context);
	const settings = join(flash, "settings");
	if (!paired) assert.ok(!existsSync(settings), context);
	else assert.equal(JSON.parse(readFileSync(settings, "utf8")).auth.md5, md5, context);
	let generation = before?.generation ?? 0;
	if (paired) {
		({ generation } = JSON.parse(readFileSync(settings, "utf8")).keys);
		// No key of before is good for the next owner, and a key is revoked as a whole or not at all.
		if (was === "pairing") assert.ok(generation > (before?.generation ?? 0), context);
		else if (before) assert.equal(generation, before.generation, context);
		const answer = await trial.command({ getData: {} }, { key: `grafana.r.0.${generation}` });
		assert.equal(answer.json.code, md5 ? undefined : "revoked-key", context);
	}
	const tls = await certificate(desk, join(flash, "tls"));
	if (before) {
		const kept = !(was === "reset" && !paired);
		assert.equal(tls.equals(before.tls), kept, context);
	}
	return { paired: paired === true, md5, generation, tls };
}

/** The key and certificate that the device uses. */
async function certificate(desk: Desk, path: string): Promise<Buffer> {
	// Without an owner it opens HTTPS as soon as it has one.
	if (!desk.paired) await untilOpen(() => request(desk.https));
	return readFileSync(path);
}

/** Makes all ready, so that the returned function only has to send one request. */
async function prepare(trial: Trial, { doing, uuid, md5 }: Before): Promise<() => void> {
	const { subject } = trial;
	if (doing === "reset") return shot(trial, await trial.open(), { factoryReset: {} });
	if (doing === "pairing") {
		const wire = await untilOpen(() => trial.open({ secure: true }));
		const wifi = { ssid: "home", password: "long enough" };
		const body = JSON.stringify({ udid: subject.udid, pair: { uuid, wifi } });
		return () => void wire.send(trial.text({ body, secure: true }));
	}
	assert.equal((await trial.command({ setHttps: { enabled: true } })).status, 200);
	const wire = await untilOpen(() => trial.open({ secure: true }));
	return shot(
		trial,
		wire,
		{ setAuth: { md5: !md5 }, setKeys: { [md5 ? "revoke" : "restore"]: ["grafana"] } },
		true,
	);
}

async function shot(trial: Trial, wire: Wire, commands: object, secure = false): Promise<() => void> {
	const request = await trial.signed(commands, { secure });
	return () => void wire.send(request);
}

/** Where to aim so that the kill hits the moment of writing: later when it came before it, sooner when after. */
class Aim {
	early = 0;
	late = 0;
	#delay = 4;

	/** Waits as long as is best; without a timer, whose ms are too coarse. */
	hold(): void {
		const end = performance.now() + this.#delay * (0.5 + Math.random());
		while (performance.now() < end);
	}

	saw(finished: boolean): void {
		if (finished) this.late++;
		else this.early++;
		this.#delay = Math.min(Math.max(this.#delay * (finished ? 0.8 : 1.25), 0.1), 100);
	}
}
