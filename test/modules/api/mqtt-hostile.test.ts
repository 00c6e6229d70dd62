import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import type { Device } from "../../../modules/device";
import { Light } from "../../../modules/led/light";
import { behindBroker } from "../../fakes/behind-broker";
import type { FakeBroker } from "../../fakes/cloud";
import type { FakeHost } from "../../fakes/host";
import { keySecret, UUID } from "../../fakes/owner";

const OWN = "ambient16/10000fb38278";
const COMMAND = `${OWN}/command`;

/** Who sends commands: what each is proved with, and whether the device is to do anything for it. */
const SENDERS = {
	owner: { key: "", secret: UUID },
	lamp: { key: "lamp.l.0.1", secret: keySecret(UUID, "lamp.l.0.1") },
	reader: { key: "reader.r.0.1", secret: keySecret(UUID, "reader.r.0.1") },
	stranger: { key: "", secret: "fedcba98-7654-4210-8fed-cba987654321" },
	forger: { key: "lamp.rlm.0.1", secret: keySecret(UUID, "lamp.l.0.1") },
} as const;
type Sender = keyof typeof SENDERS;

const part = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
/** What a broker does next. `which`, `other`: of the messages that were ever given to it, at this part of them. */
const deed = fc.oneof(
	{
		weight: 4,
		arbitrary: fc.record({
			send: fc.constantFrom<Sender>("owner", "lamp", "owner", "lamp", "reader", "stranger", "forger"),
		}),
	},
	{
		weight: 8,
		arbitrary: fc.record({
			// The last one, or any.
			deliver: fc.oneof(fc.constant(0.9999), part),
			flags: fc.constantFrom(0, 0, 0, 0, 1, 8),
			id: fc.constantFrom(0, 1, 2, 65_535),
		}),
	},
	fc.record({ head: part, body: part }),
	fc.record({ pass: fc.constantFrom(1_000, 1_000, 1_000, 60_000, 60_000, 3_600_000) }),
	fc.constantFrom({ cut: true }, { acknowledges: false }, { acknowledges: true }, { acknowledges: true }),
);
type Deed = typeof deed extends fc.Arbitrary<infer T> ? T : never;

class World {
	readonly host: FakeHost;
	readonly broker: FakeBroker;
	readonly device: Device;
	/** What was given to the broker to deliver, by whom, and the one color that it is for. */
	readonly messages: { text: string; sender: Sender; color: number }[] = [];
	#nc = 0;

	constructor() {
		const { host, broker, device } = behindBroker();
		this.host = host;
		this.broker = broker;
		this.device = device;
		host.events.length = 0;
	}

	/** Signs a command that no other one looks like: its color is its number. */
	send(sender: Sender): string {
		const { key, secret } = SENDERS[sender];
		const color = this.messages.length + 1;
		const order = { color: `#${color.toString(16).padStart(6, "0")}`, effect: "solid", duration: null };
		const body = JSON.stringify({ udid: this.host.udid, setColor: order });
		const token = this.broker.retained(`${OWN}/token`);
		const nc = ++this.#nc;
		const digest = createHash("sha256").update(body).digest("hex");
		const mac = createHmac("sha256", secret).update(`${token}\n${nc}\nMQTT\n${COMMAND}\n${digest}`);
		const text = `Ambient16 token="${token}", nc="${nc}", ${key && `key="${key}", `}mac="${mac.digest("hex")}"\n${body}`;
		this.messages.push({ text, sender, color });
		return text;
	}

	do(deed: Deed): void {
		const { broker, host, messages } = this;
		const at = (part: number) => messages[Math.floor(part * messages.length)]?.text ?? "\n";
		if ("send" in deed) this.send(deed.send);
		else if ("deliver" in deed) broker.deliver(COMMAND, at(deed.deliver), deed);
		else if ("head" in deed)
			broker.deliver(COMMAND, `${at(deed.head).split("\n")[0]}\n${at(deed.body).split("\n")[1]}`);
		else if ("pass" in deed) host.advance(deed.pass);
		else if ("cut" in deed) this.reconnect();
		else broker.acknowledges = deed.acknowledges;
		broker.work();
		if (broker.acknowledges) for (const acknowledge of broker.unacknowledged.splice(0)) acknowledge();
	}

	reconnect(): void {
		const { broker, host } = this;
		broker.drop();
		for (let i = 0; i < 600 && !broker.live; i++) host.advance(1_000);
		broker.accept();
	}
}

test("whatever a broker delivers, when and how often: each command is done once at the most, and none of a stranger's", (t) => {
	const show = t.mock.method(Light.prototype, "show").mock;
	let done = 0;
	/** The colors of all orders that the light of this world was given. */
	const shown = () => show.calls.map(({ arguments: [order] }) => order.color);
	const check = ({ messages }: World) => {
		assert.deepEqual(shown(), [...new Set(shown())], "a command was carried out twice");
		for (const color of shown()) {
			const { sender = "nobody" } = messages.find((message) => message.color === color) ?? {};
			assert.ok(sender === "owner" || sender === "lamp", `a command of ${sender} was carried out`);
		}
	};
	fc.assert(
		fc.property(fc.array(deed, { minLength: 20, maxLength: 120, size: "max" }), (deeds) => {
			show.resetCalls();
			const world = new World();
			try {
				for (const deed of deeds) {
					world.do(deed);
					check(world);
				}
				done += shown().length;
				// By a broker that delivers, whoever may command is served.
				world.broker.acknowledges = true;
				world.reconnect();
				world.broker.deliver(COMMAND, world.send("lamp"));
				check(world);
				assert.equal(shown().at(-1), world.messages.length);
			} finally {
				world.device.close();
			}
		}),
		{ numRuns: 25, includeErrorInReport: true },
	);
	assert.ok(done > 25, `${done} commands were carried out`);
});
