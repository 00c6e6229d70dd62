import assert from "node:assert/strict";
import { test } from "node:test";
import { mac, md5Secret } from "./owner";

const UUID = "01234567-89ab-4def-8123-456789abcdef";

test("the MD5 secret is that of docs/protocol.md", () => {
	assert.equal(md5Secret("uulroqkt", UUID), "eb2db0f0c8924e73d334fed37d41ca37");
});

test("the signature is that of docs/protocol.md", () => {
	const body = '{"udid":"10000fb38278","getData":{}}';
	assert.equal(
		mac({ token: "uulroqkt", nc: 7, uuid: UUID, body }),
		"874d1a7289205a530e62a3b9f80418cee89c35c248be411abbdca3b420e10587",
	);
});
