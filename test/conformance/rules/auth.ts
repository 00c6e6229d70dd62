import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mac, md5Secret, sign } from "../../support/owner";
import { assertError, assertOk, type Group, Skip } from "../rule";
import type { Trial } from "../trial";
import type { WireResponse } from "../wire";

/** Who is taken for the owner, and who is not. */
export const auth: Group = {
	name: "auth",
	need: "owner",
	rules: [
		{
			name: "the MD5 of token and UUID is taken, in upper case as well",
			async run(t) {
				await needMd5(t);
				assertOk(await t.commandMd5({ getData: {} }));
				const { token = "" } = await t.identify();
				const secret = md5Secret(token, t.uuid).toUpperCase();
				assertOk(await t.post({ udid: t.udid, secret, getData: {} }));
			},
		},
		{
			name: "an MD5 secret may be sent more than once under its token",
			async run(t) {
				await needMd5(t);
				const { token = "" } = await t.identify();
				const body = { udid: t.udid, secret: md5Secret(token, t.uuid), getData: {} };
				assertOk(await t.post(body));
				assertOk(await t.post(body));
			},
		},
		{
			name: "a UUID is the same one in upper and in lower case",
			async run(t) {
				const md5 = (await t.identify()).auth?.includes("md5");
				for (const uuid of [t.uuid.toLowerCase(), t.uuid.toUpperCase()]) {
					const { token = "" } = await t.identify();
					if (md5) assertOk(await t.post({ udid: t.udid, secret: md5Secret(token, uuid), getData: {} }));
					await signed(t, async (token, nonce) => {
						const body = JSON.stringify({ udid: t.udid, getData: {} });
						assertOk(
							await t.post(body, { headers: { Authorization: sign({ token, nc: nonce(), uuid, body }) } }),
						);
					});
				}
			},
		},
		{
			name: "a wrong secret is refused",
			async run(t) {
				await needMd5(t);
				const { token = "" } = await t.identify();
				const right = md5Secret(token, t.uuid);
				const wrong = [
					md5Secret(token, randomUUID()),
					md5Secret(t.uuid, token),
					md5Secret(`${token}\n`, t.uuid),
					md5Secret("", t.uuid),
					md5Secret("aaaaaaaa", t.uuid),
					md5Secret(token, t.uuid.replaceAll("-", "")),
					`${right.slice(0, -1)}${right.endsWith("0") ? "1" : "0"}`,
					"0".repeat(32),
				];
				for (const secret of wrong) await refused(t, secret);
			},
		},
		{
			name: "an empty, cut or over-long secret is refused",
			async run(t) {
				await needMd5(t);
				const right = md5Secret((await t.identify()).token ?? "", t.uuid);
				for (const secret of [
					"",
					right.slice(0, 1),
					right.slice(0, 8),
					right.slice(0, 31),
					`${right}0`,
					right + right,
					` ${right}`,
					`${right}\0`,
					right.repeat(28),
				])
					await refused(t, secret);
			},
		},
		{
			name: "a secret that is no text, or none at all, is refused",
			async run(t) {
				await needMd5(t);
				const right = md5Secret((await t.identify()).token ?? "", t.uuid);
				for (const secret of [null, 0, true, [], {}, [right], { secret: right }, undefined])
					await refused(t, secret);
			},
		},
		{
			name: "a secret that is odd is told what is odd about it",
			async run(t) {
				await needMd5(t);
				const { token = "" } = await t.identify();
				const right = md5Secret(token, t.uuid);
				for (const [secret, words] of [
					[right.slice(1), /31 digits/],
					[`${right}\n`, /white space/],
					[`${right}  -\n`, /md5sum/],
					[md5Secret(t.uuid, token), /token comes first/],
					[md5Secret(token.toUpperCase(), t.uuid), /lower case/],
					[md5Secret(token, `${t.uuid}\n`), /line feed/],
				] as const)
					assert.match(await refused(t, secret), words);
			},
		},
		{
			name: "the UUID itself is no secret",
			async run(t) {
				await needMd5(t);
				await refused(t, t.uuid);
			},
		},
		{
			name: "a wrong secret changes nothing, whatever the commands",
			async run(t) {
				const before = await t.identify();
				for (const commands of [{ factoryReset: {} }, { restart: {} }, { setHttps: { enabled: true } }]) {
					const body = { udid: t.udid, secret: "0".repeat(32), ...commands };
					assertError(await t.post(body, { from: await t.subject.impostor() }), [401, 403]);
				}
				assert.deepEqual(await t.identify(), before);
			},
		},
		{
			name: "another udid is refused, and so is none",
			async run(t) {
				for (const udid of [
					"000000000000",
					`${t.udid} `,
					`${t.udid}0`,
					t.udid.slice(1),
					"",
					null,
					5,
					[t.udid],
				])
					assertError(await t.command(JSON.stringify({ udid, getData: {} })), 404, "wrong-udid");
				assertError(await t.command(JSON.stringify({ getData: {} })), 404, "wrong-udid");
			},
		},
		{
			name: "udid may be in upper case, and in pairs of digits with colons between",
			async run(t) {
				const pairs = t.udid.match(/../g) ?? [];
				for (const udid of [t.udid.toUpperCase(), pairs.join(":"), pairs.join(":").toUpperCase()]) {
					const answer = await t.command(JSON.stringify({ udid, getData: {} }));
					assertOk(answer);
					assert.equal(answer.json.udid, t.udid);
				}
			},
		},
		{
			name: "a signed request is taken",
			async run(t) {
				assertOk(await t.command({ getData: {} }));
			},
		},
		{
			name: "the signature's parameters may come in any order, its scheme in any case",
			async run(t) {
				await signed(t, async (token, nonce) => {
					const body = JSON.stringify({ udid: t.udid, getData: {} });
					for (const shape of [
						(nc: number, hash: string) => `Ambient16 mac="${hash}", token="${token}", nc="${nc}"`,
						(nc: number, hash: string) => `AMBIENT16 nc="${nc}",mac="${hash.toUpperCase()}",token="${token}"`,
					]) {
						const nc = nonce();
						const authorization = shape(nc, mac({ token, nc, uuid: t.uuid, body }));
						assertOk(await t.post(body, { headers: { authorization } }));
					}
				});
			},
		},
		{
			name: "a signed request is not taken twice",
			async run(t) {
				await signed(t, async (token, nonce) => {
					const body = JSON.stringify({ udid: t.udid, getData: {} });
					const headers = { Authorization: sign({ token, nc: nonce(), uuid: t.uuid, body }) };
					assertOk(await t.post(body, { headers }));
					assertError(await t.post(body, { headers, from: await t.subject.impostor() }), 401, "replayed");
				});
			},
		},
		{
			name: "a counter that did not rise is refused",
			async run(t) {
				await signed(t, async (token, nonce) => {
					const body = JSON.stringify({ udid: t.udid, getData: {} });
					const [first, second] = [nonce(), nonce()];
					const post = (nc: number, from?: string) =>
						t.post(body, { from, headers: { Authorization: sign({ token, nc, uuid: t.uuid, body }) } });
					assertOk(await post(second));
					assertError(await post(first, await t.subject.impostor()), 401, "replayed");
					assertError(await post(1, await t.subject.impostor()), 401, "replayed");
					assertOk(await post(nonce()));
				});
			},
		},
		{
			name: "a signed request that was refused has not used up its counter",
			async run(t) {
				await signed(t, async (token, nonce) => {
					const body = JSON.stringify({ udid: t.udid, getData: {} });
					const nc = nonce();
					const forged = sign({ token, nc: nc + 1000, uuid: randomUUID(), body });
					const from = await t.subject.impostor();
					assertError(await t.post(body, { from, headers: { Authorization: forged } }), 401, "wrong-secret");
					assertOk(
						await t.post(body, { headers: { Authorization: sign({ token, nc, uuid: t.uuid, body }) } }),
					);
				});
			},
		},
		{
			name: "an altered body, or another method or path in the signature, is refused",
			async run(t) {
				await signed(t, async (token, nonce) => {
					const body = JSON.stringify({ udid: t.udid, getData: {} });
					const base = { token, uuid: t.uuid, body };
					for (const authorization of [
						sign({ ...base, nc: nonce(), body: `${body} ` }),
						sign({ ...base, nc: nonce(), body: "" }),
						sign({ ...base, nc: nonce(), method: "GET" }),
						sign({ ...base, nc: nonce(), path: "/a" }),
						sign({ ...base, nc: nonce() }).replace(/nc="\d+"/, `nc="${nonce()}"`),
					]) {
						const from = await t.subject.impostor();
						assertError(await t.post(body, { from, headers: { authorization } }), 401, "wrong-secret");
					}
				});
			},
		},
		{
			name: "a signature under another token is refused",
			async run(t) {
				await signed(t, async (token, nonce) => {
					const body = JSON.stringify({ udid: t.udid, getData: {} });
					const other = token === "aaaaaaaa" ? "bbbbbbbb" : "aaaaaaaa";
					for (const named of [other, token.slice(0, 7), `${token}a`]) {
						const authorization = sign({ token: named, nc: nonce(), uuid: t.uuid, body });
						const from = await t.subject.impostor();
						assertError(await t.post(body, { from, headers: { authorization } }), 401, "wrong-token");
					}
				});
			},
		},
		{
			name: "a counter that is no whole number of at most 15 digits is refused",
			async run(t) {
				await signed(t, async (token) => {
					const body = JSON.stringify({ udid: t.udid, getData: {} });
					for (const nc of [
						"0",
						`0${Date.now() + 60_000}`,
						"-1",
						"+9",
						"9e14",
						"1.5",
						"",
						"9".repeat(16),
						"9".repeat(400),
					]) {
						const authorization = sign({ token, nc, uuid: t.uuid, body });
						const from = await t.subject.impostor();
						assertError(await t.post(body, { from, headers: { authorization } }), 401);
					}
				});
				assertOk(await t.command({ getData: {} }));
			},
		},
		{
			name: "a malformed Authorization is refused",
			async run(t) {
				await signed(t, async (token, nonce) => {
					const body = JSON.stringify({ udid: t.udid, getData: {} });
					const right = sign({ token, nc: nonce(), uuid: t.uuid, body });
					for (const authorization of [
						"",
						"Ambient16",
						"Ambient16 ",
						right.replace("Ambient16 ", ""),
						right.replace("Ambient16", "Bearer"),
						right.replace(/, mac=.*/, ""),
						right.replace(/mac="..../, 'mac="'),
						right.replaceAll('"', ""),
						`${right}, token="${token}"`,
						`${right}, extra="1"`,
						right.replace(/nc="\d+"/, `nc="${"9".repeat(1500)}"`),
					]) {
						const from = await t.subject.impostor();
						assertError(await t.post(body, { from, headers: { authorization } }), 401, "wrong-secret");
					}
				});
			},
		},
		{
			name: "a secret beside a signature is refused",
			async run(t) {
				await signed(t, async (token, nonce) => {
					for (const secret of [md5Secret(token, t.uuid), "", null]) {
						const body = JSON.stringify({ udid: t.udid, secret, getData: {} });
						const authorization = sign({ token, nc: nonce(), uuid: t.uuid, body });
						assertError(await t.post(body, { headers: { authorization } }), 400, "two-proofs");
					}
				});
			},
		},
		{
			name: "signed requests one after the other on one connection are all taken",
			async run(t) {
				await signed(t, async (token, nonce) => {
					const wire = await t.open();
					const body = JSON.stringify({ udid: t.udid, getData: {} });
					let requests = "";
					for (let i = 0; i < 10; i++) {
						const authorization = sign({ token, nc: nonce(), uuid: t.uuid, body });
						requests += t.text({ body, headers: { authorization } });
					}
					wire.send(requests);
					for (let i = 0; i < 10; i++) assertOk(await wire.response());
				});
			},
		},
		{
			name: "after ten wrong secrets their address waits with further ones, and nobody has to with a right one",
			async run(t) {
				const from = await t.subject.stranger();
				if (!from) throw new Skip("it would make this computer wait, which has one address only");
				await needMd5(t);
				for (let i = 0; i < 10; i++)
					assertError(await t.post(wrongBody(t, i), { from }), 401, "wrong-secret");
				for (const i of [10, 0]) assertLocked(await t.post(wrongBody(t, i), { from }));
				await signed(t, async (token, nonce) => {
					const body = JSON.stringify({ udid: t.udid, getData: {} });
					const Authorization = sign({ token, nc: nonce(), uuid: randomUUID(), body });
					assertLocked(await t.post(body, { from, headers: { Authorization } }));
				});
				assert.equal((await t.send({ method: "GET", from })).status, 200);
				for (const address of [from, undefined]) {
					assertOk(await t.commandMd5({ getData: {} }, { from: address }));
					assertOk(await t.command({ getData: {} }, { from: address }));
				}
			},
		},
		{
			name: "the same wrong secret again is no new guess",
			async run(t) {
				const from = await t.subject.stranger();
				if (!from) throw new Skip("it would make this computer wait, which has one address only");
				await needMd5(t);
				for (let i = 0; i < 20; i++)
					assertError(await t.post(wrongBody(t, i % 2), { from }), 401, "wrong-secret");
			},
		},
		{
			name: "what a page from elsewhere sends counts for nobody",
			async run(t) {
				const from = await t.subject.impostor();
				await needMd5(t);
				for (let i = 0; i < 12; i++) {
					const headers = { Origin: "https://example.com" };
					assertError(await t.post(wrongBody(t, i), { from, headers }), 403, "foreign-origin");
				}
				assertError(await t.post(wrongBody(t, 0), { from }), 401, "wrong-secret");
			},
		},
		{
			name: "wrong secrets from 100 addresses lock out nobody else",
			async run(t) {
				if (!(await t.subject.hasAliases())) throw new Skip("this computer has one address only");
				const wrong = { udid: t.udid, secret: "0".repeat(32), getData: {} };
				for (let i = 0; i < 100; i++)
					assertError(await t.post(wrong, { from: await t.subject.stranger() }), [401, 403]);
				assertOk(await t.command({ getData: {} }));
			},
		},
	],
};

async function needMd5(t: Trial): Promise<void> {
	if (!(await t.identify()).auth?.includes("md5")) throw new Skip("MD5 secrets are switched off");
}

/** A request with one of many wrong secrets. */
function wrongBody(t: Trial, i: number): object {
	return { udid: t.udid, secret: i.toString(16).padStart(32, "0"), getData: {} };
}

/** A secret must be refused; with which message. */
async function refused(t: Trial, secret: unknown): Promise<string> {
	const from = await t.subject.impostor();
	const answer = await t.post({ udid: t.udid, secret, getData: {} }, { from });
	assertError(answer, 401, "wrong-secret");
	assert.ok(answer.headers.has("www-authenticate"), "401 without WWW-Authenticate (RFC 9110, 15.5.2)");
	return answer.json.message ?? "";
}

function assertLocked(answer: WireResponse): void {
	assertError(answer, 429, "too-many-attempts");
	const wait = Number(answer.headers.get("retry-after"));
	assert.ok(Number.isInteger(wait) && wait >= 1 && wait <= 60, `Retry-After is ${wait}`);
}

/** Nobody else signs meanwhile. */
function signed(t: Trial, task: (token: string, nonce: () => number) => Promise<void>): Promise<void> {
	return t.subject.signing(async (nonce) => task((await t.identify()).token ?? "", nonce));
}
