import { pathToFileURL } from "node:url";
import { build } from "esbuild";

/** For esbuild: puts the panel's page into a bundle, which has no folder to read it from. */
export const panelFiles = {
	name: "panel-files",
	setup({ onLoad }) {
		onLoad({ filter: /[\\/]panel[\\/]files\.ts$/ }, async ({ path }) => {
			const { outputFiles } = await build({
				entryPoints: [path],
				write: false,
				format: "esm",
				// It looks for the page beside itself.
				define: { "import.meta.url": JSON.stringify(pathToFileURL(path).href) },
			});
			const { readFiles } = await import(
				`data:text/javascript,${encodeURIComponent(outputFiles[0]?.text ?? "")}`
			);
			return { contents: `export const readFiles = () => (${JSON.stringify(readFiles())});` };
		});
	},
};
