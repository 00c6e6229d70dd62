import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { describe, test } from "node:test";
import { ApiError } from "../../../modules/api/error";
import { Authenticator } from "../../../modules/auth/authenticator";
import { Token } from "../../../modules/auth/token";
import type { Request } from "../../../modules/http/message";
import type { Head } from "../../../modules/http/parser";
import { Vault } from "../../../modules/identity/vault";
import { FakeHost } from "../../fakes/host";

const UUID = "01234567-89ab-4def-8123-456789abcdef";

function owner() {
	const host = new FakeHost();
	const vault = new Vault(host);
	vault.store(UUID);
	const token = new Token(host, () => {});
	const authenticator = new Authenticator(host, vault, token);
	const secret = () =>
		createHash("md5")
			.update(token.value + UUID)
			.digest("hex");
	const request = (change: Partial<Request> = {}, head: Partial<Head> = {}): Request => ({
		head: { method: "POST", path: "/", ...head } as Head,
		body: new TextEncoder().encode("{}"),
		secure: false,
		remoteAddress: "192.0.2.1",
		...change,
	});
	const signed = (
		nc: number | string,
		change: Partial<Request & Head> = {},
		key = UUID,
		signedToken = token.value,
	) => {
		const digest = createHash("sha256").update("{}").digest("hex");
		const mac = createHmac("sha256", key).update(`${signedToken}\n${nc}\nPOST\n/\n${digest}`).digest("hex");
		const authorization = `Ambient16 token="${signedToken}", nc="${nc}", mac="${mac}"`;
		return request(change, { authorization, ...change });
	};
	const refusal = (request: Request, given?: unknown, md5 = true): ApiError => {
		try {
			authenticator.check(request, given, md5);
		} catch (error) {
			assert.ok(error instanceof ApiError, String(error));
			return error;
		}
		assert.fail("it was taken");
	};
	return { host, token, authenticator, secret, request, signed, refusal };
}

describe("MD5 secret", () => {
	test("the right one is taken, as often as it comes", () => {
		const { authenticator, request, secret } = owner();
		for (let i = 0; i < 30; i++) assert.equal(authenticator.check(request(), secret(), true), "md5");
	});

	test("it may be in upper case", () => {
		const { authenticator, request, secret } = owner();
		assert.equal(authenticator.check(request(), secret().toUpperCase(), true), "md5");
	});

	test("the one of the token before is worth nothing", () => {
		const { host, secret, request, refusal, authenticator } = owner();
		const old = secret();
		authenticator.check(request(), old, true);
		host.advance(3_600_000);
		assert.equal(refusal(request(), old).status, 401);
		assert.equal(authenticator.check(request(), secret(), true), "md5");
	});

	test("empty, prefix, over-long, non-string, array and null are refused (ESPHome CVE-2025-57808, Tasmota #11039)", () => {
		const { secret, request, refusal } = owner();
		const right = secret();
		const wrong = ["", right.slice(0, 31), right.slice(0, 1), `${right}0`, right + right, "0".repeat(4000)];
		const odd: unknown[] = [
			undefined,
			null,
			0,
			42,
			true,
			[],
			[right],
			{},
			{ toString: () => right, length: 32 },
		];
		let client = 0;
		for (const given of [...wrong, ...odd]) {
			const error = refusal(request({ remoteAddress: `client ${client++}` }), given);
			assert.equal(error.status, 401);
			assert.match(error.headers, /^WWW-Authenticate: Ambient16\r\n$/);
		}
	});

	test("it is refused where only signed requests are taken", () => {
		const { secret, request, refusal } = owner();
		assert.deepEqual(
			[refusal(request(), secret(), false).status, refusal(request(), secret(), false).code],
			[403, "md5-off"],
		);
	});
});

describe("attempts", () => {
	test("after ten wrong secrets the address waits, even with the right one, and is told how long", () => {
		const { secret, request, refusal, host, authenticator } = owner();
		for (let i = 0; i < 10; i++) assert.equal(refusal(request(), "wrong").status, 401);
		const error = refusal(request(), secret());
		assert.equal(error.status, 429);
		assert.equal(error.headers, "Retry-After: 60\r\n");
		host.advance(60_000);
		assert.equal(authenticator.check(request(), secret(), true), "md5");
	});

	test("the owner at another address is served meanwhile", () => {
		const { secret, request, refusal, authenticator } = owner();
		for (let i = 0; i < 50; i++) refusal(request(), "wrong");
		assert.equal(authenticator.check(request({ remoteAddress: "192.0.2.2" }), secret(), true), "md5");
	});

	test("wrong signatures count as wrong secrets do", () => {
		const { signed, refusal } = owner();
		for (let i = 1; i <= 10; i++) assert.equal(refusal(signed(i, {}, "wrong key")).status, 401);
		assert.equal(refusal(signed(11)).status, 429);
	});
});

describe("signature", () => {
	test("the right one is taken, with or without the MD5 secret allowed", () => {
		const { authenticator, signed } = owner();
		assert.equal(authenticator.check(signed(1), undefined, true), "hmac-sha256");
		assert.equal(authenticator.check(signed(2), undefined, false), "hmac-sha256");
	});

	test("the same request a second time is refused", () => {
		const { authenticator, signed, refusal } = owner();
		const request = signed(7);
		authenticator.check(request, undefined, true);
		assert.equal(refusal(request).code, "replayed");
	});

	test("nc has to rise, by any step, up to 15 digits", () => {
		const { authenticator, signed, refusal } = owner();
		authenticator.check(signed(5), undefined, true);
		assert.equal(refusal(signed(4)).code, "replayed");
		authenticator.check(signed("999999999999999"), undefined, true);
		assert.equal(refusal(signed("1000000000000000")).code, "replayed");
		assert.equal(refusal(signed("99999999999999999999")).code, "replayed");
	});

	test("a refused replay takes none of the owner's attempts", () => {
		const { authenticator, signed, refusal } = owner();
		authenticator.check(signed(5), undefined, true);
		for (let i = 0; i < 20; i++) refusal(signed(5));
		authenticator.check(signed(6), undefined, true);
	});

	test("a wrong signature does not use up its nc", () => {
		const { authenticator, signed, refusal } = owner();
		refusal(signed(900, {}, "wrong key"));
		authenticator.check(signed(1), undefined, true);
	});

	test("nc starts again with a new token", () => {
		const { authenticator, signed, host } = owner();
		authenticator.check(signed(1000), undefined, true);
		host.advance(3_600_000);
		authenticator.check(signed(1), undefined, true);
	});

	test("one under the token before is refused", () => {
		const { host, signed, refusal } = owner();
		const request = signed(1);
		host.advance(3_600_000);
		assert.equal(refusal(request).code, "wrong-token");
	});

	test("another body, method or path is refused", () => {
		const { signed, refusal } = owner();
		const body = new TextEncoder().encode("{ }");
		for (const change of [{ body }, { method: "GET" }, { path: "/other" }])
			assert.equal(refusal(signed(1, change)).code, "wrong-secret");
	});

	test("a secret beside it is refused as ambiguous", () => {
		const { signed, secret, refusal } = owner();
		assert.equal(refusal(signed(1), secret()).code, "two-proofs");
	});

	test("a malformed one counts as wrong", () => {
		const { request, refusal } = owner();
		assert.equal(refusal(request({}, { authorization: "Basic dXNlcjpwYXNz" })).status, 401);
	});
});
