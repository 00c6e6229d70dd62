import { COMMANDS } from "./commands/all";

/** Members of a request that are no commands: whom it is for, and what proves who sends it. */
export const PROOFS: readonly string[] = ["udid", "secret", "key"];

/** Every name that a member of a request may have, in whichever object: as the commands declare them. */
export const REQUEST_NAMES: readonly string[] = [
	...PROOFS,
	...COMMANDS.flatMap(({ name, fields }) => [name, ...fields]),
];
