import { execFileSync } from "node:child_process";
import { chmodSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import mqtt, { type MqttClient } from "mqtt";
import type { Issued } from "../../support/authority";
import { type Scope, temporaryFolder } from "../../support/desk";
import { freePort } from "../../support/ports";
import { atEnd } from "../../support/scope";
import { program, Service } from "./service";

export const mosquitto = program("mosquitto", "mosquitto");
const passwd = program("mosquitto_passwd", "mosquitto");

export interface BrokerOptions {
	/** Speaks TLS with it, besides on `securePort`. */
	identity?: Issued;
	/** Takes nobody without user and password. */
	closed?: boolean;
}

/** Mosquitto on 127.0.0.1. What it has acknowledged, retained and queued outlives a restart. */
export class Mosquitto {
	readonly port: number;
	readonly securePort: number;
	readonly user = "me";
	password = "pass word, §";
	readonly #folder: string;
	#service: Service;

	static async create(scope: Scope, { identity, closed = true }: BrokerOptions = {}): Promise<Mosquitto> {
		const folder = temporaryFolder(scope);
		const at = (name: string) => join(folder, name);
		const [port, securePort] = [freePort(), freePort()];
		const it = new Mosquitto(scope, port, securePort, folder);
		if (closed) it.#writePasswords();
		if (identity) {
			writeFileSync(at("cert.pem"), identity.cert);
			writeFileSync(at("key.pem"), identity.key);
			chmodSync(at("key.pem"), 0o600);
		}
		writeFileSync(
			at("mosquitto.conf"),
			`listener ${port} 127.0.0.1
${identity ? `listener ${securePort} 127.0.0.1\ncertfile ${at("cert.pem")}\nkeyfile ${at("key.pem")}` : ""}
allow_anonymous ${!closed}
${closed ? `password_file ${at("passwords")}` : ""}
persistence true
persistence_location ${folder}/
log_dest stderr
max_queued_messages 0
${process.getuid?.() === 0 ? "user root" : ""}
`,
		);
		await it.start();
		return it;
	}

	private constructor(scope: Scope, port: number, securePort: number, folder: string) {
		this.#folder = folder;
		this.port = port;
		this.securePort = securePort;
		// Each connection is a file; by default a process has 1024.
		const command = `ulimit -n 8192 2>/dev/null; exec "${mosquitto.path}" -c "${join(folder, "mosquitto.conf")}"`;
		this.#service = new Service(scope, ["sh", "-c", command], port);
	}

	/** How the device is told of it. */
	get settings(): { url: string; user: string; password: string } {
		return { url: `mqtt://127.0.0.1:${this.port}`, user: this.user, password: this.password };
	}

	get log(): string {
		return this.#service.output;
	}

	start(): Promise<void> {
		return this.#service.start();
	}

	/** While it is stopped: all that it has kept is gone. */
	forget(): void {
		rmSync(join(this.#folder, "mosquitto.db"), { force: true });
	}

	/** Takes no other one of its user from its next start on. */
	setPassword(password: string): void {
		this.password = password;
		this.#writePasswords();
	}

	#writePasswords(): void {
		const file = join(this.#folder, "passwords");
		writeFileSync(file, `${this.user}:${this.password}\nreader:reader\n`, { mode: 0o600 });
		execFileSync(passwd.path, ["-U", file], { stdio: "ignore" });
	}

	/** With SIGTERM it keeps what it has. */
	stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
		return this.#service.stop(signal);
	}
}

export interface Message {
	topic: string;
	payload: string;
	retain: boolean;
}

/** Hears all that a broker has, in order, also what it published while the subscriber was away. */
export class Subscriber {
	readonly messages: Message[] = [];

	static async create(scope: Scope, broker: Mosquitto, clientId = "subscriber"): Promise<Subscriber> {
		const client = mqtt.connect(`mqtt://127.0.0.1:${broker.port}`, {
			clientId,
			clean: false,
			username: "reader",
			password: "reader",
			reconnectPeriod: 50,
		});
		client.on("error", () => {});
		atEnd(scope, () => client.endAsync(true));
		const it = new Subscriber(client);
		await new Promise<void>((resolve) => client.once("connect", () => resolve()));
		await client.subscribeAsync(["ambient16/#", "homeassistant/#"], { qos: 1 });
		return it;
	}

	private constructor(client: MqttClient) {
		client.on("message", (topic, payload, { retain }) => {
			this.messages.push({ topic, payload: payload.toString(), retain });
		});
	}

	/** Payloads of the topics that end so, in order. */
	on(end: string): string[] {
		return this.messages.filter(({ topic }) => topic.endsWith(end)).map(({ payload }) => payload);
	}
}
