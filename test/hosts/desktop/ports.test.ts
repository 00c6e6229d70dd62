import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { describe, test } from "node:test";
import { findPort } from "../../../hosts/desktop/ports";

describe("findPort", () => {
	test("finds a free port that no outgoing connection is ever lent", async () => {
		const port = await findPort(0, "--port", 0);
		assert.ok(port >= 20_000 && port < 32_768);
		const server = createServer().listen(port);
		await once(server, "listening");
		server.close();
	});

	test("leaves a wanted port closed again", async () => {
		const port = await findPort(0, "--port", 0);
		assert.equal(await findPort(port, "--port", 0), port);
		assert.equal(await findPort(port, "--port", 0), port);
	});

	test("a port in use is told in a line that says what to do", async (t) => {
		const server = createServer().listen(0);
		t.after(() => server.close());
		await once(server, "listening");
		const { port } = server.address() as { port: number };
		await assert.rejects(findPort(port, "--https-port", 0), {
			message: `Port ${port} is in use: choose another with --https-port, or 0 for any free one`,
		});
	});
});
