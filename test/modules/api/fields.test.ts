import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError } from "../../../modules/api/error";
import { Fields, noFields, shown } from "../../../modules/api/fields";

function refusal(read: () => unknown): string {
	try {
		read();
	} catch (error) {
		assert.ok(error instanceof ApiError && error.status === 400, String(error));
		return error.message;
	}
	assert.fail("it was taken");
}

test("a command that is no object is refused", () => {
	for (const value of [undefined, null, 1, "a", true, []])
		assert.equal(
			refusal(() => new Fields("cmd", value, [])),
			"cmd must be an object",
		);
});

test("an unknown field is named", () => {
	assert.equal(
		refusal(() => new Fields("cmd", { b: 1 }, ["a"])),
		'cmd has no field "b"',
	);
});

test("names of Object.prototype are unknown fields, and absent ones", () => {
	assert.match(
		refusal(() => new Fields("cmd", JSON.parse('{"__proto__":1}'), ["a"])),
		/no field/,
	);
	assert.equal(new Fields("cmd", {}, ["constructor"]).any("constructor"), undefined);
});

test("a number outside its range, or no number, is refused", () => {
	for (const n of [0, 11, -1, Number.NaN, Number.POSITIVE_INFINITY, "5", null, [5], true])
		assert.match(
			refusal(() => new Fields("cmd", { n }, ["n"]).number("n", [1, 5, 10])),
			/cmd\.n must be a number from 1 to 10/,
		);
});

test("an absent number is the usual one", () => {
	assert.equal(new Fields("cmd", {}, ["n"]).number("n", [1, 5, 10]), 5);
});

test("an absent choice is the first one, and a wrong one is told the others", () => {
	assert.equal(new Fields("cmd", {}, ["c"]).choice("c", ["x", "y"]), "x");
	assert.equal(
		refusal(() => new Fields("cmd", { c: "z" }, ["c"]).choice("c", ["x", "y"])),
		'cmd.c must be "x" or "y"',
	);
});

test("true and false are the only booleans", () => {
	for (const b of [undefined, 0, 1, "true", null])
		assert.match(
			refusal(() => new Fields("cmd", { b }, ["b"]).boolean("b")),
			/true or false/,
		);
});

test("a text is measured in bytes of UTF-8 and has no control characters", () => {
	const read = (t: unknown) => new Fields("cmd", { t }, ["t"]).text("t", 1, 4);
	assert.equal(read("üü"), "üü");
	for (const t of ["", "üüa", "a\n", "\u0000", "abcde", 1, null]) refusal(() => read(t));
});

test("a name that could be a secret is not repeated", () => {
	assert.equal(shown("setColour"), '"setColour"');
	for (const name of [
		"01234567-89ab-4def-8123-456789abcdef",
		"0123456789ab4def8123456789abcdef",
		"a b",
		'"',
		"",
		"\u001b[2J",
	])
		assert.equal(shown(name), "of that name");
});

test("a command without fields takes whatever a language writes for none (php-customerio#20)", () => {
	for (const value of [{}, [], null, true]) noFields("cmd", value);
	for (const value of [false, 0, 1, "", "yes", [{}], [null], { a: 1 }, undefined])
		refusal(() => noFields("cmd", value));
});

test("certificates are read up to their limit, and nothing beside them (XS: 32 bytes of heap a character)", () => {
	const one = `-----BEGIN CERTIFICATE-----\nMIIB+/sz==\r\n-----END CERTIFICATE-----\n`;
	const long = one.replace("MIIB", "A".repeat(2_900 - one.length));
	const read = (ca: unknown) => new Fields("cmd", { ca }, ["ca"]).pem("ca", 3_000);
	for (const ca of [one, `\n ${one}`, one + one, one.trim() + one, long]) assert.equal(read(ca), ca);
	for (const ca of [
		"",
		"MIIB",
		one.slice(1),
		one.slice(0, -2),
		`x${one}`,
		`${one}x`,
		`${one}x${one}`,
		one.replace("MIIB", "MI-B"),
		one.replace("MIIB", "MIÄB"),
		one.replace("CERTIFICATE", "RSA PRIVATE KEY"),
		"-----BEGIN CERTIFICATE----------END CERTIFICATE-----",
		"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----",
		one.replace("-----END CERTIFICATE-----", ""),
		`${one}-----END CERTIFICATE-----`,
		long + long,
		1,
		null,
		[one],
	])
		assert.match(
			refusal(() => read(ca)),
			/PEM/,
		);
});
