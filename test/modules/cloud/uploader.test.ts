import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { InfluxSettings } from "../../../modules/cloud/influx";
import { PointLog } from "../../../modules/cloud/point-log";
import { Uploader } from "../../../modules/cloud/uploader";
import { FakeDatabase } from "../../fakes/cloud";
import { FakeHost } from "../../fakes/host";
import { FakeStorage } from "../../fakes/storage";

const V1: InfluxSettings = {
	url: "https://db.example.org",
	database: "home",
	user: "me",
	password: "pass word",
	trust: {},
};
const V2: InfluxSettings = {
	url: "http://192.168.1.5:8086/x/",
	org: "my org",
	bucket: "b&c",
	token: "t0k",
	trust: { ca: "PEM" },
};

function uploader(waiting = 0, settings: InfluxSettings | null = V1) {
	const host = new FakeHost();
	const database = new FakeDatabase();
	Object.assign(host.network, { connect: database.connect });
	host.random = (count) => new Uint8Array(count).fill(255);
	const storage = new FakeStorage(64, 1024);
	const log = new PointLog(storage);
	const append = (count: number) => {
		for (let i = 0; i < count; i++)
			log.append({ time: 10 * ++next, readings: { temperature: 20 + next / 100 }, motionEvents: 0 });
	};
	let next = 0;
	append(waiting);
	const problems: string[] = [];
	const it = new Uploader(host, log, { onProblem: (message) => problems.push(message), onUpload() {} });
	it.configure(settings);
	const times = (from: number, to: number) =>
		Array.from({ length: to - from }, (_, i) => 10 * (from + i + 1));
	/** Lets seconds pass, in each of which the database answers. */
	const pass = (seconds: number) => {
		for (let second = 0; second < seconds; second++) {
			host.advance(1_000);
			database.work();
		}
	};
	return { host, database, storage, log, append, it, problems, times, pass };
}

describe("requests", () => {
	test("a database of version 1 gets its name, Basic credentials and lines with seconds", () => {
		const { database } = uploader(2);
		const [request] = database.requests;
		assert.equal(request?.target, "/write?db=home&precision=s");
		assert.equal(request?.headers.authorization, `Basic ${Buffer.from("me:pass word").toString("base64")}`);
		assert.deepEqual(request?.endpoint, { secure: true, host: "db.example.org", port: 443, path: "" });
		assert.equal(
			request?.body,
			"ambient16,udid=10000fb38278 temperature=20.01,motionEvents=0i 10\nambient16,udid=10000fb38278 temperature=20.02,motionEvents=0i 20",
		);
	});

	test("a bucket of version 2 gets its organization and a token", () => {
		const { database } = uploader(1, V2);
		const [request] = database.requests;
		assert.equal(request?.target, "/x/api/v2/write?org=my%20org&bucket=b%26c&precision=s");
		assert.equal(request?.headers.authorization, "Token t0k");
		assert.deepEqual(request?.trust, { ca: "PEM" });
	});

	test("without TLS only addresses of the home are connected to, with TLS any", () => {
		const plain = uploader(1, V2).database.requests[0];
		assert.equal(plain?.allowAddress("192.168.1.5"), true);
		assert.equal(plain?.allowAddress("8.8.8.8"), false);
		assert.equal(uploader(1, V1).database.requests[0]?.allowAddress("8.8.8.8"), true);
	});

	test("one request is under way at a time", () => {
		const { database, append, it } = uploader(10);
		append(10);
		it.wake();
		it.wake();
		assert.equal(database.requests.length, 1);
	});

	test("without settings nothing is sent, and points wait", () => {
		const { database, log } = uploader(10, null);
		assert.equal(database.requests.length, 0);
		assert.equal(log.waiting, 10);
	});
});

describe("answers", () => {
	test("what is taken is sent once, in order, in batches of 25", () => {
		const { database, it, log, times } = uploader(120);
		assert.equal(database.work(), 5);
		assert.deepEqual(database.taken, times(0, 120));
		assert.deepEqual([log.waiting, it.sent, it.error], [0, 120, undefined]);
	});

	test("a new point is sent when it comes", () => {
		const { database, append, it, times } = uploader(0);
		append(1);
		it.wake();
		database.work();
		assert.deepEqual(database.taken, times(0, 1));
	});

	test("429, 500, 503 and no answer are tried again, ever more seldom, and nothing is lost", () => {
		for (const answer of [429, 500, 503, { status: undefined, error: "timed out" }]) {
			const { database, host, problems, log, times, pass } = uploader(60);
			database.answer = () => answer;
			const tries: number[] = [];
			for (let second = 0; second < 3_600; second++) {
				if (database.work() > 0) tries.push(second);
				host.advance(1_000);
			}
			assert.deepEqual(tries.slice(0, 7), [0, 1, 3, 7, 15, 31, 63]);
			assert.equal(tries.at(-1)! - tries.at(-2)!, 300);
			assert.equal(log.waiting, 60);
			assert.equal(problems.length, 1, "told once");
			database.answer = () => 204;
			pass(300);
			assert.deepEqual(database.taken, times(0, 60));
		}
	});

	test("Retry-After is obeyed, in seconds and as a date, and bounded", () => {
		const at = (value: string) => {
			const { database, host } = uploader(1);
			database.answer = () => ({ status: 429, retryAfter: value, body: "" });
			database.work();
			let second = 0;
			while (database.requests.length < 2 && second < 10_000) {
				host.advance(1_000);
				second++;
			}
			return second;
		};
		assert.equal(at("40"), 40);
		assert.equal(at(new Date(Date.UTC(2026, 0, 1) + 90_000).toUTCString()), 90);
		assert.equal(at("999999"), 3_600);
		assert.equal(at("soon"), 1);
	});

	test("401, 403 and 404 keep the points and tell the reason", () => {
		for (const status of [401, 403, 404]) {
			const { database, it, log, problems } = uploader(5);
			database.answer = () => status;
			database.work();
			assert.match(it.error ?? "", new RegExp(String(status)));
			assert.equal(problems.length, 1);
			assert.equal(log.waiting, 5);
		}
	});

	test("a redirect is not followed", () => {
		const { database, it } = uploader(1);
		database.answer = () => 302;
		database.work();
		assert.match(it.error ?? "", /302/);
	});

	test("of a batch that is refused only the point that is at fault is dropped, and counted", () => {
		const { database, it, log, times } = uploader(120);
		const bad = [70, 710, 720];
		database.answer = (lines) =>
			lines.some((line) => bad.includes(Number(line.split(" ").at(-1)))) ? 400 : 204;
		database.work();
		// The newest one came before its turn as well, to prove that the database takes any.
		assert.deepEqual(
			[...new Set(database.taken)].sort((a, b) => a - b),
			times(0, 120).filter((time) => !bad.includes(time)),
		);
		assert.deepEqual([it.refused, it.sent, log.waiting], [3, 117, 0]);
	});

	test("what refuses everything is no reason to drop a point (HTTP to an HTTPS port is answered with 400)", () => {
		const { database, append, it, log, problems, times, pass } = uploader(120);
		database.answer = () => 400;
		for (let minute = 0; minute < 60; minute++) {
			append(6);
			it.wake();
			pass(60);
		}
		assert.deepEqual([log.waiting, it.refused], [480, 0]);
		assert.deepEqual(problems, ["database: it refuses every point (400)"]);
		assert.ok(database.requests.length < 60, "it is asked ever more seldom");
		database.answer = () => 204;
		pass(300);
		assert.deepEqual(database.taken, times(0, 480));
		assert.equal(it.error, undefined);
	});

	test("a refused point that waits alone is dropped when the next one is taken", () => {
		const { database, host, append, it, log, times } = uploader(1);
		database.answer = (lines) => (lines.some((line) => line.endsWith(" 10")) ? 422 : 204);
		database.work();
		assert.deepEqual([log.waiting, it.refused], [1, 0]);
		append(1);
		host.advance(1_000);
		database.work();
		assert.deepEqual([log.waiting, it.refused, it.sent, it.error], [0, 1, 1, undefined]);
		assert.deepEqual([...new Set(database.taken)], times(1, 2));
	});

	test("nor is what refuses everything after a point was taken and another one refused", () => {
		const { database, append, it, log, times, pass } = uploader(120);
		database.answer = (lines) => (lines.some((line) => line.endsWith(" 10")) ? 400 : 204);
		// The halves of the batch, the point alone, the newest one, and the point once more.
		database.work(8);
		assert.deepEqual(database.taken.slice(0, 1), times(119, 120));
		database.answer = () => 400;
		for (let minute = 0; minute < 60; minute++) {
			append(6);
			it.wake();
			pass(60);
		}
		assert.deepEqual([log.waiting, it.refused], [480, 0]);
		database.answer = (lines) => (lines.some((line) => line.endsWith(" 10")) ? 400 : 204);
		pass(300);
		assert.deepEqual([log.waiting, it.refused, it.sent], [0, 1, 479]);
	});

	test("of a stretch of refused points (older than the database keeps) each costs little more than a request", () => {
		const { database, it, log } = uploader(1_000);
		database.answer = (lines) => (lines.some((line) => Number(line.split(" ").at(-1)) <= 9_000) ? 400 : 204);
		database.work(2_000);
		assert.deepEqual([log.waiting, it.refused, it.sent], [0, 900, 100]);
		assert.ok(database.requests.length < 960, `${database.requests.length} requests`);
	});

	test("a batch that is too large comes in smaller ones", () => {
		const { database, log, times } = uploader(120);
		database.answer = (lines) => (lines.length > 7 ? 413 : 204);
		database.work();
		assert.deepEqual(database.taken, times(0, 120));
		assert.equal(log.waiting, 0);
	});

	test("a storage that cannot be read is told of, and read again with the next point", () => {
		const { database, storage, append, it, problems, times } = uploader(1);
		database.work();
		append(1);
		const { read } = storage;
		storage.read = () => {
			throw new Error("worn out");
		};
		it.wake();
		assert.deepEqual(problems, ["the storage of points could not be read"]);
		storage.read = read;
		it.wake();
		database.work();
		assert.deepEqual(database.taken, times(0, 2));
	});

	test("a storage that cannot note what was sent does not make it sent twice", () => {
		const { database, storage, problems, times } = uploader(60);
		storage.power = 0;
		database.work();
		assert.deepEqual(database.taken, times(0, 60));
		assert.match(problems[0] ?? "", /storage/);
	});
});

describe("suspended", () => {
	test("what is under way is ended, and goes on afterwards without loss", () => {
		const { database, it, append, times } = uploader(60);
		database.work(1);
		it.suspend();
		append(10);
		it.wake();
		database.work();
		assert.equal(database.taken.length, 25);
		it.resume();
		database.work();
		assert.deepEqual(database.taken, times(0, 70));
	});

	test("closing leaves no timer", () => {
		const { database, host, it } = uploader(1);
		database.answer = () => 500;
		database.work();
		it.close();
		assert.equal(host.realTime.pending, 0);
	});
});

test("new settings are tried at once", () => {
	const { database, it, log } = uploader(5);
	database.answer = () => 401;
	database.work();
	database.answer = () => 204;
	it.configure(V2);
	database.work();
	assert.deepEqual([log.waiting, it.error], [0, undefined]);
});
