import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { describe, test } from "node:test";
import { Authenticator, type Proof } from "../../../modules/auth/authenticator";
import { AuthError } from "../../../modules/auth/error";
import { Token } from "../../../modules/auth/token";
import type { Request } from "../../../modules/http/message";
import type { Head } from "../../../modules/http/parser";
import { Vault } from "../../../modules/identity/vault";
import { FakeHost } from "../../fakes/host";

const UUID = "01234567-89ab-4def-8123-456789abcdef";

const rules = (md5: boolean) => ({ auth: { md5 }, keys: { generation: 1, revoked: [] } });

function owner(uuid = UUID) {
	const host = new FakeHost();
	const vault = new Vault(host);
	vault.store(uuid);
	const token = new Token(host, () => {});
	const authenticator = new Authenticator(host, vault, token);
	const md5 = (text: string) => createHash("md5").update(text).digest("hex");
	const secret = () => md5(token.value + UUID);
	/** How a request was proved. */
	const taken = (request: Request, given?: unknown, md5 = true): Proof["method"] =>
		authenticator.check(request, { secret: given }, rules(md5)).method;
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
	const refusal = (request: Request, given?: unknown, md5 = true): AuthError => {
		try {
			authenticator.check(request, { secret: given }, rules(md5));
		} catch (error) {
			assert.ok(error instanceof AuthError, String(error));
			return error;
		}
		assert.fail("it was taken");
	};
	return { host, token, authenticator, md5, secret, request, signed, refusal, taken };
}

describe("MD5 secret", () => {
	test("the right one is taken, as often as it comes", () => {
		const { taken, request, secret } = owner();
		for (let i = 0; i < 30; i++) assert.equal(taken(request(), secret()), "md5");
	});

	test("it may be in upper case", () => {
		const { taken, request, secret } = owner();
		assert.equal(taken(request(), secret().toUpperCase()), "md5");
	});

	test("the UUID may be in lower or upper case, or as it was given (device-management-toolkit#775)", () => {
		const mixed = "0123456789ABCDEF".slice(0, 8) + UUID.slice(8, 24) + UUID.slice(24).toUpperCase();
		for (const stored of [UUID, UUID.toUpperCase(), mixed]) {
			const { taken, request, md5, token, signed } = owner(stored);
			let nc = 1;
			for (const spelling of [stored, UUID, UUID.toUpperCase()]) {
				assert.equal(taken(request(), md5(token.value + spelling)), "md5");
				assert.equal(taken(signed(nc++, {}, spelling)), "hmac-sha256");
			}
		}
	});

	test("the one of the token before is worth nothing", () => {
		const { host, secret, request, refusal, taken } = owner();
		const old = secret();
		taken(request(), old);
		host.advance(3_600_000);
		assert.equal(refusal(request(), old).code, "wrong-secret");
		assert.equal(taken(request(), secret()), "md5");
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
		for (const given of [...wrong, ...odd])
			assert.equal(refusal(request({ remoteAddress: `client ${client++}` }), given).code, "wrong-secret");
	});

	test("it is refused where only signed requests are taken", () => {
		const { secret, request, refusal } = owner();
		for (const given of [secret(), "wrong", undefined])
			assert.equal(refusal(request(), given, false).code, "md5-off");
	});

	test("what it was made with comes with it", () => {
		const { secret, request, token, authenticator } = owner();
		const proof = authenticator.check(request(), { secret: secret() }, rules(true));
		assert.equal(proof.token, token.value);
		assert.equal(proof.secret.hmac("a"), createHmac("sha256", UUID).update("a").digest("hex"));
	});
});

describe("a wrong MD5 secret", () => {
	test("is told what is odd about its form (Readrops#348: 31 digits)", () => {
		const { secret, request, refusal } = owner();
		const right = secret();
		let client = 0;
		for (const [given, words] of [
			[right.slice(1), /31 digits and not 32: leading zeros/],
			[right.slice(8), /24 digits/],
			[`${right}\n`, /white space/],
			[` ${right}`, /white space/],
			[`${right}  -\n`, /md5sum/],
			[`${right}  -`, /md5sum/],
			[`${right} *-`, /32 hex digits/],
			[`MD5(stdin)= ${right}`, /a tool's whole line/],
			[Buffer.from(right, "hex").toString("base64"), /base64/],
			[`0x${right}`, /0x/],
			[right + right, /64 digits/],
			[right.replace(/^./, "g"), /32 hex digits/],
			[UUID, /UUID, which is never sent/],
			["", /empty/],
			["  ", /empty/],
			[undefined, /no secret/],
			[null, /a text/],
			[[right], /a text/],
		] as [unknown, RegExp][]) {
			const { code, message } = refusal(request({ remoteAddress: `client ${client++}` }), given);
			assert.equal(code, "wrong-secret");
			assert.match(message, words);
			assert.ok(!message.includes(right.slice(8)) && !message.includes(UUID), message);
		}
	});

	test("is told which slip was made with token and UUID", () => {
		const { md5, request, refusal, token } = owner();
		const { value } = token;
		let client = 0;
		for (const [text, words] of [
			[UUID + value, /token comes first/],
			[value.toUpperCase() + UUID, /lower case/],
			[`${value}${UUID}\n`, /line feed/],
			[`${value}\n${UUID}`, /line feed/],
			[`"${value}"${UUID}`, /quotes/],
			[UUID.toUpperCase() + value, /token comes first/],
		] as [string, RegExp][]) {
			const { code, message } = refusal(request({ remoteAddress: `client ${client++}` }), md5(text));
			assert.equal(code, "wrong-secret");
			assert.match(message, words, text);
		}
	});

	test("is told nothing about the UUID: one that is nearly right is as wrong as any", () => {
		const { md5, request, refusal, token, secret } = owner();
		const nearly = `${UUID.slice(0, -1)}0`;
		let client = 0;
		for (const given of [
			md5(token.value + nearly),
			md5(nearly + token.value),
			md5(`${token.value}${nearly}\n`),
			md5(token.value),
			md5(UUID),
			`${secret().slice(0, -1)}${secret().endsWith("0") ? "1" : "0"}`,
			"0".repeat(32),
		])
			assert.equal(
				refusal(request({ remoteAddress: `client ${client++}` }), given).message,
				"the secret is wrong",
			);
	});
});

describe("attempts", () => {
	const wrong = (i: number) => i.toString(16).padStart(32, "0");

	test("after ten wrong secrets a wrong one has to wait, and is told how long", () => {
		const { request, refusal, host } = owner();
		for (let i = 0; i < 10; i++) assert.equal(refusal(request(), wrong(i)).code, "wrong-secret");
		for (const given of [wrong(10), wrong(0), "odd", undefined]) {
			const error = refusal(request(), given);
			assert.deepEqual([error.code, error.value], ["too-many-attempts", 60]);
		}
		host.advance(60_000);
		assert.equal(refusal(request(), wrong(10)).code, "wrong-secret");
	});

	test("a right proof is never refused: programs of an owner may share an address (core#16405, core#70087)", () => {
		const { secret, request, refusal, taken, signed } = owner();
		for (let i = 0; i < 50; i++) refusal(request(), wrong(i));
		assert.equal(refusal(request(), wrong(50)).code, "too-many-attempts");
		assert.equal(taken(request(), secret()), "md5");
		assert.equal(taken(signed(1)), "hmac-sha256");
		assert.equal(refusal(request(), wrong(51)).code, "too-many-attempts");
	});

	test("the same wrong secret again is no new guess", () => {
		const { request, refusal } = owner();
		for (let i = 0; i < 100; i++) assert.equal(refusal(request(), wrong(i % 2)).code, "wrong-secret");
		for (let i = 2; i < 10; i++) refusal(request(), wrong(i));
		assert.equal(refusal(request(), wrong(0)).code, "too-many-attempts");
	});

	test("the owner at another address is served meanwhile", () => {
		const { secret, request, refusal, taken } = owner();
		for (let i = 0; i < 50; i++) refusal(request(), wrong(i));
		assert.equal(taken(request({ remoteAddress: "192.0.2.2" }), secret()), "md5");
		assert.equal(refusal(request({ remoteAddress: "192.0.2.2" }), wrong(0)).code, "wrong-secret");
	});

	test("wrong signatures count as wrong secrets do", () => {
		const { signed, refusal } = owner();
		for (let i = 1; i <= 10; i++) assert.equal(refusal(signed(i, {}, "wrong key")).code, "wrong-secret");
		assert.equal(refusal(signed(11, {}, "wrong key")).code, "too-many-attempts");
	});

	test("what an address beyond the limit sends costs the digest of its body and one per spelling, no more", () => {
		const { signed, refusal, request, host } = owner();
		for (let i = 1; i <= 10; i++) refusal(request(), wrong(i));
		let digests = 0;
		const { digest, hmac } = host;
		const counted =
			<A extends unknown[], R>(task: (...args: A) => R) =>
			(...args: A) => {
				digests++;
				return task(...args);
			};
		host.digest = counted(digest);
		host.hmac = counted(hmac);
		const cost = (task: () => unknown) => {
			digests = 0;
			task();
			return digests;
		};
		assert.equal(
			cost(() => refusal(signed(11, {}, "wrong key"))),
			3,
		);
		assert.equal(
			cost(() => refusal(request(), wrong(0))),
			2,
		);
		assert.equal(
			cost(() => refusal(request(), "odd")),
			0,
		);
		assert.equal(
			cost(() => refusal(request({}, { authorization: "Ambient16" }))),
			0,
		);
	});
});

describe("signature", () => {
	test("the right one is taken, with or without the MD5 secret allowed", () => {
		const { taken, signed } = owner();
		assert.equal(taken(signed(1)), "hmac-sha256");
		assert.equal(taken(signed(2), undefined, false), "hmac-sha256");
	});

	test("the same request a second time is refused", () => {
		const { taken, signed, refusal } = owner();
		const request = signed(7);
		taken(request);
		assert.equal(refusal(request).code, "replayed");
	});

	test("nc has to rise, by any step, up to 15 digits", () => {
		const { taken, signed, refusal } = owner();
		taken(signed(5));
		assert.equal(refusal(signed(4)).code, "replayed");
		taken(signed("999999999999999"));
		assert.equal(refusal(signed("1000000000000000")).code, "replayed");
		assert.equal(refusal(signed("99999999999999999999")).code, "replayed");
	});

	test("a refused replay takes none of the owner's attempts", () => {
		const { taken, signed, refusal } = owner();
		taken(signed(5));
		for (let i = 0; i < 20; i++) refusal(signed(5));
		taken(signed(6));
	});

	test("a wrong signature does not use up its nc", () => {
		const { taken, signed, refusal } = owner();
		refusal(signed(900, {}, "wrong key"));
		taken(signed(1));
	});

	test("nc starts again with a new token", () => {
		const { taken, signed, host } = owner();
		taken(signed(1000));
		host.advance(3_600_000);
		taken(signed(1));
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
		assert.equal(refusal(request({}, { authorization: "Basic dXNlcjpwYXNz" })).code, "wrong-secret");
	});
});
