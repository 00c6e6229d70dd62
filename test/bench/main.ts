import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { firmware, type Scope, startDesk, temporaryFolder } from "../support/desk";
import { md5Secret, Owner, type Reply, request, sign, untilOpen } from "../support/owner";
import { freePort } from "../support/ports";
import { type Outcome, run } from "./load";
import { cannotMeasure, measureProgram, measureServer, type Start } from "./start";

/**
 * `npm run bench`: the device side by side with a bare node:http handler, over loopback, in short rounds by
 * turns, so that whatever else the computer does hits both alike. Prints Markdown.
 *
 * Signed requests must arrive with rising counters. All connections take theirs from one queue, in order; with
 * one connection that is enough. With several, two that are sent at nearly the same instant may be read the
 * other way round, and the later counter then outruns the earlier: that request is refused, as the protocol
 * demands, and counted as refused. Rates are of accepted requests. On a busy computer look at the CPU time of
 * a request: rates then tell more of the others than of the two.
 */

const CONNECTIONS = [1, 8, 32];
const ROUNDS = 5;
/** ms. */
const ROUND = 400;
/** Requests after which memory is looked at. */
const FEW = 1_000;
const MANY = 100_000;
/** ms for these at most. */
const LONGEST = 25_000;
/** Signed requests made ahead of a round. */
const AHEAD = 12_000;

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

interface Server {
	name: string;
	port: number;
	/** Asks for what requests need. */
	identify(): Promise<Reply>;
	child: ChildProcess;
	nonce: number;
}

/** A round, with the CPU time (ms) that it took the server. */
interface Round extends Outcome {
	cpu: number;
}

const KINDS = ["GET /", "setColor, MD5", "setColor, HMAC"] as const;
type Kind = (typeof KINDS)[number];

const tasks: (() => unknown)[] = [];
const scope: Scope = { after: (task) => void tasks.unshift(task) };

async function main(): Promise<void> {
	const begin = performance.now();
	await tellStarts();
	const { uuid, device, bare } = await start();
	const servers = [device, bare];

	const memory = [];
	for (const server of servers) memory.push(await measureMemory(server, uuid));

	const rows = [];
	for (const kind of KINDS)
		for (const connections of CONNECTIONS) {
			const rounds = new Map(servers.map((server) => [server, [] as Round[]]));
			for (let round = 0; round < ROUNDS; round++)
				for (const server of round % 2 ? [bare, device] : [device, bare])
					rounds.get(server)?.push(await play(server, uuid, kind, { connections, duration: ROUND }));
			rows.push(describe(kind, connections, rounds.get(device) ?? [], rounds.get(bare) ?? []));
		}

	print("requests a second", [
		["request", "connections", "device", "node:http", "ratio", "CPU, µs", "p50, ms", "p99, ms", "refused"],
		...rows,
	]);
	print("memory, MB", [
		["", `RSS after ${FEW} requests`, "after", "heap after GC", "after", "requests"],
		...memory,
	]);
	const seconds = Math.round((performance.now() - begin) / 1000);
	process.stdout.write(
		`\nDevice / node:http; Node ${process.version}, medians of ${ROUNDS} rounds, in ${seconds} s.\n`,
	);
}

/** What it takes to start: npm start and a command, as they are once they were built, beside bare Node.js. */
async function tellStarts(): Promise<void> {
	if (cannotMeasure) {
		process.stdout.write(`\nstart: not measured, ${cannotMeasure}\n`);
		return;
	}
	const data = temporaryFolder(scope);
	const node = process.execPath;
	const desk = async () => {
		const port = freePort();
		const ports = ["--port", `${port}`, "--https-port", "0", "--panel-port", "0"];
		const command = [node, "scripts/start.mjs", ...ports, "--data", data];
		return measureServer(command, `http://127.0.0.1:${port}`, ROOT);
	};
	const bare = async () => {
		const port = freePort();
		const program = `require("http").createServer((_, response) => response.end("{}")).listen(${port}, "127.0.0.1")`;
		return measureServer([node, "-e", program], `http://127.0.0.1:${port}`, ROOT);
	};
	const command = () => measureProgram([node, "scripts/ambient16.mjs", "help"], ROOT);
	const nothing = () => measureProgram([node, "-e", "0"], ROOT);
	const measured: [string, () => Promise<Start>, Start[]][] = [
		["npm start: device + supervisor", desk, []],
		["node:http server", bare, []],
		["npm run ambient16 -- help", command, []],
		["node -e 0", nothing, []],
	];
	// The first builds them, and the device makes its certificate.
	for (let round = -1; round < ROUNDS; round++)
		for (const [, measure, starts] of measured) {
			const one = await measure();
			if (round >= 0) starts.push(one);
		}
	const middle = (starts: Start[], of: (start: Start) => number[]) =>
		(starts[0] ? of(starts[0]) : [])
			.map((_, i) => median(starts.map((one) => of(one)[i] ?? 0)).toFixed(0))
			.join(" + ");
	print("start", [
		["", "until the first answer or the end, ms", "CPU, ms", "memory, MB"],
		...measured.map(([name, , starts]) => [
			name,
			middle(starts, ({ time }) => [time]),
			middle(starts, ({ cpu }) => cpu),
			middle(starts, ({ memory }) => memory) || "-",
		]),
	]);
}

/** Starts a device that has an owner, as `npm start` does with its output going nowhere, and the bare handler. */
async function start(): Promise<{ uuid: string; device: Server; bare: Server }> {
	const data = temporaryFolder(scope);
	const desk = await startDesk(scope, { data });
	const owner = new Owner(desk.http);
	const { status } = await owner.pair(desk.https);
	if (status !== 200) throw new Error(`pairing was answered with ${status}`);
	const { uuid } = owner;
	await desk.stop();

	const [port = 0, httpsPort = 0] = [freePort(), freePort()];
	const ports = ["--port", `${port}`, "--https-port", `${httpsPort}`];
	const deviceProcess = launch([...(await firmware()), ...ports, "--data", data], {});
	const url = `http://127.0.0.1:${port}`;
	await untilOpen(() => request(url));
	const identify = () => owner.identify(url);
	const device = { name: "device", port, identify, child: deviceProcess, nonce: Date.now() };

	const bareProcess = launch(["test/bench/bare.ts"], { AMBIENT16_UUID: uuid });
	const { port: barePort = 0 } = await answerOf<{ port: number }>(bareProcess, "port");
	const bare = {
		name: "node:http",
		port: barePort,
		identify: () => owner.identify(`http://127.0.0.1:${barePort}`),
		child: bareProcess,
		nonce: Date.now(),
	};
	return { uuid, device, bare };
}

function launch(args: string[], env: Record<string, string>): ChildProcess {
	const child = spawn(
		process.execPath,
		["--expose-gc", "--import", "tsx", "--import", "./test/bench/probe.ts", ...args],
		{ cwd: ROOT, env: { ...process.env, ...env }, stdio: ["ignore", "ignore", "inherit", "ipc"] },
	);
	scope.after(
		() =>
			new Promise((resolve) => {
				child.once("close", resolve);
				child.kill("SIGKILL");
			}),
	);
	return child;
}

function answerOf<T extends object>(child: ChildProcess, key: keyof T): Promise<T> {
	return new Promise((resolve, reject) => {
		const fail = (code: number) => reject(new Error(`a server ended with ${code}`));
		child.once("exit", fail);
		const read = (message: unknown) => {
			if (typeof message !== "object" || message === null || !(key in message)) return;
			child.removeListener("message", read);
			child.removeListener("exit", fail);
			resolve(message as T);
		};
		child.on("message", read);
	});
}

/** One round of requests of a kind. */
async function play(
	server: Server,
	uuid: string,
	kind: Kind,
	load: { connections: number; duration: number; count?: number },
): Promise<Round> {
	const { token = "", udid } = await server.identify();
	const order = { setColor: { color: "#0000ff" } };
	const head = `Host: 127.0.0.1:${server.port}\r\n`;
	let next: () => Buffer | undefined;
	if (kind === "GET /") {
		const get = Buffer.from(`GET / HTTP/1.1\r\n${head}\r\n`);
		next = () => get;
	} else if (kind === "setColor, MD5") {
		const post = postOf(head, JSON.stringify({ udid, secret: md5Secret(token, uuid), ...order }));
		next = () => post;
	} else {
		const body = JSON.stringify({ udid, ...order });
		const posts: Buffer[] = [];
		for (let i = 0; i < AHEAD; i++) {
			const authorization = sign({ token, nc: ++server.nonce, uuid, body });
			posts.push(postOf(`${head}Authorization: ${authorization}\r\n`, body));
		}
		let index = 0;
		next = () => posts[index++];
	}
	const before = await cpuOf(server);
	const outcome = await run({ port: server.port, next, ...load });
	return { ...outcome, cpu: (await cpuOf(server)) - before };
}

function postOf(head: string, body: string): Buffer {
	return Buffer.from(
		`POST / HTTP/1.1\r\n${head}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
	);
}

/** Memory after few and after many requests, half of them commands. Warms up the server besides. */
async function measureMemory(server: Server, uuid: string): Promise<string[]> {
	let done = 0;
	const send = async (total: number) => {
		const end = performance.now() + LONGEST;
		for (const kind of ["GET /", "setColor, MD5"] as const) {
			const half = { connections: 8, duration: end - performance.now(), count: (total - done) / 2 };
			await play(server, uuid, kind, kind === "GET /" ? half : { ...half, count: half.count });
		}
		done = total;
	};
	await send(FEW);
	const before = await memoryOf(server);
	await send(MANY);
	const after = await memoryOf(server);
	return [server.name, mb(before.rss), mb(after.rss), mb(before.heapUsed), mb(after.heapUsed), `${done}`];
}

async function memoryOf({ child }: Server): Promise<NodeJS.MemoryUsage> {
	const answer = answerOf<{ memory: NodeJS.MemoryUsage }>(child, "memory");
	child.send("memory");
	return (await answer).memory;
}

async function cpuOf({ child }: Server): Promise<number> {
	const answer = answerOf<{ cpu: NodeJS.CpuUsage }>(child, "cpu");
	child.send("cpu");
	const { user, system } = (await answer).cpu;
	return (user + system) / 1000;
}

function describe(kind: Kind, connections: number, device: Round[], bare: Round[]): string[] {
	const rates = (rounds: Outcome[]) => rounds.map(({ accepted, seconds }) => accepted / seconds);
	const [deviceRates, bareRates] = [rates(device), rates(bare)];
	const ratio = median(deviceRates.map((rate, round) => rate / (bareRates[round] ?? Number.NaN)));
	const both = (share: number) =>
		[device, bare].map((rounds) => quantile(rounds, share).toFixed(2)).join(" / ");
	const answered = ({ accepted, refused }: Round) => accepted + refused;
	const cpu = [device, bare].map((rounds) =>
		median(rounds.map((round) => (1000 * round.cpu) / answered(round))).toFixed(0),
	);
	const refused = [device, bare].map((rounds) => {
		const share = total(rounds, (round) => round.refused) / total(rounds, answered);
		return `${(100 * share).toFixed(1)} %`;
	});
	return [
		kind,
		`${connections}`,
		median(deviceRates).toFixed(0),
		median(bareRates).toFixed(0),
		ratio.toFixed(2),
		cpu.join(" / "),
		both(0.5),
		both(0.99),
		refused.join(" / "),
	];
}

function total(rounds: Round[], count: (round: Round) => number): number {
	return rounds.reduce((sum, round) => sum + count(round), 0);
}

function median(values: number[]): number {
	return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function quantile(rounds: Outcome[], share: number): number {
	const all = rounds.flatMap(({ latencies }) => latencies).sort((a, b) => a - b);
	return all[Math.min(Math.floor(all.length * share), all.length - 1)] ?? Number.NaN;
}

function mb(bytes: number): string {
	return (bytes / 1_048_576).toFixed(1);
}

function print(title: string, [header = [], ...rows]: string[][]): void {
	const line = (cells: string[]) => `| ${cells.join(" | ")} |\n`;
	process.stdout.write(
		`\n${title}\n\n${line(header)}${line(header.map(() => "---"))}${rows.map(line).join("")}`,
	);
}

try {
	await main();
} finally {
	for (const task of tasks) await task();
}
