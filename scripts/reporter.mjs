import { writeFileSync } from "node:fs";
import { relative } from "node:path";

/** Where the counts of each file go, for test.mjs. */
export const SUMMARY = "build/test-summary.json";

/** ms without a line until it is told what runs. */
const SILENCE = 5_000;

/** What runs while it runs, a line a file, each failure in full, and in the end what was skipped, with its reason. */
export default async function* report(events) {
	const begin = performance.now();
	const files = new Map();
	const running = new Set();
	const skipped = new Map();
	let told = begin;
	const line = (text) => {
		told = performance.now();
		return `${((told - begin) / 1000).toFixed(0).padStart(5)} s  ${text}\n`;
	};
	for await (const event of withTicks(events, 1_000)) {
		if (!event) {
			if (running.size > 0 && performance.now() - told >= SILENCE)
				yield line(`${[...running].join(", ")} ...`);
			continue;
		}
		const { type, data } = event;
		if (type === "test:stderr" || type === "test:stdout") {
			yield data.message;
			continue;
		}
		const file = data.file ? relative(process.cwd(), data.file) : "";
		// A file that runs is a test by its own name.
		const isFile = data.nesting === 0 && file !== "" && data.name?.endsWith(file) === true;
		if (isFile && type === "test:dequeue") running.add(file);
		if (isFile && type === "test:complete" && running.delete(file))
			yield line(`${file}: ${(data.details.duration_ms / 1000).toFixed(1)} s`);
		if (type === "test:diagnostic" && data.file) yield `  ${data.message}\n`;
		if (type !== "test:pass" && type !== "test:fail") continue;
		// A suite is its tests, unless none of them is run.
		if ((data.details?.type === "suite" && data.skip === undefined) || (isFile && type === "test:pass"))
			continue;
		// One that failed to load, or took too long, has no other failure.
		if (isFile && files.get(file)?.failed) continue;
		const entry = files.get(file) ?? { passed: 0, failed: 0, skipped: 0 };
		files.set(file, entry);
		const kind = data.skip !== undefined ? "skipped" : type === "test:pass" ? "passed" : "failed";
		entry[kind]++;
		if (kind === "skipped") {
			const why = `${file}: ${data.skip === true ? "without a reason" : data.skip}`;
			skipped.set(why, [...(skipped.get(why) ?? []), data.name]);
		}
		if (kind === "failed") {
			const error = data.details?.error;
			yield `\nFAIL ${file}: ${data.name}\n${String(error?.cause?.stack ?? error?.stack ?? error)}\n\n`;
		}
	}
	for (const [file, { passed, failed, skipped }] of [...files].sort())
		yield `${failed ? "FAIL" : "ok  "} ${file}: ${passed} passed${failed ? `, ${failed} failed` : ""}${skipped ? `, ${skipped} skipped` : ""}\n`;
	for (const [why, names] of skipped)
		yield `skip ${why}\n${names.map((name) => `       ${name}\n`).join("")}`;
	writeFileSync(SUMMARY, JSON.stringify(Object.fromEntries(files)));
}

/** The events of a stream, and between them undefined every so many ms. */
async function* withTicks(events, ms) {
	const iterator = events[Symbol.asyncIterator]();
	let timer;
	const tick = () =>
		new Promise((resolve) => {
			timer = setTimeout(resolve, ms);
		});
	let [next, silence] = [iterator.next(), tick()];
	for (;;) {
		const result = await Promise.race([next, silence]);
		if (result?.done) break;
		yield result?.value;
		if (result) next = iterator.next();
		else silence = tick();
	}
	clearTimeout(timer);
}
