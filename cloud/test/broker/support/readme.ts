import { readFileSync } from "node:fs";

/** What the README of the cloud says that stands in a file: the block of code with that name as its first comment. */
export function readSettings(name: string): string {
	const readme = readFileSync(new URL("../../../README.md", import.meta.url), "utf8");
	const block = [...readme.matchAll(/^```\w*\n([\s\S]*?)^```/gm)].find(([, text]) =>
		text?.startsWith(`# ${name}\n`),
	);
	if (!block?.[1]) throw new Error(`there is no ${name} in the README`);
	return block[1];
}
