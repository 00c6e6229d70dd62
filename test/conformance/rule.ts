import assert from "node:assert/strict";
import type { Trial } from "./trial";
import type { WireResponse } from "./wire";

/** One thing that the protocol demands. */
export interface Rule {
	/** A sentence. */
	name: string;
	/** Throws when the device breaks the rule, or a Skip. */
	run(t: Trial): Promise<void>;
}

/** What must be known or allowed for rules to be tried. */
export type Need =
	/** The device has no owner yet, and its HTTPS address is known. */
	| "unpaired"
	/** Its UUID is known. */
	| "owner"
	/** Its UUID and its HTTPS address are known. */
	| "https"
	/** The suite itself gave it its owner, so that nobody's settings are lost. */
	| "ours"
	/** The suite knows the UUID of the device, or has told it one. */
	| "told";

export interface Group {
	name: string;
	need?: Need;
	rules: Rule[];
}

/** A rule that cannot be tried here, and why. */
export class Skip extends Error {}

/** An error as docs/protocol.md has it: one of `statuses`, with a JSON body, and `code` if it is laid down. */
export function assertError(answer: WireResponse, statuses: number | number[], code?: string): void {
	const expected = [statuses].flat();
	if (!expected.includes(answer.status))
		assert.fail(`${answer.status} ${answer.text.slice(0, 120)} instead of ${expected.join(" or ")}`);
	assert.equal(answer.json.status, "error");
	assert.match(answer.json.code ?? "", /^[a-z0-9]+(-[a-z0-9]+)*$/, "code");
	assert.ok((answer.json.message ?? "").length > 0, "there is no message");
	if (code !== undefined) assert.equal(answer.json.code, code);
}

export function assertOk(answer: WireResponse): void {
	assert.equal(`${answer.status} ${answer.json.status}`, "200 ok", answer.text.slice(0, 120));
}

/** For ranges of time, in seconds. */
export function assertBetween(seconds: number, least: number, most: number): void {
	assert.ok(seconds >= least && seconds <= most, `${seconds.toFixed(1)} s, not ${least} to ${most} s`);
}

export function pause(ms: number): Promise<void> {
	return new Promise((resolve) => setTimeout(resolve, ms));
}
