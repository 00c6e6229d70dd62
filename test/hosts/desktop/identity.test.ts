import assert from "node:assert/strict";
import { createHash, createPrivateKey, X509Certificate } from "node:crypto";
import { describe, test } from "node:test";
import { createSecureContext } from "node:tls";
import { createIdentity, expiry, fingerprint } from "../../../hosts/desktop/identity";
import { serve, testIdentity } from "./loopback";

const UDID = "10000fb38278";
const parse = async () => {
	const pem = Buffer.from(await testIdentity());
	return { pem, certificate: new X509Certificate(pem), key: createPrivateKey(pem) };
};

describe("identity", () => {
	test("has a P-256 key, and the certificate is for that key", async () => {
		const { certificate, key } = await parse();
		assert.equal(key.asymmetricKeyType, "ec");
		assert.equal(key.asymmetricKeyDetails?.namedCurve, "prime256v1");
		assert.ok(certificate.checkPrivateKey(key));
	});

	test("is signed by itself", async () => {
		const { certificate } = await parse();
		assert.ok(certificate.verify(certificate.publicKey));
		assert.equal(certificate.issuer, certificate.subject);
		assert.equal(certificate.subject, `CN=ambient16-${UDID}`);
	});

	test("is no certificate authority, and is for servers only", async () => {
		const { certificate } = await parse();
		assert.equal(certificate.ca, false);
		assert.deepEqual(certificate.keyUsage, ["1.3.6.1.5.5.7.3.1"]);
	});

	test("is good for the names and addresses of the machine", async () => {
		const certificate = new X509Certificate(await createIdentity(UDID, ["192.0.2.7", "fd00::7"], Date.now()));
		assert.ok(certificate.checkHost(`ambient16-${UDID}.local`));
		assert.ok(certificate.checkHost("localhost"));
		for (const address of ["127.0.0.1", "::1", "192.0.2.7", "fd00::7"])
			assert.ok(certificate.checkIP(address), address);
		assert.equal(certificate.checkHost("example.org"), undefined);
		assert.equal(certificate.checkIP("192.0.2.8"), undefined);
	});

	test("is valid from the day before on, for no more days than Apple takes (mkcert#174)", async () => {
		const now = Date.UTC(2026, 10, 27, 7, 8, 9);
		const pem = await createIdentity(UDID, [], now);
		const certificate = new X509Certificate(pem);
		assert.equal(new Date(certificate.validFrom).toISOString(), "2026-11-26T07:08:09.000Z");
		const days = (Date.parse(certificate.validTo) + 1000 - Date.parse(certificate.validFrom)) / 86_400_000;
		assert.equal(days, 820);
		assert.equal(expiry(pem), Date.parse(certificate.validTo));
		assert.equal(expiry(new Uint8Array(3)), 0);
	});

	test("is for the key of a former one, with new dates and another serial number", async () => {
		const now = Date.UTC(2026, 10, 27);
		const former = await createIdentity(UDID, [], now);
		const next = await createIdentity(UDID, ["192.0.2.7"], now + 86_400_000, former);
		const [a, b] = [former, next].map((pem) => new X509Certificate(pem)) as [
			X509Certificate,
			X509Certificate,
		];
		assert.deepEqual(
			a.publicKey.export({ type: "spki", format: "der" }),
			b.publicKey.export({ type: "spki", format: "der" }),
		);
		assert.ok(b.verify(a.publicKey) && b.checkPrivateKey(createPrivateKey(Buffer.from(next))));
		assert.notEqual(a.serialNumber, b.serialNumber);
		assert.notEqual(a.validTo, b.validTo);
	});

	test("has a positive serial number of 16 octets (RFC 5280, 4.1.2.2)", async () => {
		const { certificate } = await parse();
		assert.match(certificate.serialNumber, /^[4-7][0-9A-F]{31}$/);
	});

	test("is another one each time, in key and serial number", async () => {
		const [one, other] = await Promise.all([
			createIdentity(UDID, [], Date.now()),
			createIdentity(UDID, [], Date.now()),
		]);
		const certificates = [one!, other!].map((pem) => new X509Certificate(pem));
		assert.notEqual(certificates[0]!.serialNumber, certificates[1]!.serialNumber);
		assert.notDeepEqual(
			certificates[0]!.publicKey.export({ type: "spki", format: "der" }),
			certificates[1]!.publicKey.export({ type: "spki", format: "der" }),
		);
	});

	test("is taken by node:tls", async () => {
		const { pem } = await parse();
		createSecureContext({ key: pem, cert: pem });
	});

	test("is handed over by the network after the return, once", async (t) => {
		const { network } = await serve(t, () => ({}));
		let calls = 0;
		const identity = await new Promise<Uint8Array | undefined>((resolve) => {
			network.createIdentity(UDID, (made) => {
				calls++;
				resolve(made);
			});
			assert.equal(calls, 0);
		});
		assert.equal(network.fingerprint(identity!)?.length, 64);
		assert.equal(calls, 1);
	});
});

describe("fingerprint", () => {
	test("is the SHA-256 of the certificate", async () => {
		const { pem, certificate } = await parse();
		const expected = createHash("sha256").update(certificate.raw).digest("hex");
		assert.equal(fingerprint(pem), expected);
		assert.equal(expected, certificate.fingerprint256.replaceAll(":", "").toLowerCase());
	});

	test("of what is no identity is undefined", async () => {
		const { pem } = await parse();
		const text = pem.toString();
		const end = text.indexOf("-----BEGIN PRIVATE KEY");
		const other = Buffer.from(await createIdentity(UDID, [], Date.now())).toString();
		const junk = {
			nothing: "",
			rubbish: "rubbish",
			"the certificate alone": text.slice(0, end),
			"the key alone": text.slice(end),
			"half of it": text.slice(0, text.length / 2),
			"a certificate with the key of another":
				text.slice(0, end) + other.slice(other.indexOf("-----BEGIN PRIV")),
		};
		for (const [what, bytes] of Object.entries(junk))
			assert.equal(fingerprint(Buffer.from(bytes)), undefined, what);
	});
});
