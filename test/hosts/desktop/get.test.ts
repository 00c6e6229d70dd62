import assert from "node:assert/strict";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { get } from "../../../hosts/desktop/get";

interface Got {
	status: number | undefined;
	length: number | undefined;
	body: string;
	error: string | undefined;
}

/** What a GET comes to. `stop`: end it from here as soon as that returns true. */
async function fetched(
	t: { after(task: () => void): void },
	listener: RequestListener,
	{ allowed = true, timeout = 5_000, stop = (_body: string): boolean => false } = {},
): Promise<Got | "stopped"> {
	const server = createServer(listener);
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	t.after(() => {
		server.close();
		server.closeAllConnections();
	});
	const { port } = server.address() as AddressInfo;
	const got: Got = { status: undefined, length: undefined, body: "", error: undefined };
	return new Promise((resolve, reject) => {
		const end = get(
			{
				endpoint: { secure: false, host: "127.0.0.1", port, path: "/image" },
				target: "/image?x",
				trust: {},
				allowAddress: () => allowed,
				timeout,
				onStatus: (status, length) => Object.assign(got, { status, length }),
				onData(bytes) {
					got.body += Buffer.from(bytes).toString();
					if (!stop(got.body)) return;
					end();
					// Nothing may follow.
					server.close(() => resolve("stopped"));
					server.closeAllConnections();
				},
				onEnd: (error) => resolve({ ...got, error }),
			},
			reject,
		);
	});
}

test("a body arrives whole, with its status and length", async (t) => {
	const got = await fetched(t, (request, response) => {
		response.setHeader("Content-Length", 9);
		response.end(`of ${request.url?.slice(1)}`.slice(0, 9));
	});
	assert.deepEqual(got, { status: 200, length: 9, body: "of image?", error: undefined });
});

test("redirects and errors are told and not followed", async (t) => {
	for (const status of [301, 302, 404, 500]) {
		const got = await fetched(t, (_request, response) =>
			response.writeHead(status, { Location: "/other" }).end(),
		);
		assert.equal(got !== "stopped" && got.status, status);
	}
});

test("a body that breaks off is an error", async (t) => {
	const got = await fetched(t, (_request, response) => {
		response.writeHead(200, { "Content-Length": 100 });
		response.write("half", () => response.destroy());
	});
	assert.ok(got !== "stopped" && got.error !== undefined, JSON.stringify(got));
});

test("a server that says nothing is given up", async (t) => {
	const got = await fetched(t, () => {}, { timeout: 100 });
	assert.ok(got !== "stopped" && got.error === "no answer in time", JSON.stringify(got));
});

test("a server that stalls in the body is given up", async (t) => {
	const got = await fetched(t, (_request, response) => void response.writeHead(200).write("half"), {
		timeout: 100,
	});
	assert.ok(got !== "stopped" && got.body === "half", JSON.stringify(got));
	assert.equal(got.error, "no answer in time");
});

test("an address that is not allowed is not connected to", async (t) => {
	const got = await fetched(t, () => assert.fail("it was asked"), { allowed: false });
	assert.match(got !== "stopped" ? (got.error ?? "") : "", /outside the home/);
});

test("after it was ended from here nothing follows", async (t) => {
	const got = await fetched(
		t,
		(_request, response) => {
			const timer = setInterval(() => response.write("more "), 5);
			response.on("close", () => clearInterval(timer));
		},
		{ stop: (body) => body.length > 20 },
	);
	assert.equal(got, "stopped");
});
