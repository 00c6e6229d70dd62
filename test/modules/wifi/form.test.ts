import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readForm } from "../../../modules/wifi/form";

const read = (text: string) => {
	const form = readForm(new TextEncoder().encode(text));
	return form && { ...form };
};

describe("readForm", () => {
	test("fields are decoded, also where a browser writes a space as a plus", () => {
		assert.deepEqual(read("ssid=Caf%C3%A9+zur+Post&password=a%2Bb%26c%3Dd"), {
			ssid: "Café zur Post",
			password: "a+b&c=d",
		});
	});

	test("empty fields are there, others than ours are not", () => {
		assert.deepEqual(read("ssid=&network=on&uuid=x"), { ssid: "", uuid: "x" });
	});

	test("of two fields of a name the first counts", () => {
		assert.deepEqual(read("ssid=a&ssid=b"), { ssid: "a" });
	});

	for (const text of [
		"",
		"ssid",
		"ssid=%",
		"ssid=%zz",
		"ssid=%ff",
		"a=&".repeat(9),
		'{"ssid":"a"}',
		"\ud800=",
	])
		test(`${JSON.stringify(text.slice(0, 20))} is no form of ours`, () => {
			const form = read(text);
			assert.ok(form === undefined || Object.keys(form).length === 0);
		});

	test("bytes that are no UTF-8 are no form", () => {
		assert.equal(readForm(Uint8Array.from([0x73, 0x3d, 0xff])), undefined);
	});
});
