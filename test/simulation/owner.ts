import { createHash, createHmac } from "node:crypto";
import type { Ledger, Stored, Wish } from "./ledger";
import type { Machine } from "./machine";
import type { Door } from "./network";
import { GUESTS, HOME } from "./radio";
import type { Random } from "./random";
import type { Broker } from "./servers";
import type { Task } from "./task";
import { type Answer, visit } from "./visitor";

/** A key that the owner has given to a program. */
export interface ProgramKey {
	id: string;
	name: string;
	scope: string;
	until: number;
	generation: number;
	/** Of which UUID. */
	uuid: string;
	secret: string;
}

export interface Request {
	commands: Record<string, unknown>;
	door: Door;
	/** What is stored once it is carried out. */
	change?: Wish;
	key?: ProgramKey | undefined;
	method?: "md5" | "signed";
	/** Over the access point. */
	asGuest?: boolean;
	patience?: number;
	/** The proof is wrong. */
	forge?: boolean;
}

/** What is said to a command over the broker, at most; ms. */
const ANSWER_TIME = 20_000;

/** Somebody with a UUID, and the programs that got keys of it. */
export class Owner {
	uuid: string;
	readonly keys: ProgramKey[] = [];
	/** What is never to be heard: UUIDs, secrets of keys, passwords. */
	readonly secrets = new Set<string>();
	readonly machine: Machine;
	readonly ledger: Ledger;
	readonly random: Random;
	#nonce = 1;

	constructor(machine: Machine, ledger: Ledger, random: Random) {
		this.machine = machine;
		this.ledger = ledger;
		this.random = random;
		this.uuid = "";
		this.renew();
	}

	/** Takes a new UUID, for the next pairing. */
	renew(): void {
		this.uuid = this.random.uuid();
		this.hide(this.uuid);
	}

	hide(secret: string): string {
		this.secrets.add(secret);
		return secret;
	}

	makeKey(name: string, scope: string, until: number): ProgramKey {
		const generation = this.ledger.stored?.generation ?? 1;
		const id = `${name}.${scope}.${until}.${generation}`;
		const secret = createHmac("sha256", this.uuid).update(`Ambient16 key\n${id}`).digest("hex");
		const key = { id, name, scope, until, generation, uuid: this.uuid, secret: this.hide(secret) };
		this.keys.push(key);
		if (this.keys.length > 12) this.keys.splice(this.random.below(12), 1);
		return key;
	}

	/** Which door is open for it at present. */
	get door(): Door {
		return this.machine.current?.network.isOpen("http") ? "http" : "https";
	}

	*identity(door: Door, asGuest = false): Task<Answer | undefined> {
		const from = `${asGuest ? GUESTS : HOME}20`;
		const answer = yield* visit(this.machine, {
			door,
			from,
			message: "GET / HTTP/1.1\r\nHost: sensor\r\n\r\n",
		});
		// In bad air it may have come too late.
		if (answer?.status === 408) return undefined;
		if (answer && (answer.status !== 200 || !/^[a-z]{8}$/.test(answer.body?.token)))
			this.machine.world.violate(`GET / is answered with ${answer.text.slice(0, 300)}`);
		return answer;
	}

	/** Over its access point. */
	*pair(wifi: { ssid: string; password: string }): Task<Answer | undefined> {
		const { uuid, ledger } = this;
		this.hide(wifi.password);
		return yield* this.#send(
			{ udid: this.machine.udid, pair: { uuid, wifi } },
			{
				...{ commands: {}, door: "https", asGuest: true },
				change: {
					name: "pair",
					apply: (stored) =>
						stored ?? {
							...{ uuid, md5: true, revoked: [], influx: null, mqtt: null, mqttLight: false, update: null },
							generation: ledger.lastGeneration + 1,
							...{ wifi: wifi.ssid, password: wifi.password },
						},
				},
			},
			"",
		);
	}

	/** Sends commands with a proof, as clients do: the token first. */
	*command(request: Request): Task<Answer | undefined> {
		const { door, key, asGuest } = request;
		const identity = yield* this.identity(door, asGuest);
		if (!identity) return undefined;
		const { token } = identity.body;
		const secret = request.forge ? this.random.uuid() : (key?.secret ?? this.uuid);
		const body: Record<string, unknown> = { udid: this.machine.udid, ...request.commands };
		let field = "";
		if (request.method === "md5") {
			body.secret = createHash("md5").update(`${token}${secret}`).digest("hex");
			if (key) body.key = key.id;
		} else {
			const digest = createHash("sha256").update(JSON.stringify(body)).digest("hex");
			const nc = ++this.#nonce;
			const mac = createHmac("sha256", secret).update(`${token}\n${nc}\nPOST\n/\n${digest}`).digest("hex");
			field = `Authorization: Ambient16 token="${token}", nc="${nc}", ${key ? `key="${key.id}", ` : ""}mac="${mac}"\r\n`;
		}
		const answer = yield* this.#send(body, request, field);
		if (answer?.status === 200 && request.forge)
			this.machine.world.violate(`a wrong proof is taken for ${JSON.stringify(request.commands)}`);
		const isToken = identity.body.paired && answer?.body?.code === "wrong-secret";
		if (isToken && !request.forge && !key && token === this.token && this.uuid === this.ledger.stored?.uuid)
			this.machine.world.violate("a right proof of the owner is refused");
		return answer;
	}

	/** The last signed request that was carried out. */
	heard: string | undefined;

	/** Sends commands through the broker, which may deliver them twice, or change them (`forge`). */
	*order(broker: Broker, { commands, key, forge }: Omit<Request, "door">): Task<Answer | undefined> {
		const { machine } = this;
		const topic = `ambient16/${machine.udid}`;
		const token = broker.retained.get(`${topic}/token`);
		if (!token) return undefined;
		const secret = key?.secret ?? this.uuid;
		const text = JSON.stringify({ udid: machine.udid, ...commands });
		const digest = createHash("sha256").update(text).digest("hex");
		const nc = `${++this.#nonce}`;
		const signed = `${token}\n${nc}\nMQTT\n${topic}/command\n${digest}`;
		const mac = createHmac("sha256", secret).update(signed).digest("hex");
		const proof = `Ambient16 token="${token}", nc="${nc}", ${key ? `key="${key.id}", ` : ""}mac="${mac}"`;
		const message = `${proof}\n${forge ? text.replace("{", "{ ") : text}`;
		const answers: Answer[] = [];
		const listener = (published: string, payload: string) => {
			if (published !== `${topic}/answer`) return;
			const { nc: of, status, body } = JSON.parse(payload);
			if (of === nc) answers.push({ status, body, head: "", text: payload });
		};
		broker.listeners.add(listener);
		for (let i = this.random.pick([1, 1, 1, 2]); i > 0; i--) broker.publish(`${topic}/command`, message);
		yield (resume) => void machine.world.schedule.after(ANSWER_TIME, () => resume());
		broker.listeners.delete(listener);
		const taken = answers.filter(({ status }) => status === 200);
		if (taken.length > 0 && forge)
			machine.world.violate("a command is carried out that the broker has changed");
		if (new Set(taken.map(({ text: said }) => said)).size > 1)
			machine.world.violate(`a command is carried out twice: ${Object.keys(commands)}`);
		const [answer] = answers;
		if (answer) machine.world.count(`answer over the broker: ${answer.status} ${answer.body.code ?? "ok"}`);
		return answer;
	}

	/** The token in force, as the device has told its host. */
	token = "";

	*#send(body: object, request: Request, field: string): Task<Answer | undefined> {
		const { machine, ledger } = this;
		const text = JSON.stringify(body);
		const change = request.change && ledger.ask(request.change);
		const message = `POST / HTTP/1.1\r\nHost: sensor\r\n${field}Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
		const answer = yield* visit(machine, {
			door: request.door,
			from: `${request.asGuest ? GUESTS : HOME}${request.key ? 30 : 20}`,
			message,
			...(request.patience && { patience: request.patience }),
		});
		const outcome = answer ? `${answer.status} ${answer.body?.code ?? "ok"}` : "no answer";
		machine.world.note(`${Object.keys({ ...body, ...request.commands }).slice(1)} ${outcome}`);
		machine.world.count(`answer: ${outcome}`);
		if (answer?.status === 200 && !request.forge)
			for (const name of Object.keys(answer.body)) machine.world.count(`command: ${name}`);
		if (answer?.status === 200 && field !== "") this.heard = message;
		if (change && answer) ledger.answered(change, answer.status);
		else if (change) ledger.unanswered(change, 60_000);
		return answer;
	}
}

/** A change of what is stored of a device that has an owner. */
export function changing(
	name: string,
	change: (stored: Stored) => Partial<Stored>,
): NonNullable<Request["change"]> {
	return { name, apply: (stored) => stored && { ...stored, ...change(stored) } };
}
