import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";

/** Of a test case of x509-limbo's what is used here. */
interface Case {
	id: string;
	validation_kind: string;
	trusted_certs: string[];
	untrusted_intermediates: string[];
	peer_certificate: string;
	validation_time: string | null;
	expected_result: "SUCCESS" | "FAILURE";
	expected_peer_name: { kind: string; value: string } | null;
}

/** What x509-limbo wants refused and the client takes, by the reason why that is right; not every version takes all. */
const accepted: Record<string, string[]> = {
	"revocation is not looked at": [
		"crl::revoked-certificate-with-crl",
		"crl::crlnumber-missing",
		"crl::crlnumber-critical",
		"crl::issuer-missing-crlsign",
	],
	"the longest chain is five certificates for everybody": ["pathlen::max-chain-depth-0-exhausted"],
	"identifiers of keys only help to find an issuer, and the signature decides": [
		"rfc5280::aki::critical-aki",
		"rfc5280::aki::leaf-missing-aki",
		"rfc5280::aki::intermediate-missing-aki",
		"rfc5280::aki::cross-signed-root-missing-aki",
		"rfc5280::ski::critical-ski",
		"rfc5280::ski::root-missing-ski",
		"rfc5280::ski::intermediate-missing-ski",
		"webpki::aki::root-with-aki-missing-keyidentifier",
		"webpki::aki::root-with-aki-authoritycertissuer",
		"webpki::aki::root-with-aki-authoritycertserialnumber",
		"webpki::aki::root-with-aki-all-fields",
		"webpki::aki::root-with-aki-ski-mismatch",
	],
	"name constraints are kept to, whether they are marked critical or not": [
		"rfc5280::nc::permitted-dns-match-noncritical",
	],
	"a leading dot is written by many, and means what it means to OpenSSL": [
		"rfc5280::nc::invalid-dnsname-leading-period",
	],
	"a server vouches for nobody, so that its constraints are nobody's": [
		"rfc5280::nc::not-allowed-in-ee-noncritical",
	],
	"policies are not looked at": ["rfc5280::pc::ica-noncritical-pc"],
	"a form that an authority should keep to, and that changes nothing about who is who": [
		"rfc5280::san::noncritical-with-empty-subject",
		"rfc5280::san::underscore-dns",
		"rfc5280::serial::too-long",
		"rfc5280::serial::zero",
		"rfc5280::root-non-critical-basic-constraints",
		"rfc5280::leaf-ku-keycertsign",
		"webpki::san::san-critical-with-nonempty-subject",
		"webpki::malformed-aia",
		"webpki::forbidden-rsa-not-divisible-by-8-in-root",
		"webpki::forbidden-rsa-key-not-divisible-by-8-in-leaf",
		"webpki::v1-cert",
	],
	"the common name is not looked at where there is another name": [
		"webpki::cn::ipv4-hex-mismatch",
		"webpki::cn::ipv4-leading-zeros-mismatch",
		"webpki::cn::ipv6-uppercase-mismatch",
		"webpki::cn::ipv6-uncompressed-mismatch",
		"webpki::cn::ipv6-non-rfc5952-mismatch",
		"webpki::cn::punycode-not-in-san",
		"webpki::cn::utf8-vs-punycode-mismatch",
		"webpki::cn::not-in-san",
		"webpki::cn::case-mismatch",
	],
	"an authority of a home writes what it wants, and none beyond those that are set is believed": [
		"webpki::eku::ee-anyeku",
		"webpki::eku::ee-critical-eku",
		"webpki::eku::ee-without-eku",
		"webpki::eku::root-has-eku",
		"webpki::san::no-san",
		"webpki::ee-basicconstraints-ca",
	],
	"there is no list of public suffixes in a sensor": [
		"webpki::san::public-suffix-wildcard-san",
		"webpki::san::public-suffix-multi-label-wildcard-san",
		"webpki::san::public-suffix-private-namespace-wildcard-san",
	],
};

/** What it wants accepted and the client refuses, by the reason. */
const refused: Record<string, string[]> = {
	"critical name constraints of an intermediate: the library cannot take them from a server": [
		"rfc5280::nc::nc-forbids-alternate-chain-ica",
		"rfc5280::nc::nc-forbids-same-chain-ica",
		"rfc5280::nc::nc-forbids-othername-noop",
		"webpki::nc::nc-permits-dns-san-pattern",
	],
	"a critical extension that nobody knows in any certificate that is sent": [
		"rfc5280::unknown-critical-extension-unrelated-intermediate",
	],
	"a server whose key may sign certificates only": [
		"pathlen::validation-ignores-pathlen-in-leaf",
		"rfc5280::ca-as-leaf",
	],
	"the library counts certificates that an authority issued to itself": [
		"pathlen::intermediate-pathlen-may-increase",
		"pathlen::self-issued-certs-pathlen",
		"pathlen::max-chain-depth-1-self-issued",
	],
};

/**
 * The chains of x509-limbo (https://github.com/C2SP/x509-limbo) for servers, where LIMBO has the path of its limbo.json:
 * all that it wants refused and the client takes, or the other way round, is named above with the reason.
 */
export function testLimbo(program: () => Promise<string>): void {
	const path = process.env.LIMBO;
	const skip = path ? false : "needs LIMBO, the path of x509-limbo's limbo.json";
	test("chains of x509-limbo are taken or refused as we say", { skip }, async () => {
		const { testcases } = JSON.parse(readFileSync(path!, "utf8")) as { testcases: Case[] };
		const cases = testcases.filter(
			({ id, validation_kind }) => validation_kind === "SERVER" && !/^(online|bettertls)::/.test(id),
		);
		const { status, stdout, stderr } = spawnSync(await program(), { input: cases.map(line).join("") });
		assert.equal(status, 0, `${stderr}`);
		const errors = `${stdout}`.trimEnd().split("\n");
		assert.equal(errors.length, cases.length);
		const wrong = cases
			.map(({ id, expected_result }, i) => ({ id, expected_result, error: errors[i]! }))
			.filter(({ expected_result, error }) => (expected_result === "SUCCESS") !== (error === "none"))
			.filter(({ id, error }) => !named(error === "none" ? accepted : refused, id));
		assert.deepEqual(wrong, []);
	});
}

function named(reasons: Record<string, string[]>, id: string): boolean {
	return Object.values(reasons).some((ids) => ids.includes(id));
}

function line(limbo: Case): string {
	const { expected_peer_name: name, validation_time: time } = limbo;
	const host = name && ["DNS", "IP"].includes(name.kind) ? name.value : "-";
	const ca = limbo.trusted_certs.join("");
	const chain = limbo.peer_certificate + limbo.untrusted_intermediates.join("");
	const seconds = Math.floor((time ? Date.parse(time) : Date.now()) / 1000);
	return `${seconds} ${host} ${ca.length} ${chain.length}\n${ca}${chain}`;
}
