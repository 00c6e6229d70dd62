import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A new folder, gone after the test. */
export function makeFolder(t: { after(callback: () => void): void }): string {
	const folder = mkdtempSync(join(tmpdir(), "ambient16-"));
	t.after(() => rmSync(folder, { recursive: true, force: true }));
	return folder;
}
