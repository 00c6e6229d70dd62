import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { formatColor, parseColor } from "../../../modules/led/color";

const level = fc.integer({ min: 0, max: 255 });

describe("parseColor", () => {
	test("knows the names with the values of CSS Color 4", () => {
		const values = {
			black: "#000000",
			silver: "#c0c0c0",
			gray: "#808080",
			white: "#ffffff",
			maroon: "#800000",
			red: "#ff0000",
			purple: "#800080",
			fuchsia: "#ff00ff",
			green: "#008000",
			lime: "#00ff00",
			olive: "#808000",
			yellow: "#ffff00",
			navy: "#000080",
			blue: "#0000ff",
			teal: "#008080",
			aqua: "#00ffff",
			orange: "#ffa500",
			pink: "#ffc0cb",
			cyan: "#00ffff",
			magenta: "#ff00ff",
			violet: "#ee82ee",
			turquoise: "#40e0d0",
			gold: "#ffd700",
			indigo: "#4b0082",
		};
		for (const [name, value] of Object.entries(values))
			assert.equal(formatColor(parseColor(name)!), value, name);
	});

	test("takes names in any case", () => {
		assert.equal(parseColor("OrAnGe"), 0xffa500);
	});

	test("takes off, in any case, for black", () => {
		assert.equal(parseColor("off"), 0x000000);
		assert.equal(parseColor("Off"), 0x000000);
	});

	test("takes #rgb, each digit for two", () => {
		assert.equal(parseColor("#0f8"), 0x00ff88);
		assert.equal(parseColor("#AbC"), 0xaabbcc);
		assert.equal(parseColor("#fff"), 0xffffff);
	});

	test("takes #rrggbb in any case", () => {
		assert.equal(parseColor("#Ff8001"), 0xff8001);
	});

	test("takes red, green and blue, in any order", () => {
		assert.equal(parseColor({ blue: 3, red: 0, green: 255 }), 0x00ff03);
	});

	test("gives 0 for -0, as JSON may have it", () => {
		assert.equal(parseColor(JSON.parse('{"red":-0,"green":0,"blue":0}')), 0x000000);
	});

	test("refuses what every object inherits", () => {
		for (const name of ["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf"])
			assert.equal(parseColor(name), undefined, name);
	});

	test("refuses every other text", () => {
		const texts = [
			"",
			"#",
			"#ff",
			"#ffff",
			"#ff\n",
			"#f g",
			"fff",
			"off ",
			"#off",
			"#ff00000",
			"ff0000",
			"#ff000g",
			"#+12345",
			"#12345 ",
			"#12345\n",
			" red",
			"red ",
		];
		for (const text of [...texts, "0xff00", "#ff 000", "#1e5000\n", "rgb(1,2,3)"])
			assert.equal(parseColor(text), undefined, JSON.stringify(text));
	});

	test("refuses levels that are not integers from 0 to 255", () => {
		for (const red of [-1, 256, 0.5, "1", null, true, [1], Number.NaN, Number.POSITIVE_INFINITY, 2 ** 32])
			assert.equal(parseColor({ red, green: 0, blue: 0 }), undefined, String(red));
	});

	test("refuses an object with a key missing, foreign, beside the three or inherited", () => {
		assert.equal(parseColor({ red: 1, green: 2 }), undefined);
		assert.equal(parseColor({ red: 1, green: 2, white: 3 }), undefined);
		assert.equal(parseColor({ red: 1, green: 2, blue: 3, white: 4 }), undefined);
		assert.equal(parseColor(JSON.parse('{"red":1,"green":2,"blue":3,"__proto__":{}}')), undefined);
		assert.equal(parseColor(JSON.parse('{"red":1,"green":2,"__proto__":{"blue":3}}')), undefined);
		assert.equal(parseColor(Object.create({ red: 1, green: 2, blue: 3 })), undefined);
	});

	test("refuses everything that is neither text nor object", () => {
		for (const value of [undefined, null, 0, 0xff0000, true, [], [1, 2, 3], Symbol("red")])
			assert.equal(parseColor(value), undefined);
	});

	test("never throws, and gives levels that an LED can take", () => {
		fc.assert(
			fc.property(fc.oneof(fc.jsonValue(), fc.string()), (value) => {
				const color = parseColor(value);
				if (color !== undefined) assert.match(formatColor(color), /^#[0-9a-f]{6}$/);
			}),
		);
	});
});

describe("formatColor", () => {
	test("keeps leading zeros", () => {
		assert.equal(formatColor(10), "#00000a");
	});

	test("is the way back from parseColor", () => {
		fc.assert(
			fc.property(
				fc.record({ red: level, green: level, blue: level }, { noNullPrototype: true }),
				(levels) => {
					const color = (levels.red << 16) | (levels.green << 8) | levels.blue;
					assert.equal(parseColor(levels), color);
					assert.equal(parseColor(formatColor(color)), color);
				},
			),
		);
	});
});
