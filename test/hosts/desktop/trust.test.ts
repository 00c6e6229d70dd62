import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { checkTrust } from "../../../hosts/desktop/trust";
import { Authority } from "../../support/authority";

const DAY = 86_400_000;
const damaged = (pem: string) => pem.replace("-----\nMII", "-----\nMIJ");

describe("checkTrust", () => {
	test("an authority, a server's own certificate and a fingerprint will do", async () => {
		const authority = await Authority.create();
		const own = await authority.issue({ selfSigned: true });
		for (const trust of [{ ca: authority.ca }, { ca: own.cert }, { fingerprint: own.fingerprint }, {}])
			assert.equal(checkTrust(trust, Date.now()), undefined);
	});

	test("what is damaged, expired or another server's will not, and the reason says so", async () => {
		const authority = await Authority.create();
		const { cert } = await authority.issue();
		assert.equal(checkTrust({ ca: damaged(authority.ca) }, Date.now()), "certificate is damaged");
		assert.equal(checkTrust({ ca: authority.ca }, Date.now() + 31 * DAY), "certificate has expired");
		assert.equal(checkTrust({ ca: cert }, Date.now()), "certificate is not an authority's");
		assert.equal(checkTrust({ ca: "" }, Date.now()), "no certificate in it");
	});

	test("one certificate that cannot be used does not spoil a bundle", async () => {
		const { ca } = await Authority.create();
		for (const bundle of [damaged(ca) + ca, ca + damaged(ca)])
			assert.equal(checkTrust({ ca: bundle }, Date.now()), undefined);
	});
});
