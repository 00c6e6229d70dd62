import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { promisify } from "node:util";
import { type Scope, temporaryFolder } from "../support/desk";
import { freePort } from "../support/ports";
import { mosquitto } from "./support/broker";
import { influxd, victoria } from "./support/databases";
import { OwnedDevice } from "./support/device";
import { patiently, program, Service } from "./support/service";

// What docs/own-infrastructure.md tells the reader to type is carried out, line by line. Its paths are moved into a
// folder of the test's own, its ports to free ones; services are started here, as a test has no systemd.

const PAGE = readFileSync("docs/own-infrastructure.md", "utf8");
const openssl = program("openssl", "openssl");
const curl = program("curl", "curl");
const subscriber = program("mosquitto_sub", "mosquitto-clients");
const compose = program("docker-compose", "docker-compose");
const OPTIONS = { skip: openssl.skip || curl.skip, concurrency: true, timeout: 600_000 };

/** What needs root, or a user that is not here, is done without. */
const STAND_INS = 'sudo() { "$@"; }; systemctl() { :; }; chown() { :; }; apt-get() { :; }\n';

const execute = promisify(execFile);

/** The one block of shell commands that contains `text`. */
function block(text: string): string {
	const blocks = [...PAGE.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, code]) => code as string);
	const found = blocks.filter((code) => code.includes(text));
	assert.equal(found.length, 1, `${found.length} blocks contain ${text}`);
	return found[0] as string;
}

/** The reader's computer, with the certificates of the page. */
class Computer {
	readonly root: string;
	/** Those of the page, and those that are used here. */
	readonly ports: Record<number, number> = {};
	#scope: Scope;

	static async create(scope: Scope): Promise<Computer> {
		const it = new Computer(scope);
		for (const port of [8086, 8428, 8883]) it.ports[port] = freePort();
		for (const folder of ["etc/influxdb", "etc/default", "etc/mosquitto/certs", "etc/mosquitto/conf.d"])
			mkdirSync(it.at(folder), { recursive: true });
		for (const name of ["influxdb", "victoria-metrics"])
			mkdirSync(it.at(`var/lib/${name}`), { recursive: true });
		await it.run(block("openssl req -x509"));
		return it;
	}

	private constructor(scope: Scope) {
		this.#scope = scope;
		this.root = temporaryFolder(scope);
	}

	at(path: string): string {
		return join(this.root, path);
	}

	read(path: string): string {
		return readFileSync(this.at(path), "utf8");
	}

	/** Carries out commands of the page, and gives what they print. */
	async run(commands: string): Promise<string> {
		const script = STAND_INS + this.adapt(commands);
		const env = { ...process.env, HOME: this.root, PATH: `${process.env.PATH}:/usr/sbin` };
		return (await execute("bash", ["-euo", "pipefail", "-c", script], { cwd: this.root, env })).stdout;
	}

	adapt(text: string): string {
		return text
			.replace(/(?<=[\s"=])\/(etc|var)\//g, `${this.root}/$1/`)
			.replace(/ -g \S+/g, "")
			.replace(/server\.lan(?=:| -p)/g, "localhost")
			.replace(/\b(8086|8428|8883)\b/g, (port) => `${this.ports[Number(port)]}`);
	}

	serve(port: number, command: string[]): Promise<void> {
		return new Service(this.#scope, command, this.ports[port] as number).start();
	}

	get ca(): string {
		return this.read("home-ca/ca.pem");
	}
}

describe("docs/own-infrastructure.md", OPTIONS, () => {
	test("InfluxDB on Debian: from the certificates to the points and the graph's numbers", {
		skip: influxd.skip,
	}, async (t) => {
		const computer = await Computer.create(t);
		await computer.run(block("/etc/influxdb/influxdb.conf"));
		const config = computer.at("etc/influxdb/influxdb.conf");
		const [port, rpc] = [computer.ports[8086], freePort()];
		writeFileSync(
			config,
			`bind-address = "127.0.0.1:${rpc}"\n${computer.read("etc/influxdb/influxdb.conf")}bind-address = "127.0.0.1:${port}"\n`,
		);
		await computer.serve(8086, [influxd.path, "-config", config]);
		await computer.run(block("CREATE USER admin"));
		const url = `https://localhost:${port}`;
		const device = await OwnedDevice.create(
			t,
			{ setInflux: { url, database: "home", user: "sensor", password: "another", ca: computer.ca } },
			60,
		);
		await device.jump(-1);
		await device.measures(3);
		const [influx = ""] = block("ORDER BY time DESC").split("curl -sS").slice(1);
		await patiently(
			async () => /"values":\[\[\d+,/.test(await computer.run(`curl -sS${influx}`)),
			"the reader finds no points",
		);
		const [numbers = ""] = block("gnuplot -e").split("gnuplot -e");
		await computer.run(numbers);
		assert.match(computer.read("temperature.csv"), /^name,tags,time,mean\nambient16,,\d+,\d/);
		// The sensor may write and not read, and nobody may without a password.
		const asked = (user: string) =>
			computer.run(
				`curl -sS --cacert ~/home-ca/ca.pem ${user} -G ${url}/query --data-urlencode db=home --data-urlencode "q=SELECT * FROM ambient16"`,
			);
		assert.match(await asked("-u sensor:another"), /not authorized/);
		assert.match(await asked(""), /unable to parse authentication credentials/);
		assert.deepEqual(device.problems, []);
	});

	test("VictoriaMetrics on Debian", { skip: victoria.skip }, async (t) => {
		const computer = await Computer.create(t);
		await computer.run(block("/etc/default/victoria-metrics"));
		const args = /ARGS="(.*)"/.exec(computer.read("etc/default/victoria-metrics"))?.[1] ?? "";
		const port = computer.ports[8428];
		await computer.serve(8428, [victoria.path, `-httpListenAddr=127.0.0.1:${port}`, ...args.split(" ")]);
		const device = await OwnedDevice.create(
			t,
			{
				setInflux: {
					url: `https://localhost:${port}`,
					database: "home",
					user: "sensor",
					password: "another",
					ca: computer.ca,
				},
			},
			720,
		);
		// In 5 s its time is the present again, of which VictoriaMetrics speaks.
		await device.jump(-1);
		const [, query = ""] = block("ORDER BY time DESC").split("curl -sS").slice(1);
		await patiently(
			async () => (await computer.run(`curl -sS${query}`)).includes('"ambient16_co2"'),
			"it finds no points",
		);
		assert.deepEqual(device.problems, []);
	});

	for (const [where, prepare] of [
		["on Debian", onDebian],
		["with Compose", withCompose],
	] as const)
		test(`Mosquitto ${where}: the sensor writes, Home Assistant reads, and nobody else does`, {
			skip: mosquitto.skip || subscriber.skip,
		}, async (t) => {
			const computer = await Computer.create(t);
			const config = await prepare(computer);
			if (process.getuid?.() === 0) appendFileSync(config, "\nuser root\n");
			await computer.serve(8883, [mosquitto.path, "-c", config]);
			const device = await OwnedDevice.create(
				t,
				{
					setMqtt: {
						url: `mqtts://localhost:${computer.ports[8883]}`,
						user: "sensor",
						password: "another",
						ca: computer.ca,
					},
				},
				60,
			);
			await device.measures(1);
			const listen = block("mosquitto_sub -h").trim();
			const heard = await computer.run(`${listen} -C 10 -W 20`);
			assert.match(heard, /^ambient16\/[0-9a-f]{12}\/status online$/m);
			assert.match(heard, /^ambient16\/[0-9a-f]{12}\/data \{"time":/m);
			const as = (user: string) => listen.replace("-u homeassistant -P 'a third'", user);
			assert.equal(await computer.run(`${as("-u sensor -P another")} -W 1 || true`), "");
			await assert.rejects(computer.run(`${as("")} -W 5`), /not authori/);
			assert.deepEqual(device.problems, []);
		});

	test("compose.yaml is one that docker-compose reads", { skip: compose.skip }, async () => {
		const env = { ...process.env, ADMIN_PASSWORD: "a", SENSOR_PASSWORD: "b", READER_PASSWORD: "c" };
		const file = "docs/own-infrastructure/compose.yaml";
		const { stdout } = await execute(compose.path, ["-f", file, "config"], { env });
		for (const image of [
			"influxdb:1.8",
			"eclipse-mosquitto:2",
			"grafana/grafana-oss",
			"home-assistant:stable",
		])
			assert.ok(stdout.includes(image), image);
	});
});

/** Returns the path of the configuration. */
async function onDebian(computer: Computer): Promise<string> {
	await computer.run(block("/etc/mosquitto/conf.d/home.conf"));
	return computer.at("etc/mosquitto/conf.d/home.conf");
}

async function withCompose(computer: Computer): Promise<string> {
	const folder = "docs/own-infrastructure/mosquitto";
	const adapted = (name: string) =>
		computer
			.adapt(readFileSync(`${folder}/${name}`, "utf8"))
			.replaceAll(" /mosquitto/config/", ` ${computer.root}/`)
			.replaceAll(" /mosquitto/data/", ` ${computer.root}/`)
			.replaceAll(" /certificates/", ` ${computer.root}/home-ca/`);
	for (const name of ["mosquitto.conf", "rights"]) writeFileSync(computer.at(name), adapted(name));
	const passwords = block("docker compose up")
		.split("\n")
		.filter((line) => line.includes("mosquitto_passwd"))
		.map((line) => line.replace(/.*--entrypoint mosquitto_passwd mosquitto/, "mosquitto_passwd"))
		.map((line) => line.replace("/mosquitto/config", computer.root).replace("a-third", "'a third'"));
	assert.equal(passwords.length, 2);
	await computer.run(passwords.join("\n"));
	return computer.at("mosquitto.conf");
}
