import type { Home } from "./home";
import { HOME } from "./radio";
import type { Random } from "./random";
import { start } from "./task";
import { visit } from "./visitor";

const HEADS = [
	"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
	"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
	"GET / HTTP/9.9\r\n\r\n",
	"GET /\r\n\r\n",
	"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
	"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
	"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n",
	"POST / HTTP/1.1\r\nHost: x\r\nOrigin: https://evil.example\r\nContent-Length: 2\r\n\r\n{}",
	"POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 900\r\n\r\n",
	"OPTIONS / HTTP/1.1\r\nHost: x\r\nOrigin: http://nas.local\r\n\r\n",
	"HEAD / HTTP/1.1\r\nHost: x\r\n\r\n",
	"DELETE / HTTP/1.1\r\nHost: x\r\n\r\n",
	"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n",
	"POST / HTTP/1.1\r\nHost: x\r\nExpect: the best\r\nContent-Length: 2\r\n\r\n{}",
	"POST / HTTP/1.1\r\nHost: x\r\n\r\n{}",
	`GET /${"x".repeat(3_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
	`GET / HTTP/1.1\r\nHost: x\r\nX: ${"x".repeat(6_000)}\r\n\r\n`,
	"\r\n\r\n\r\n\r\n",
	"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
];

export const STRANGERS = [
	"bytes",
	"heads",
	"proofs",
	"flood",
	"slow",
	"bodies",
	"mangled",
	"replay",
	"pair",
] as const;

/** Somebody in the network who is up to no good. */
export function intrude(home: Home, random: Random): void {
	const kind = random.pick(STRANGERS);
	home.machine.world.count(`stranger: ${kind}`);
	const from = `${HOME}${random.between(60, 99)}`;
	const send = (message: string | Uint8Array, patience = 3_000) =>
		start(visit(home.machine, { door: home.owner.door, from, message, patience }));
	switch (kind) {
		case "bytes":
			send(random.bytes(random.between(1, 4_000)));
			return;
		case "heads":
			for (let i = random.between(1, 4); i > 0; i--) send(random.pick(HEADS));
			return;
		case "proofs":
			start(guess(home, random, from));
			return;
		case "replay":
			start(replay(home, from));
			return;
		case "pair":
			start(takeOver(home, random, from));
			return;
		case "flood":
			for (let i = random.between(4, 40); i > 0; i--) send("GET / HT", random.between(1_000, 40_000));
			return;
		case "slow":
			start(drip(home, random, from));
			return;
		case "bodies":
			send(
				post(
					random.pick([
						"[".repeat(900),
						`{"udid":${"{}".repeat(3)}`,
						JSON.stringify({ udid: home.machine.udid, pair: { uuid: "x" } }),
						`{"udid":"${home.machine.udid}","key":"a.r.0.1","secret":null,"setKeys":{"revokeAll":true}}`,
						`{${'"a":1,'.repeat(100)}"b":2}`,
						JSON.stringify({ udid: home.machine.udid, setHttps: { enabled: true } }),
					]),
				),
			);
			return;
		default: {
			const bytes = Buffer.from(random.pick(HEADS), "latin1");
			for (let i = random.between(1, 5); i > 0; i--) bytes[random.below(bytes.length)] = random.below(256);
			send(bytes);
			return;
		}
	}
}

/** Wrong secrets, one after the other. */
function* guess(home: Home, random: Random, from: string) {
	const { machine, owner } = home;
	for (let i = random.between(1, 20); i > 0; i--) {
		const secret = Buffer.from(random.bytes(16)).toString("hex");
		const command = random.pick(["restart", "factoryReset", "setHttps"]);
		const message = post({ udid: machine.udid, secret, setColor: { color: "red" }, [command]: {} });
		const answer = yield* visit(machine, { door: owner.door, from, message, patience: 3_000 });
		if (answer?.status === 200) machine.world.violate("a secret that was guessed is taken");
	}
}

/** What the owner has signed, sent once more. */
function* replay({ machine, owner }: Home, from: string) {
	const { heard: message, door } = owner;
	if (message === undefined) return;
	const answer = yield* visit(machine, { door, from, message, patience: 3_000 });
	if (!answer) return;
	machine.world.count(`replay: ${answer.status} ${answer.body?.code ?? "ok"}`);
	if (answer.status === 200) machine.world.violate("a signed request is carried out twice");
}

/** Wants to be the owner of a device that has one. */
function* takeOver({ machine, owner, isOwned }: Home, random: Random, from: string) {
	if (!isOwned) return;
	const message = post({ udid: machine.udid, pair: { uuid: random.uuid() } });
	const answer = yield* visit(machine, { door: owner.door, from, message, patience: 3_000 });
	if (answer) machine.world.count(`take-over: ${answer.status} ${answer.body?.code ?? "ok"}`);
}

function* drip(home: Home, random: Random, from: string) {
	const { schedule } = home.machine.world;
	yield* visit(home.machine, {
		...{
			door: home.owner.door,
			from,
			message: "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n",
			patience: 60_000,
		},
		onLink: (link) => {
			for (let i = 1; i < 40; i++) schedule.after(i * random.between(500, 1_500), () => link.say("x"));
		},
	});
}

function post(body: object | string): string {
	const text = typeof body === "string" ? body : JSON.stringify(body);
	return `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
}
