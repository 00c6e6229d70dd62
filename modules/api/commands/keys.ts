import { isKeyName } from "../../auth/key";
import { KEYS_REVOKED } from "../../limits";
import type { KeyRules } from "../../settings";
import type { Command } from "../command";
import { Fields } from "../fields";

const NAME = "setKeys";
const FIELDS = ["revoke", "restore", "revokeAll"] as const;

/** `setKeys`: which keys are not taken any more, or again, or none of all that there are. */
export const setKeys: Command<KeyRules> = {
	name: NAME,
	fields: FIELDS,
	where: "https",
	scope: undefined,

	validate(value, { settings }) {
		const fields = new Fields(NAME, value, FIELDS);
		const given = FIELDS.filter((name) => fields.has(name));
		if (given.length !== 1)
			throw fields.invalid(given[1] ?? "revoke", "the one of revoke, restore, revokeAll");
		const { generation, revoked } = settings.value.keys;
		switch (given[0]) {
			case "revokeAll":
				if (!fields.boolean("revokeAll")) throw fields.invalid("revokeAll", "true");
				return { generation: generation + 1, revoked: [] };
			case "restore": {
				const names = keyNames(fields, "restore");
				return { generation, revoked: revoked.filter((name) => !names.includes(name)) };
			}
			default: {
				const names = keyNames(fields, "revoke");
				const all = [...new Set([...revoked, ...names])];
				if (all.length > KEYS_REVOKED)
					throw fields.invalid(
						"revoke",
						`names of at most ${KEYS_REVOKED} keys in all; revokeAll is for more`,
					);
				return { generation, revoked: all };
			}
		}
	},

	settings(keys) {
		return { keys };
	},

	perform(keys) {
		return keys;
	},
};

function keyNames(fields: Fields, field: string): string[] {
	const names = fields.any(field);
	const valid =
		Array.isArray(names) &&
		names.length > 0 &&
		names.length <= KEYS_REVOKED &&
		names.every((name) => typeof name === "string" && isKeyName(name));
	if (!valid) throw fields.invalid(field, `a list of 1 to ${KEYS_REVOKED} names of keys`);
	return names;
}
