import { writeFileSync } from "node:fs";
import { relative } from "node:path";

/** Where the counts of each file go, for test.mjs. */
export const SUMMARY = "build/test-summary.json";

/** A line a file, each failure in full, each skip with its reason. */
export default async function* report(events) {
	const files = new Map();
	for await (const { type, data } of events) {
		if (type === "test:stderr" || type === "test:stdout") {
			yield data.message;
			continue;
		}
		if (type === "test:diagnostic" && data.file) yield `  ${data.message}\n`;
		if (type !== "test:pass" && type !== "test:fail") continue;
		const file = data.file ? relative(process.cwd(), data.file) : "";
		// A file that ran whole is reported as a test by its own name; one that failed to load has only that.
		const isFile = data.nesting === 0 && data.name.endsWith(file) && file !== "";
		// A suite is its tests, unless none of them is run.
		if ((data.details?.type === "suite" && data.skip === undefined) || (isFile && type === "test:pass"))
			continue;
		if (isFile && files.get(file)?.failed) continue;
		const entry = files.get(file) ?? { passed: 0, failed: 0, skipped: 0 };
		files.set(file, entry);
		const kind = data.skip !== undefined ? "skipped" : type === "test:pass" ? "passed" : "failed";
		entry[kind]++;
		if (kind === "skipped") yield `skip ${file}: ${data.name}${data.skip === true ? "" : `: ${data.skip}`}\n`;
		if (kind === "failed") {
			const error = data.details?.error;
			yield `\nFAIL ${file}: ${data.name}\n${String(error?.cause?.stack ?? error?.stack ?? error)}\n\n`;
		}
	}
	for (const [file, { passed, failed, skipped }] of [...files].sort())
		yield `${failed ? "FAIL" : "ok  "} ${file}: ${passed} passed${failed ? `, ${failed} failed` : ""}${skipped ? `, ${skipped} skipped` : ""}\n`;
	writeFileSync(SUMMARY, JSON.stringify(Object.fromEntries(files)));
}
