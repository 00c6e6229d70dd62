import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { afterEach, describe, test } from "node:test";
import { behindBroker } from "../../fakes/behind-broker";
import { keySecret, UUID } from "../../fakes/owner";

const OWN = "ambient16/10000fb38278";
const COMMAND = `${OWN}/command`;
const DARK = { setColor: { color: "off" } };

let closers: (() => void)[] = [];
afterEach(() => {
	for (const close of closers.splice(0)) close();
	closers = [];
});

/** A device with an owner and a broker, and a program that knows only that broker. */
function setUp() {
	const { host, broker, device, owner } = behindBroker();
	closers.push(() => device.close());
	let nc = 0;
	/** A command as it is published. */
	const sign = (
		commands: object,
		{ secret = UUID, key = "", topic = COMMAND, token = broker.retained(`${OWN}/token`), nonce = ++nc } = {},
	) => {
		const body = JSON.stringify({ udid: host.udid, ...commands });
		const digest = createHash("sha256").update(body).digest("hex");
		const mac = createHmac("sha256", secret).update(`${token}\n${nonce}\nMQTT\n${topic}\n${digest}`);
		const id = key && `key="${key}", `;
		return `Ambient16 token="${token}", nc="${nonce}", ${id}mac="${mac.digest("hex")}"\n${body}`;
	};
	/** What is answered to a message. */
	const say = (message: string) => {
		broker.deliver(COMMAND, message);
		return broker.on(`${OWN}/answer`).map((payload) => JSON.parse(payload));
	};
	/** The answer to a command alone. */
	const ask = (...command: Parameters<typeof sign>) => say(sign(...command)).at(-1);
	return { host, broker, owner, sign, say, ask };
}

describe("a command through the broker", () => {
	test("is carried out for the owner, and answered with its nc, status and body", () => {
		const { ask, host } = setUp();
		const answer = ask({ setColor: { color: "#00f", effect: "solid" } });
		assert.deepEqual(answer, {
			nc: "1",
			status: 200,
			body: {
				status: "ok",
				udid: host.udid,
				setColor: { color: "#0000ff", effect: "solid", duration: 10, intensity: 100 },
			},
		});
		assert.deepEqual(host.led.color, [0, 0, 255]);
	});

	test("is carried out for a key, within its scope", () => {
		const { ask } = setUp();
		const key = "hub.l.0.1";
		const as = { key, secret: keySecret(UUID, key) };
		assert.equal(ask(DARK, as).status, 200);
		const { status, body } = ask({ getData: {} }, as);
		assert.deepEqual([status, body.code], [403, "not-in-scope"]);
	});

	test("has a token that is retained, and is another one in an hour", () => {
		const { ask, host, broker, sign, say } = setUp();
		const late = sign(DARK);
		const before = broker.retained(`${OWN}/token`);
		for (let i = 0; i < 3_600; i++) {
			host.advance(1_000);
			broker.work();
		}
		const after = broker.retained(`${OWN}/token`);
		assert.notEqual(after, before);
		assert.equal(say(late).at(-1).body.code, "wrong-token");
		assert.equal(ask(DARK).status, 200);
	});

	test("is carried out once, whatever the broker does with it, and the right answer is the only one", () => {
		const { broker, sign, say, host } = setUp();
		const commands = ["red", "lime", "blue"].map((color) => sign({ setColor: { color, effect: "solid" } }));
		const messages = [2, 0, 1, 2, 2, 1, 0, 0].map((i) => commands[i]!);
		for (const message of messages) say(message);
		const answers = say("").slice(0, -1);
		assert.deepEqual(host.led.color, [0, 0, 255]);
		assert.deepEqual(
			answers.filter(({ nc }) => nc === "3"),
			[answers[0]],
		);
		assert.equal(answers[0].status, 200);
		for (const { status, body } of answers.slice(1)) assert.deepEqual([status, body.code], [401, "replayed"]);
		broker.deliver(COMMAND, sign(DARK), { flags: 1 });
		broker.deliver(COMMAND, sign(DARK), { flags: 8 });
		assert.deepEqual(host.led.color, [0, 0, 255]);
	});

	test("is not carried out by a stranger, for another topic, as a POST, or changed", () => {
		const { ask, sign, say, host, broker } = setUp();
		const red = { setColor: { color: "red", effect: "solid" } };
		assert.equal(ask(red, { secret: "fedcba98-7654-4210-8fed-cba987654321" }).status, 401);
		for (const topic of ["/", `${OWN}/answer`, "ambient16/10000fb38279/command"])
			assert.equal(ask(red, { topic }).status, 401);
		assert.equal(say(sign(DARK).replace("off", "red")).at(-1).status, 401);
		const post = sign(red).replace("MQTT", "POST");
		broker.deliver(COMMAND, post.slice(post.indexOf("\n") + 1));
		assert.deepEqual(host.led.color, [0, 0, 0]);
	});

	test("has no MD5 secret, beside a signature or without", () => {
		const { ask, say, host, broker } = setUp();
		const token = broker.retained(`${OWN}/token`);
		const secret = createHash("md5").update(`${token}${UUID}`).digest("hex");
		const body = JSON.stringify({ udid: host.udid, secret, ...DARK });
		for (const message of [body, `\n${body}`]) assert.notEqual(say(message).at(-1).status, 200, message);
		assert.equal(ask({ secret, ...DARK }).body.code, "two-proofs");
	});

	test("is not taken if HTTPS is demanded for it; one that may come signed is, once it is answered", () => {
		const { ask, host, owner, broker } = setUp();
		for (const command of [
			{ getSettings: {} },
			{ setAuth: { md5: false } },
			{ setMqtt: null },
			{ setKeys: { revokeAll: true } },
			{ pair: { uuid: UUID } },
			{ setWifi: { ssid: "a", password: "" } },
		])
			assert.notEqual(ask(command).status, 200, JSON.stringify(command));
		assert.equal(ask({ getSettings: {} }).body.code, "https-only");
		broker.acknowledges = false;
		ask({ restart: {} });
		assert.equal(host.restarts, 0);
		for (const acknowledge of broker.unacknowledged.splice(0)) acknowledge();
		assert.equal(host.restarts, 1);
		assert.equal(owner.get().body.paired, true);
	});

	test("leads to HTTPS mode as well, with its proof", () => {
		const { ask, host, owner, broker } = setUp();
		ask({ setHttps: { enabled: true } });
		host.advance(1);
		const later = JSON.parse(broker.on(`${OWN}/answer`).at(-1) ?? "");
		assert.equal(later.status, 200);
		assert.match(later.body.setHttps.url, /^https:/);
		host.advance(1);
		assert.equal(owner.get("https").status, 200);
		assert.equal(broker.retained(`${OWN}/status`), "suspended");
	});

	test("that is none is answered, and repeats nothing of it that is no number", () => {
		const { say, sign } = setUp();
		const [head = "", body = ""] = sign(DARK).split("\n");
		for (const message of [
			"",
			"\n",
			"x",
			"\n\n\n",
			body,
			`${"x".repeat(600)}\n${body}`,
			head,
			`${head}\n`,
			`${head}\n{`,
			`${head.replace(/nc="\d+"/, `nc="${"9".repeat(99)}"`)}\n${body}`,
			`${head.replace(/nc="\d+"/, 'nc="\\"')}\n${body}`,
			"\u0000\uffff\n\u0000",
		]) {
			const { nc, status, body } = say(message).at(-1);
			assert.ok(nc === null || /^[0-9]{1,15}$/.test(nc), message);
			assert.ok(status >= 400 && status < 500, message);
			assert.equal(body.status, "error");
		}
		const long = say(`${head}\n${" ".repeat(1_100)}`).at(-1);
		assert.deepEqual([long.status, long.body.code], [413, "body-too-large"]);
	});

	test("counts as wrong from one address: after ten the others wait, and the owner does not", () => {
		const { ask, sign, say } = setUp();
		const stranger = (secret: string) => ask(DARK, { secret }).status;
		const codes = Array.from({ length: 12 }, (_, i) => stranger(`guess ${i}`));
		assert.deepEqual([...new Set(codes)], [401, 429]);
		assert.equal(codes.indexOf(429), 10);
		assert.equal(say(sign(DARK)).at(-1).status, 200);
	});

	test("is shown to who watches the device, without what it holds", () => {
		const { ask, host } = setUp();
		ask(DARK);
		const event = host.events.findLast(({ event }) => event === "request");
		assert.deepEqual(event, {
			event: "request",
			secure: false,
			address: "broker",
			method: "MQTT",
			path: "(other)",
			status: 200,
			commands: ["setColor"],
		});
	});
});
