import assert from "node:assert/strict";
import { test } from "node:test";
import { type Group, Skip } from "./rule";
import { commands } from "./rules/commands";
import { http } from "./rules/http";
import { Subject } from "./subject";
import type { Trial } from "./trial";

/** A device as rules see it: what it answers to GET and HEAD, one after the other, and to commands. */
function device({ dates, window = null }: { dates: (string | undefined)[]; window?: object | null }): Trial {
	let asked = 0;
	const answer = () => {
		const date = dates[Math.min(asked++, dates.length - 1)];
		const headers = new Map([["content-length", "2"], ...(date ? [["date", date] as const] : [])]);
		return { status: 200, headers, json: { status: "ok", getData: { window } }, text: "{}" };
	};
	const wire = { send: () => wire, response: async () => answer() };
	const trial = {
		open: async () => wire,
		hasClock: async () => dates[0] !== undefined,
		command: async () => answer(),
	};
	return trial as unknown as Trial;
}

function rule({ rules }: Group, name: string) {
	const found = rules.find((rule) => rule.name === name);
	assert.ok(found, name);
	return (trial: Trial) => found.run(trial);
}

const at = (second: number) => `Fri, 27 Nov 2026 12:00:0${second} GMT`;
const head = rule(http, "HEAD is answered like GET, without the body");
const time = rule(commands, "a window has its time as soon as the clock is set");

test("HEAD may come a second after GET, not before it, and with a Date if GET has one", async () => {
	await head(device({ dates: [at(1), at(2)] }));
	await head(device({ dates: [undefined] }));
	await assert.rejects(head(device({ dates: [at(2), at(1)] })));
	await assert.rejects(head(device({ dates: [at(1), undefined] })));
	await assert.rejects(head(device({ dates: [undefined, at(1)] })));
});

test("what needs a set clock is skipped on a device that has none, and demanded of one that has", async () => {
	const window = { time: null };
	await assert.rejects(time(device({ dates: [undefined], window })), Skip);
	await assert.rejects(time(device({ dates: [at(1)], window })), assert.AssertionError);
	await time(device({ dates: [at(1)], window: { time: 1_798_761_600 } }));
});

test("a slow device has longer for everything, but not for ever", () => {
	const subject = new Subject({ host: "192.0.2.1", port: 80, secure: false }, undefined);
	assert.equal(subject.slack(3), 3);
	subject.lag = 0.2;
	assert.equal(subject.slack(3), 9);
	subject.lag = 60;
	assert.equal(subject.slack(3), 33);
});
