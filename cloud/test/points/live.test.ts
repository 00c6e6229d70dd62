import assert from "node:assert/strict";
import type { Readable } from "node:stream";
import { describe, test } from "node:test";
import { LIVE_BEHIND, LIVE_PAGES } from "../../limits";
import { Live } from "../../points/live";

/** What came on a stream by now. */
function heard(stream: Readable | undefined): string {
	return stream?.read()?.toString() ?? "";
}

describe("pages that are told what is new", () => {
	test("hear what is told to their account, as server-sent events, and nothing of another's", () => {
		const live = new Live();
		const [mine, also, another] = [live.open("me", "1"), live.open("me", "2"), live.open("you", "3")];
		for (const stream of [mine, also, another]) assert.equal(heard(stream), ": \n\n");
		live.tell("me", "point", { time: 10 });
		for (const stream of [mine, also]) assert.equal(heard(stream), 'event: point\ndata: {"time":10}\n\n');
		assert.equal(heard(another), "");
	});

	test("are so many and no more, until one is closed", async () => {
		const live = new Live();
		const streams = Array.from({ length: LIVE_PAGES }, () => live.open("me", "1"));
		assert.ok(streams.every(Boolean));
		assert.equal(live.open("me", "1"), undefined);
		assert.ok(live.open("you", "2"));
		streams[0]?.destroy();
		await new Promise((resolve) => streams[0]?.once("close", resolve));
		assert.ok(live.open("me", "1"));
	});

	test("are cut off when they do not read", async () => {
		const live = new Live();
		const stream = live.open("me", "1") as Readable;
		for (let told = 0; told <= LIVE_BEHIND; told += 1000) live.tell("me", "point", "x".repeat(1000));
		live.tell("me", "point", "more");
		assert.ok(stream.destroyed);
	});

	test("hear that the connection lives, and end with their session", async () => {
		const live = new Live();
		const [stays, goes] = [live.open("me", "1"), live.open("me", "2")];
		for (const stream of [stays, goes]) heard(stream);
		await live.beat(async (session, account) => account === "me" && session === "1");
		assert.equal(heard(stays), ": \n\n");
		assert.equal(heard(goes), "");
		await new Promise((resolve) => goes?.once("end", resolve).resume());
		live.tell("me", "point", {});
		assert.notEqual(heard(stays), "");
	});

	test("all end when the server does", async () => {
		const live = new Live();
		const stream = live.open("me", "1") as Readable;
		live.close();
		await new Promise((resolve) => stream.once("end", resolve).resume());
		assert.equal(live.open("me", "1"), undefined);
	});
});
