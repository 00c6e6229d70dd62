import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { after, describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { Bench, type BenchOptions, type Scope } from "./bench";
import { has, missing } from "./engine";
import { type BenchOwner, GET, head, pairedOwner, post } from "./owner";

/** Of a device that nobody is connected to: its port. */
const IDLE = 1;

/** A device with an owner, whose end is looked at for leaks. */
async function start(scope: Scope, options: BenchOptions = {}): Promise<BenchOwner> {
	return pairedOwner(await Bench.start(scope, { watch: "sanitizer", events: true, ...options }));
}

/** A client that hears of nothing. */
function client(port: number): Socket {
	const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
	socket.on("error", () => {});
	return socket;
}

/** The first of these; errors are none. */
function event(socket: Socket, ...names: string[]): Promise<void> {
	return new Promise((resolve) => {
		for (const name of names) socket.once(name, () => resolve());
	});
}

async function clients(port: number, count: number): Promise<Socket[]> {
	const sockets = Array.from({ length: count }, () => client(port));
	await Promise.all(sockets.map((socket) => event(socket, "connect", "close")));
	return sockets;
}

/** All that comes until the other side ends it, or it breaks. */
async function all(socket: Socket): Promise<string> {
	let text = "";
	socket.setEncoding("latin1").on("data", (more: string) => {
		text += more;
	});
	await event(socket, "end", "close");
	return text;
}

/** The owner is answered, nobody is heard of any more, and there was never more than one message. */
async function settled(owner: BenchOwner): Promise<void> {
	const { bench } = owner;
	assert.equal((await owner.send(GET)).status, 200);
	const deadline = Date.now() + 30_000;
	let measure = await bench.measure();
	while (measure.sockets > IDLE && Date.now() < deadline) {
		await pause(50);
		await bench.advance(1_000);
		measure = await bench.measure();
	}
	assert.equal(measure.sockets, IDLE, "sockets are left");
	assert.equal(measure.messages, 1);
	assert.equal((await owner.send(owner.md5({ getData: {} }))).status, 200);
}

const HALF_BODY = post(" ".repeat(900)).slice(0, -300);
const CLOSING = head("GET", "Connection: close\r\n");
/** Where a connection of HTTP may be when its client goes. */
const STATES: Record<string, (socket: Socket) => void> = {
	"before anything is sent": () => {},
	"in the head": (socket) => socket.write(GET.slice(0, 20)),
	"in the body": (socket) => socket.write(HALF_BODY),
	"with the request": (socket) => socket.write(GET),
	"with the last request": (socket) => socket.write(CLOSING),
	"while it is written to": (socket) => socket.pause().write(GET.repeat(300)),
};

describe("sockets that nobody can hang, crash or slow, under AddressSanitizer", {
	skip: await missing(),
}, () => {
	const tasks: (() => unknown)[] = [];
	let current: BenchOwner | undefined;

	/** One for all, and another one after a test that was the end of it. */
	async function device(): Promise<BenchOwner> {
		if (!current || current.bench.isOver) current = await start({ after: (task) => tasks.push(task) });
		return current;
	}

	after(async () => {
		for (const task of tasks) await task();
		if (current) assert.equal(await current.bench.exit, 0, current.bench.problem);
	});

	for (const [state, enter] of Object.entries(STATES))
		for (const [way, leave] of [
			["FIN", (socket: Socket) => socket.end()],
			["RST", (socket: Socket) => socket.resetAndDestroy()],
		] as const)
			test(`${way} ${state}, at once and later, alone and by eight`, async () => {
				const owner = await device();
				const { http = 0 } = await owner.bench.ports();
				for (const count of [1, 8])
					for (const wait of [0, 20]) {
						const sockets = await clients(http, count);
						for (const socket of sockets) enter(socket);
						if (wait) await pause(wait);
						for (const socket of sockets) leave(socket);
						await pause(20);
						assert.equal((await owner.send(GET)).status, 200);
						for (const socket of sockets) socket.destroy();
					}
				await settled(owner);
			});

	test("reset before accept: two at one instant, and a hundred", async () => {
		const owner = await device();
		const { http = 0 } = await owner.bench.ports();
		for (const count of [2, 100]) {
			const sockets = Array.from({ length: count }, () => client(http));
			for (const socket of sockets) socket.on("connect", () => socket.resetAndDestroy());
			await Promise.all(sockets.map((socket) => once(socket, "close")));
		}
		await settled(owner);
	});

	test("a port scan of 500 connections that are dropped at once", async () => {
		const owner = await device();
		const { http = 0, https = 0 } = await owner.bench.ports();
		for (let round = 0; round < 5; round++) {
			const sockets = await clients(round % 2 ? http : https || http, 100);
			for (const [i, socket] of sockets.entries())
				if (i % 2) socket.destroy();
				else socket.resetAndDestroy();
		}
		await settled(owner);
	});

	test("1,000 half-open connections", async () => {
		const owner = await device();
		const { http = 0 } = await owner.bench.ports();
		const sockets: Socket[] = [];
		for (let i = 0; i < 20; i++) {
			const some = await clients(http, 50);
			for (const socket of some) socket.write("GET / HT");
			sockets.push(...some);
			assert.equal((await owner.send(GET)).status, 200);
		}
		for (const socket of sockets) socket.destroy();
		await settled(owner);
	});

	test("what came before it was accepted is read, and answered in the same turn", async () => {
		const owner = await device();
		const port = Number(await owner.bench.act("serve", "0"));
		// The command's answer comes when all that was there is served: no clock is asked.
		const [socket] = await clients(port, 1);
		const answer = once(socket!, "data");
		socket!.write("early");
		assert.equal(String((await answer)[0]), "early");
		socket!.destroy();
	});

	test("a client that has closed its sending side gets its answer, also a late one", async () => {
		const owner = await device();
		const { http = 0 } = await owner.bench.ports();
		for (let i = 0; i < 20; i++) {
			const socket = client(http);
			const answer = all(socket);
			socket.end(owner.md5({ setColor: { color: "blue" } }));
			assert.match(await answer, /^HTTP\/1.1 200 /);
			socket.destroy();
		}
	});

	test("what was written before a close leaves, also to a client that goes on sending", async () => {
		const owner = await device();
		const port = Number(await owner.bench.act("serve", "0 readable close"));
		for (let i = 0; i < 8; i++) {
			const socket = client(port);
			const answer = all(socket);
			const flood = setInterval(() => socket.write("more"), 1);
			socket.write("first");
			assert.match(await answer, /^first/);
			clearInterval(flood);
			socket.destroy();
		}
		await owner.bench.act("unserve");
		await settled(owner);
	});

	for (const place of ["connection", "writable", "readable", "error"])
		for (const deed of ["close", "destroy", "throw", "fill", "other", "reopen", "ignore"])
			test(`${deed} in ${place}`, async () => {
				const owner = await device();
				const serve = async () => Number(await owner.bench.act("serve", `0 ${place} ${deed}`));
				let port = await serve();
				for (let round = 0; round < 4; round++) {
					if (deed === "reopen") port = await serve();
					const sockets = await clients(port, 6);
					for (const socket of sockets) socket.write("hello");
					await pause(10);
					for (const [i, socket] of sockets.entries())
						if (i % 3 === 0) socket.resetAndDestroy();
						else if (i % 3 === 1) socket.end();
						else socket.destroy();
					await pause(10);
					for (const socket of sockets) socket.destroy();
				}
				const heard = (await owner.bench.act("heard")) as Record<string, number>;
				if (place !== "error") assert.ok((heard[place] ?? 0) > 0, JSON.stringify(heard));
				await owner.bench.act("unserve");
				await settled(owner);
			});

	test("a listener is closed and opened at the same port while connections come", async () => {
		const owner = await device();
		const port = Number(await owner.bench.act("serve", "0"));
		let going = true;
		const come = (async () => {
			while (going) for (const socket of await clients(port, 4)) socket.destroy();
		})();
		try {
			for (let i = 0; i < 50; i++) assert.equal(await owner.bench.act("serve", String(port)), port);
		} finally {
			going = false;
			await come;
		}
		const [socket] = await clients(port, 1);
		socket!.write("still");
		assert.equal(String((await once(socket!, "data"))[0]), "still");
		socket!.destroy();
		await owner.bench.act("unserve");
		await settled(owner);
	});

	test("no free descriptor", {
		skip: has("prlimit") ? false : "needs prlimit (Debian: util-linux)",
	}, async (t) => {
		// As many as `poll` is given, which wants that. Eight are taken: three of every process, a pipe, the waker, two ports.
		const owner = await start(t, { wrapper: ["prlimit", "--nofile=22", "--"] });
		const port = Number(await owner.bench.act("serve", "0"));
		const sockets = await clients(port, 18);
		await pause(300);
		await owner.bench.act("dial", String(port));
		for (const socket of sockets) socket.destroy();
		await owner.bench.act("unserve");
		await settled(owner);
	});

	test("more connections than sockets wait, and come when others go", async () => {
		const owner = await device();
		const port = Number(await owner.bench.act("serve", "0"));
		const sockets = await clients(port, 24);
		for (const socket of sockets) socket.write("hello");
		await pause(100);
		assert.ok((await owner.bench.measure()).sockets <= 21);
		const late = sockets.at(-1)!;
		const answer = once(late, "data", { signal: AbortSignal.timeout(60_000) });
		for (const socket of sockets.slice(0, 10)) socket.destroy();
		const [hello] = await answer.catch(async (error) => {
			const { sockets: open } = await owner.bench.measure();
			const heard = JSON.stringify(await owner.bench.act("heard"));
			const states = sockets.map(({ readyState, bytesRead }) => `${readyState} ${bytesRead}`);
			throw new Error(`${error}: ${open} sockets, ${heard}, ${states}`);
		});
		assert.equal(String(hello), "hello");
		for (const socket of sockets) socket.destroy();
		await owner.bench.act("unserve");
		await settled(owner);
	});

	test("connections of the device's own: refused, ended, reset, and closed in every callback", async () => {
		const owner = await device();
		const server = createServer((socket) => {
			socket.on("error", () => {});
			socket.write("hello");
			setTimeout(() => (Math.random() < 0.5 ? socket.resetAndDestroy() : socket.end()), 5);
		}).listen(0, "127.0.0.1");
		await once(server, "listening");
		const { port } = server.address() as AddressInfo;
		for (const place of ["writable", "readable", "error"])
			for (const deed of ["close", "destroy", "throw", "fill", "nothing"]) {
				for (let i = 0; i < 4; i++) await owner.bench.act("dial", `${port} ${place} ${deed}`);
				await pause(20);
			}
		server.close();
		await owner.bench.act("dial", "1 error destroy");
		await settled(owner);
		const heard = (await owner.bench.act("heard")) as Record<string, number>;
		for (const place of ["writable", "readable", "error"]) assert.ok(heard[place], place);
	});

	test("a flood of 100,000 datagrams", async (t) => {
		const owner = await device();
		const socket = createSocket("udp4");
		t.after(() => socket.close());
		const other = createSocket("udp4").bind(0, "127.0.0.1");
		await once(other, "listening");
		const { port } = other.address();
		await new Promise<void>((resolve) => other.close(resolve));
		await owner.bench.act("udp", String(port));
		const packet = Buffer.alloc(600, 1);
		for (let round = 0; round < 100; round++) {
			for (let i = 0; i < 999; i++) socket.send(packet, port, "127.0.0.1");
			await new Promise((resolve) => socket.send(packet, port, "127.0.0.1", resolve));
			if (round % 20 === 0) assert.equal((await owner.send(GET)).status, 200);
		}
		const heard = (await owner.bench.act("heard")) as Record<string, number>;
		assert.ok((heard.datagram ?? 0) > 100);
		const answer = once(socket, "message");
		socket.send("hello", port, "127.0.0.1");
		assert.equal(String((await answer)[0]), "hello");
		await owner.bench.act("unserve");
		await settled(owner);
	});
});

describe("the same under valgrind, in short", {
	skip: (await missing()) ?? (has("valgrind") ? false : "needs valgrind (Debian: valgrind)"),
}, () => {
	test("clients that come and go, and connections of its own: no memory is used that is not in use, or was not written", async (t) => {
		const owner = await start(t, { watch: "valgrind" });
		const { http = 0 } = await owner.bench.ports();
		for (const enter of Object.values(STATES)) {
			const sockets = await clients(http, 6);
			for (const socket of sockets) enter(socket);
			await pause(100);
			for (const [i, socket] of sockets.entries()) i % 2 ? socket.resetAndDestroy() : socket.end();
			await pause(100);
			for (const socket of sockets) socket.destroy();
		}
		for (const deed of ["close", "throw", "fill", "reopen"]) {
			const port = Number(await owner.bench.act("serve", `0 readable ${deed}`));
			const sockets = await clients(port, 6);
			for (const socket of sockets) socket.write("hello");
			await owner.bench.act("dial", `${port} writable ${deed}`);
			for (const socket of sockets) socket.destroy();
		}
		await owner.bench.act("unserve");
		await settled(owner);
		assert.equal(await owner.bench.close(), 0, owner.bench.problem);
	});
});
