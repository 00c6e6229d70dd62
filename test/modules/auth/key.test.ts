import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseKey } from "../../../modules/auth/key";

test("the id of a key says its name, scope, end and generation", () => {
	const id = "grafana.r.1830297600.1";
	assert.deepEqual(parseKey(id), { id, name: "grafana", scope: "r", until: 1_830_297_600, generation: 1 });
	const most = `${"a-9".repeat(8)}.rlm.999999999999999.999999999999999`;
	assert.equal(parseKey(most)?.scope, "rlm");
});

test("no id but the exact spelling is one: order, zeros, signs, white space, case, length", () => {
	for (const id of [
		"",
		"...",
		"grafana",
		"grafana.r.0",
		"grafana.r.0.1.",
		"grafana.r.0.1.1",
		".grafana.r.0.1",
		"grafana.r..1",
		"grafana..0.1",
		".r.0.1",
		"grafana.r.0.",
		"Grafana.r.0.1",
		"grafana.R.0.1",
		"gra_fana.r.0.1",
		"grafäna.r.0.1",
		"gra fana.r.0.1",
		`${"a".repeat(25)}.r.0.1`,
		"grafana.lr.0.1",
		"grafana.mr.0.1",
		"grafana.rlml.0.1",
		"grafana.rr.0.1",
		"grafana.x.0.1",
		"grafana.r.00.1",
		"grafana.r.01.1",
		"grafana.r.-1.1",
		"grafana.r.+1.1",
		"grafana.r.1e3.1",
		"grafana.r.Infinity.1",
		"grafana.r.NaN.1",
		"grafana.r.-0.1",
		"grafana.r.0.Infinity",
		"grafana.r.0x1.1",
		"grafana.r.1_0.1",
		"grafana.r.٣.1",
		"grafana.r.1000000000000000.1",
		"grafana.r.0.0",
		"grafana.r.0.01",
		"grafana.r.0.-1",
		"grafana.r.0.1000000000000000",
		" grafana.r.0.1",
		"grafana.r.0.1 ",
		"grafana.r.0.1\n",
		"grafana.r.0.1\0",
		"grafana. r.0.1",
		"grafana.r.0.1".replaceAll(".", "．"),
		"a".repeat(4_000),
		".".repeat(4_000),
	])
		assert.equal(parseKey(id), undefined, JSON.stringify(id));
});

test("an id is spelled in one way: what is read of it gives the same text again", () => {
	const part = fc.oneof(
		fc.constantFrom("a", "grafana", "r", "l", "rl", "lr", "0", "1", "01", "+1", "", " ", "1830297600"),
		fc.string({ maxLength: 5 }),
		fc.nat().map(String),
	);
	fc.assert(
		fc.property(fc.array(part, { minLength: 3, maxLength: 5 }), (parts) => {
			const key = parseKey(parts.join("."));
			if (!key) return;
			const { name, scope, until, generation } = key;
			assert.equal(`${name}.${scope}.${until}.${generation}`, parts.join("."));
			assert.match(key.id, /^[a-z0-9-]{1,24}\.r?l?m?\.(0|[1-9][0-9]{0,14})\.[1-9][0-9]{0,14}$/);
		}),
		{ numRuns: 2_000 },
	);
});
