import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { hass } from "../../../scripts/home-assistant.mjs";
import { type Scope, temporaryFolder } from "../../support/desk";
import { freePort } from "../../support/ports";
import type { Mosquitto } from "./broker";
import { patiently, Service } from "./service";

/** What Home Assistant knows of an entity at present. */
export interface Entity {
	entity_id: string;
	state: string;
	attributes: Record<string, unknown>;
}

/** ms until it is up, or has caught up with what has happened: its own pauses between two attempts are 10 s. */
const PATIENCE = 120_000;

/** A real Home Assistant, set up as a person does it. */
export class HomeAssistant {
	readonly url: string;
	/** For its API and its pages. */
	tokens: { access_token: string; refresh_token: string; expires_in: number } | undefined;
	#service: Service;

	/** `folder`: with what a person would put beside configuration.yaml, `configuration`: and into it. */
	static async create(
		scope: Scope,
		{ folder = temporaryFolder(scope), configuration = "" } = {},
	): Promise<HomeAssistant> {
		const port = freePort();
		writeFileSync(
			join(folder, "configuration.yaml"),
			`homeassistant:
  name: Home
  time_zone: UTC
  unit_system: metric
http:
  server_host: 127.0.0.1
  server_port: ${port}
frontend:
${inOlderWords(configuration)}`,
		);
		const it = new HomeAssistant(scope, folder, port);
		await it.#service.start();
		await patiently(
			() =>
				it.#ask("/api/onboarding").then(
					() => true,
					() => false,
				),
			"it is not set up",
			PATIENCE,
		);
		await it.#become();
		await it.#untilRunning();
		return it;
	}

	/** Adds its MQTT integration. */
	async addMqtt({ port }: Mosquitto): Promise<void> {
		const { flow_id: flow } = await this.#ask("/api/config/config_entries/flow", { handler: "mqtt" });
		const access = { broker: "127.0.0.1", port, username: "reader", password: "reader" };
		const { type } = await this.#ask(`/api/config/config_entries/flow/${flow}`, access);
		assert.equal(type, "create_entry");
	}

	private constructor(scope: Scope, folder: string, port: number) {
		this.url = `http://127.0.0.1:${port}`;
		// Its own folder is where commands run.
		const command = `cd "${folder}" && exec "${hass.path}" --config . --skip-pip`;
		this.#service = new Service(scope, ["sh", "-c", command], port);
	}

	/** Ends it as a person does, and starts it again. */
	async restart(): Promise<void> {
		await this.#service.stop("SIGTERM");
		await this.#service.start();
		await this.#untilRunning();
	}

	/** What it has written: warnings and errors. */
	get log(): string {
		return this.#service.output;
	}

	/** All entities of its MQTT integration, by their ids. */
	async entities(): Promise<Map<string, Entity>> {
		const ids = JSON.parse(await this.render("{{ integration_entities('mqtt') | to_json }}")) as string[];
		return new Map([...(await this.states())].filter(([id]) => ids.includes(id)));
	}

	/** All that it knows, by the ids. */
	async states(): Promise<Map<string, Entity>> {
		const states = (await this.#ask("/api/states")) as Entity[];
		return new Map(states.map((entity) => [entity.entity_id, entity]));
	}

	/** What a template gives. */
	async render(template: string): Promise<string> {
		return this.#ask("/api/template", { template });
	}

	async call(service: `${string}.${string}`, data: object): Promise<void> {
		await this.#ask(`/api/services/${service.replace(".", "/")}`, data);
	}

	/** Waits until its MQTT entities are as `condition` wants. */
	async shows(condition: (entities: Map<string, Entity>) => boolean, what: string): Promise<void> {
		let last = new Map<string, Entity>();
		await patiently(
			async () => {
				last = await this.entities();
				return condition(last);
			},
			() =>
				`${what}: ${JSON.stringify([...last.values()].map(({ entity_id, state }) => [entity_id, state]))}`,
			PATIENCE,
		);
	}

	/** Makes its first user. */
	async #become(): Promise<void> {
		const client_id = `${this.url}/`;
		const user = { client_id, name: "Me", username: "me", password: "secret", language: "en" };
		const { auth_code: code } = await this.#ask("/api/onboarding/users", user);
		const response = await fetch(`${this.url}/auth/token`, {
			method: "POST",
			body: new URLSearchParams({ grant_type: "authorization_code", code, client_id }),
		});
		this.tokens = (await response.json()) as typeof this.tokens;
	}

	#untilRunning(): Promise<void> {
		return patiently(
			() =>
				this.#ask("/api/config").then(
					({ state }) => state === "RUNNING",
					() => false,
				),
			() => `it does not run: ${this.log}`,
			PATIENCE,
		);
	}

	// biome-ignore lint/suspicious/noExplicitAny: what it answers is for each test to look at.
	async #ask(path: string, body?: object): Promise<any> {
		const response = await fetch(this.url + path, {
			method: body ? "POST" : "GET",
			headers: {
				"Content-Type": "application/json",
				...(this.tokens && { Authorization: `Bearer ${this.tokens.access_token}` }),
			},
			...(body && { body: JSON.stringify(body) }),
		});
		const text = await response.text();
		if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
		return response.headers.get("content-type")?.startsWith("application/json") ? JSON.parse(text) : text;
	}
}

/** What is called so since 2024.8 and 2024.10, as the release of the test calls it. */
function inOlderWords(configuration: string): string {
	return configuration
		.replaceAll(/^( *-? *)(trigger|action|condition)s:/gm, "$1$2:")
		.replaceAll(/^( *)- trigger:/gm, "$1- platform:")
		.replaceAll(/^( *)- action:/gm, "$1- service:");
}
