import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { corsHeaders, isHomeOrigin } from "../../../modules/api/origin";

describe("which pages may read answers", () => {
	test("those of the home, by address or name", () => {
		for (const origin of [
			"http://localhost",
			"http://localhost:5173",
			"https://127.0.0.1:8443",
			"http://[::1]:3000",
			"http://10.0.0.7",
			"http://192.168.178.20:8123",
			"http://[fd00::1]",
			"https://homeassistant.local:8123",
			"http://nas.lan",
			"http://hub.home.arpa",
			"http://homeassistant:8123",
			"http://homeassistant.fritz.box:8123",
		])
			assert.equal(
				corsHeaders(origin, false),
				`Access-Control-Allow-Origin: ${origin}\r\nAccess-Control-Expose-Headers: Retry-After\r\n`,
			);
	});

	test("none from elsewhere, whatever it looks like", () => {
		for (const origin of [
			"",
			"null",
			"*",
			"https://example.com",
			"http://192.0.2.1",
			"http://localhost.example.com",
			"http://example.com:80/localhost",
			"http://0x7f000001",
			"http://192.168.1.2.example.com",
			"http://192.168.1.2/",
			"http://192.168.1.2 http://10.0.0.1",
			"http://user@192.168.1.2",
			"file://",
			"ftp://192.168.1.2",
			"http://192.168.1.2:0",
		])
			assert.deepEqual([isHomeOrigin(origin), corsHeaders(origin, false)], [false, ""], origin);
	});

	test("cannot smuggle a header into the answer", () => {
		for (const origin of [
			"http://localhost\r\nSet-Cookie: a",
			"http://localhost\n",
			"http://local\u2028host",
		])
			assert.equal(corsHeaders(origin, false), "");
	});

	test("a preflight also tells what may be sent", () => {
		assert.equal(
			corsHeaders("http://localhost", true),
			"Access-Control-Allow-Origin: http://localhost\r\nAccess-Control-Allow-Methods: GET, POST\r\n" +
				"Access-Control-Allow-Headers: authorization, content-type\r\nAccess-Control-Max-Age: 86400\r\n",
		);
	});
});
