import assert from "node:assert/strict";
import { test } from "node:test";
import { parseAuthorization } from "../../../modules/auth/authorization";

const MAC = "0123456789abcdef".repeat(4);

test("a signature is read from its header field", () => {
	assert.deepEqual(parseAuthorization(`Ambient16 token="uulroqkt", nc="7", mac="${MAC}"`), {
		token: "uulroqkt",
		nc: "7",
		key: undefined,
		mac: MAC,
	});
});

test("parameters come in any order, names, scheme and hex in any case (RFC 9110, 11)", () => {
	assert.deepEqual(parseAuthorization(`aMbIeNt16 MAC="${MAC.toUpperCase()}",NC="7" ,\ttoken = "uulroqkt"`), {
		token: "uulroqkt",
		nc: "7",
		key: undefined,
		mac: MAC,
	});
});

test("the id of a key may be there as well, as it is spelled", () => {
	const field = `Ambient16 token="a", nc="7", key="Grafana.r.0.1", mac="${MAC}"`;
	assert.deepEqual(parseAuthorization(field), { token: "a", nc: "7", key: "Grafana.r.0.1", mac: MAC });
	assert.equal(parseAuthorization(`${field}, key="a"`), undefined);
	assert.equal(parseAuthorization(`Ambient16 token="a", key="a", mac="${MAC}"`), undefined);
	assert.equal(parseAuthorization(`Ambient16 nc="7", key="a", key="a", mac="${MAC}"`), undefined);
});

test("anything else is no signature", () => {
	for (const field of [
		"",
		"Ambient16",
		"Ambient16 ",
		"Basic dXNlcjpwYXNz",
		`Ambient17 token="a", nc="7", mac="${MAC}"`,
		`Ambient16 token="a", nc="7"`,
		`Ambient16 token="a", mac="${MAC}"`,
		`Ambient16 nc="7", mac="${MAC}"`,
		`Ambient16 token="", nc="7", mac="${MAC}"`,
		`Ambient16 token="a", nc="0", mac="${MAC}"`,
		`Ambient16 token="a", nc="07", mac="${MAC}"`,
		`Ambient16 token="a", nc="-7", mac="${MAC}"`,
		`Ambient16 token="a", nc="7.5", mac="${MAC}"`,
		`Ambient16 token="a", nc="1e3", mac="${MAC}"`,
		`Ambient16 token="a", nc="7", mac="${MAC.slice(1)}"`,
		`Ambient16 token="a", nc="7", mac="${MAC}0"`,
		`Ambient16 token="a", nc="7", nc="8", mac="${MAC}"`,
		`Ambient16 token="a", nc="7", mac="${MAC}", extra="1"`,
		`Ambient16 token=a, nc=7, mac=${MAC}`,
	])
		assert.equal(parseAuthorization(field), undefined, field);
});
