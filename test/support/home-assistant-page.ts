import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** docs/home-assistant.md, and the sensor and the key that it has. */
export const PAGE = readFileSync(join(ROOT, "docs", "home-assistant.md"), "utf8");
const UDID = "10000fb38278";
export const KEY = "home-assistant.rl.0.1:9c1f0d2b7a4e58630d1c2b3a495867f0e1d2c3b4a5968778695a4b3c2d1e0f98";

/** A block of YAML of the page, without the indentation of its list item. */
export function block(start: string): string {
	const [, indent = "", text] =
		new RegExp(`^( *)\`\`\`yaml\\n( *${start}[\\s\\S]*?)^ *\`\`\``, "m").exec(PAGE) ?? [];
	assert.ok(text, start);
	return text.replaceAll(new RegExp(`^${indent}`, "gm"), "");
}

/** The same with a sensor and a key of one's own in place of the page's. */
export function ownBlock(start: string, url: string, udid: string, key: string): string {
	const [[id = "", secret = ""], [ownId = "", ownSecret = ""]] = [KEY.split(":"), key.split(":")];
	return block(start)
		.replaceAll("http://192.168.1.16", url)
		.replaceAll(UDID, udid)
		.replaceAll(id, ownId)
		.replaceAll(secret, ownSecret);
}
