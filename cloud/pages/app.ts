import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { FastifyInstance } from "fastify";
import type { Services } from "../services";

const CSS = "text/css; charset=utf-8";
const SCRIPT = "text/javascript; charset=utf-8";

/**
 * What makes an App of the pages, beside the files of `public/`: a service worker for all of them (one in a folder is for
 * that folder), and uPlot, as its package has it.
 */
export const app = (_services: Services) => async (app: FastifyInstance) => {
	const plot = dirname(createRequire(import.meta.url).resolve("uplot"));
	for (const [path, type, file] of [
		["/service-worker.js", SCRIPT, fileURLToPath(new URL("../public/service-worker.js", import.meta.url))],
		["/assets/uplot.js", SCRIPT, join(plot, "uPlot.esm.js")],
		["/assets/uplot.css", CSS, join(plot, "uPlot.min.css")],
	] as const) {
		const text = readFileSync(file, "utf8");
		app.get(path, { config: { open: true } }, async (_request, reply) =>
			reply.header("cache-control", "no-cache").type(type).send(text),
		);
	}
};
