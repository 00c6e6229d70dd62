import assert from "node:assert/strict";
import { createServer, type RequestListener } from "node:http";
import { test } from "node:test";
import { download } from "../../../modules/update/download";
import { FakeTime } from "../../fakes/host";
import { until } from "../../hosts/desktop/loopback";
import { desktopNetwork, type Served, serve } from "../../support/servers";

interface Test {
	after(callback: () => Promise<void> | void): void;
}

interface Got {
	body: string;
	/** Undefined: it came whole. */
	error: string | undefined;
}

/** Begins a download, and tells what it comes to. */
function fetch(
	t: Test,
	{ port }: Pick<Served, "port">,
	{
		time = undefined as FakeTime | undefined,
		host = "127.0.0.1",
		onData = (_body: string): string | undefined => undefined,
	} = {},
) {
	const { network } = desktopNetwork(t, time ? { time } : {});
	const got: Got = { body: "", error: undefined };
	let stop = () => {};
	const ended = new Promise<Got>((resolve) => {
		stop = download({
			network,
			url: `http://${host}:${port}/image`,
			trust: {},
			onData(bytes) {
				got.body += Buffer.from(bytes).toString();
				return onData(got.body);
			},
			onEnd: (error) => resolve({ ...got, error }),
		});
	});
	return { ended, got, stop };
}

const serveHttp = (t: Test, listener: RequestListener) => serve(t, createServer(listener));

test("a body arrives whole", async (t) => {
	const served = await serveHttp(
		t,
		(request, response) => void response.end(`${request.method} ${request.url}`),
	);
	assert.deepEqual(await fetch(t, served).ended, { body: "GET /image", error: undefined });
	await until(() => served.open.size === 0);
});

test("redirects and errors are told and not followed", async (t) => {
	for (const status of [301, 302, 404, 500]) {
		const served = await serveHttp(
			t,
			(_request, response) => void response.writeHead(status, { Location: "/other" }).end("no image"),
		);
		const { body, error } = await fetch(t, served).ended;
		assert.equal(body, "");
		assert.match(error ?? "", new RegExp(String(status)));
		assert.equal(served.connections, 1);
	}
});

test("a body that breaks off is an error", async (t) => {
	const served = await serveHttp(t, (_request, response) => {
		response.writeHead(200, { "Content-Length": 100 });
		response.write("half", () => response.destroy());
	});
	assert.ok((await fetch(t, served).ended).error !== undefined);
});

test("a server that says nothing, or stalls in the body, is given up after 30 s", async (t) => {
	for (const half of ["", "half"]) {
		const time = new FakeTime();
		let asked = false;
		const served = await serveHttp(t, (_request, response) => {
			asked = true;
			if (half) response.writeHead(200).write(half);
		});
		const { ended, got } = fetch(t, served, { time });
		await until(() => asked && got.body === half);
		time.advance(30_000);
		assert.deepEqual(await ended, { body: half, error: "no answer in time" });
		await until(() => served.open.size === 0);
	}
});

test("an address that is not of the home is not connected to without TLS", async (t) => {
	const { ended } = fetch(t, { port: 80 }, { host: "8.8.8.8" });
	assert.equal((await ended).error, "outside the home it must be https");
});

test("what the taker of the bytes says ends it", async (t) => {
	const served = await serveHttp(t, (_request, response) => void response.end("x".repeat(100_000)));
	assert.equal((await fetch(t, served, { onData: () => "enough" }).ended).error, "enough");
	await until(() => served.open.size === 0);
});

test("after it was ended from here nothing follows", async (t) => {
	const served = await serveHttp(t, (_request, response) => {
		const timer = setInterval(() => response.write("more "), 5);
		response.on("close", () => clearInterval(timer));
	});
	const { ended, got, stop } = fetch(t, served);
	ended.then(() => assert.fail("it was told"));
	await until(() => got.body.length > 20);
	stop();
	const { length } = got.body;
	await until(() => served.open.size === 0);
	assert.equal(got.body.length, length);
});
