import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The page's files by their path: type and text. */
export type Files = Readonly<Record<string, { type: string; text: string }>>;

const HTML = "text/html; charset=utf-8";
const CSS = "text/css; charset=utf-8";
const SCRIPT = "text/javascript; charset=utf-8";

/** Reads the page. In a bundle there is nothing to read from: scripts/panel-files.mjs puts the answer in here. */
export function readFiles(): Files {
	const page = fileURLToPath(new URL("page", import.meta.url));
	const plot = dirname(createRequire(import.meta.url).resolve("uplot"));
	const file = (type: string, ...path: string[]) => ({ type, text: readFileSync(join(...path), "utf8") });
	return {
		"/": file(HTML, page, "index.html"),
		"/style.css": file(CSS, page, "style.css"),
		"/icon.svg": file("image/svg+xml", page, "icon.svg"),
		"/main.js": file(SCRIPT, page, "main.js"),
		"/hands.js": file(SCRIPT, page, "hands.js"),
		"/sight.js": file(SCRIPT, page, "sight.js"),
		"/time.js": file(SCRIPT, page, "time.js"),
		"/plots.js": file(SCRIPT, page, "plots.js"),
		"/uplot.js": file(SCRIPT, plot, "uPlot.esm.js"),
		"/uplot.css": file(CSS, plot, "uPlot.min.css"),
	};
}
