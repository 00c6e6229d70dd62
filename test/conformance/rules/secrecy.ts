import assert from "node:assert/strict";
import type { Group } from "../rule";

/** Looks at all that the device has said to the other rules. */
export const secrecy: Group = {
	name: "secrecy",
	need: "told",
	rules: [
		{
			name: "nothing that came from the device holds a UUID, in any form",
			async run(t) {
				assert.ok(t.subject.volume > 0);
				const form = t.subject.leak();
				assert.equal(form, undefined, `it came: ${form}`);
			},
		},
	],
};
