import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { untilClosed } from "../../support/owner";
import { assertError, assertOk, type Group } from "../rule";
import type { Trial } from "../trial";

const UUID = "6d9f0a4c-31e8-4b57-9c2a-e05b7f1d8a36";

/** What a device without an owner takes. The last rule gives it one. */
export const pairing: Group = {
	name: "pairing",
	need: "unpaired",
	rules: [
		{
			name: "a device without an owner tells so, also over HTTPS",
			async run(t) {
				assert.equal((await t.identify()).paired, false);
				assert.equal((await t.identify({ secure: true })).paired, false);
			},
		},
		{
			name: "it tells at which port it can be paired",
			async run(t) {
				const { https } = await t.identify();
				assert.ok(Number.isInteger(https) && (https as number) > 0 && (https as number) < 65_536, `${https}`);
			},
		},
		{
			name: "it takes no commands",
			async run(t) {
				for (const orders of [
					{ setColor: { color: "red" } },
					{ getData: {} },
					{ setHttps: { enabled: true } },
					{ factoryReset: {} },
				])
					for (const secure of [false, true])
						for (const secret of ["0".repeat(32), undefined])
							assertError(await t.post({ udid: t.udid, secret, ...orders }, { secure }), 409, "not-paired");
			},
		},
		{
			name: "it is not paired over plain HTTP",
			async run(t) {
				await refused(t, { uuid: UUID }, 403, "https-only", { secure: false });
			},
		},
		{
			name: "it is not paired under another udid",
			async run(t) {
				await refused(t, { uuid: UUID }, 404, "wrong-udid", { udid: "000000000000" });
				await refused(t, { uuid: UUID }, 404, "wrong-udid", { udid: undefined });
			},
		},
		{
			name: "a malformed UUID is refused",
			async run(t) {
				for (const uuid of [
					undefined,
					null,
					"",
					5,
					true,
					[],
					[UUID],
					{},
					UUID.slice(1),
					`${UUID}0`,
					` ${UUID}`,
					`${UUID}\n`,
					`{${UUID}}`,
					`urn:uuid:${UUID}`,
					UUID.replaceAll("-", ""),
					UUID.replace("6d9f0a4c-", "6d9f0a4-c"),
					UUID.replace("6", "g"),
				])
					await refused(t, { uuid }, 400);
			},
		},
		{
			name: "a UUID that can be guessed is refused",
			async run(t) {
				for (const uuid of [
					"00000000-0000-0000-0000-000000000000",
					"ffffffff-ffff-ffff-ffff-ffffffffffff",
					// RFC 9562, appendix A: versions 1, 3, 5, 6 and 8.
					"c232ab00-9414-11ec-b3c8-9f6bdeced846",
					"5df41881-3aed-3515-88a7-2f4a814cf09e",
					"2ed6657d-e927-568b-95e1-2665a8aea6a2",
					"1ec9414c-232a-6b00-b3c8-9f6bdeced846",
					"2489e9ad-2ee2-8e00-8ec9-32d5f69181c0",
					// Version 4, and another variant.
					"6d9f0a4c-31e8-4b57-1c2a-e05b7f1d8a36",
					"6d9f0a4c-31e8-4b57-cc2a-e05b7f1d8a36",
					// In form of version 4, and no random at all.
					"00000000-0000-4000-8000-000000000000",
					"11111111-1111-4111-8111-111111111111",
				])
					await refused(t, { uuid }, 400, "weak-uuid");
			},
		},
		{
			name: "a UUID that stands in a document is refused",
			async run(t) {
				for (const uuid of [
					"01234567-89ab-4def-8123-456789abcdef",
					"01234567-89AB-4DEF-8123-456789ABCDEF",
					// RFC 9562, appendix A: versions 4 and 7.
					"919108f7-52d1-4320-9bac-f847db4148a8",
					"017f22e2-79b0-7cc3-98c4-dc0c0c07398f",
				])
					await refused(t, { uuid }, 400, "weak-uuid");
			},
		},
		{
			name: "pair takes no other fields, and comes alone",
			async run(t) {
				await refused(t, { uuid: UUID, token: "a" }, 400, "unknown-field");
				await refused(t, { uuid: UUID, owner: "a" }, 400, "unknown-field");
				await refused(t, { uuid: UUID }, 400, "pair-alone", { getData: {} });
				await refused(t, null, 400, "invalid-field");
				await refused(t, UUID, 400, "invalid-field");
				await refused(t, [UUID], 400, "invalid-field");
			},
		},
		{
			name: "what is to be set at once is refused as a whole if any of it is malformed",
			async run(t) {
				const influx = { url: "https://192.0.2.1", database: "a" };
				for (const wishes of [
					{ name: "" },
					{ name: "x".repeat(33) },
					{ name: 5 },
					{ name: "a", influx: {} },
					{ influx, mqtt: { url: "https://192.0.2.1" } },
					{ influx: { ...influx, bucket: "a" } },
					{ mqtt: { url: "mqtts://192.0.2.1", topic: "#" } },
				])
					await refused(t, { uuid: UUID, ...wishes }, 400, "invalid-field");
			},
		},
		{
			name: "malformed Wi-Fi credentials are refused",
			async run(t) {
				const password = "long enough";
				for (const wifi of [
					null,
					"home",
					[],
					{},
					{ password },
					{ ssid: "", password },
					{ ssid: "s".repeat(33), password },
					{ ssid: "ä".repeat(17), password },
					{ ssid: 5, password },
					{ ssid: "a\nb", password },
					{ ssid: "home", password: "1234567" },
					{ ssid: "home", password: "p".repeat(64) },
					{ ssid: "home", password: null },
					{ ssid: "home", password: 12345678 },
					{ ssid: "home", password: "long\0enough" },
				])
					await refused(t, { uuid: UUID, wifi }, 400, "invalid-field");
				await refused(t, { uuid: UUID, wifi: { ssid: "home", password, channel: 1 } }, 400, "unknown-field");
			},
		},
		{
			name: "of two clients that pair at the same instant exactly one becomes the owner",
			async run(t) {
				const before = await t.identify();
				const rivals = await Promise.all(
					[randomUUID(), randomUUID().toUpperCase()].map(async (uuid) => {
						t.subject.secrets.add(uuid);
						const body = JSON.stringify({ udid: t.udid, pair: { uuid } });
						return { uuid, wire: await t.open({ secure: true }), text: t.text({ body, secure: true }) };
					}),
				);
				for (const { wire, text } of rivals) wire.send(text);
				const outcomes = await Promise.all(
					rivals.map(async ({ uuid, wire }) => {
						// The loser may find its connection closed with the window for pairing.
						const answer = await wire.response().catch(() => undefined);
						return { uuid, answer };
					}),
				);
				const winners = outcomes.filter(({ answer }) => answer?.status === 200);
				if (winners[0]) {
					t.subject.uuid = winners[0].uuid;
					t.subject.ours = true;
				}
				assert.equal(winners.length, 1, `${winners.length} of 2 were told that they won`);
				assert.deepEqual(winners[0]?.answer?.json, { status: "ok", udid: t.udid, pair: { paired: true } });
				for (const { answer } of outcomes)
					if (answer && answer.status !== 200) assertError(answer, 409, "already-paired");
				const after = await t.identify();
				assert.equal(after.paired, true);
				assert.notEqual(after.token, before.token, "the token is still the same");
				assertOk(await t.command({ getData: {} }));
				assertOk(await t.commandMd5({ getData: {} }));
			},
		},
	],
};

/** What follows from having an owner; needs the pairing before. */
export const paired: Group = {
	name: "pairing",
	need: "ours",
	rules: [
		{
			name: "after pairing HTTPS is closed",
			async run(t) {
				await untilClosed(() => t.identify({ secure: true }));
				assert.equal((await t.identify()).https, undefined);
			},
		},
	],
};

interface Request {
	secure?: boolean;
	/** In place of the right one. */
	udid?: string | undefined;
	[command: string]: unknown;
}

/** Pairing must be refused with this error, and the device have no owner. */
async function refused(t: Trial, pair: unknown, status: number, code?: string, request: Request = {}) {
	const { secure = true, ...others } = request;
	const shown = JSON.stringify(pair);
	try {
		assertError(await t.post({ udid: t.udid, pair, ...others }, { secure }), status, code);
	} catch (error) {
		throw new Error(`${(error as Error).message}, for ${shown}`);
	}
	assert.equal((await t.identify()).paired, false, shown);
}
