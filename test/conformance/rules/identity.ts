import assert from "node:assert/strict";
import type { Group } from "../rule";

export const identity: Group = {
	name: "identity",
	rules: [
		{
			name: "GET / tells type, version, udid, deviceType and token first, in this order",
			async run(t) {
				const { json, status } = await t.send({ method: "GET" });
				assert.equal(status, 200);
				assert.deepEqual(Object.keys(json).slice(0, 5), ["type", "version", "udid", "deviceType", "token"]);
				assert.equal(json.type, "Ambient16");
				assert.match(json.version ?? "", /^\d+\.\d+\.\d+/);
				assert.match(json.udid ?? "", /^[0-9a-f]{12}$/);
				assert.equal(json.deviceType, "1000");
				assert.match(json.token ?? "", /^[a-z]{8}$/);
			},
		},
		{
			name: "GET / tells the proofs that are taken and whether there is an owner",
			async run(t) {
				const { auth = [], paired } = await t.identify();
				assert.ok(auth.includes("hmac-sha256"), `auth is ${auth}`);
				assert.deepEqual(
					auth.filter((proof) => proof !== "md5"),
					["hmac-sha256", "key"],
				);
				assert.equal(typeof paired, "boolean");
			},
		},
		{
			name: "answers are JSON with an exact Content-Length, errors as well",
			async run(t) {
				for (const path of ["/", "/nothing"]) {
					const { headers } = await t.send({ method: "GET", path });
					assert.match(headers.get("content-type") ?? "", /^application\/json(; *charset=utf-8)?$/i);
				}
			},
		},
		{
			name: "the token stays while nothing happens that ends it",
			async run(t) {
				const { token } = await t.identify();
				assert.equal((await t.identify()).token, token);
			},
		},
	],
};
