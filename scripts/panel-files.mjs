import { tsImport } from "tsx/esm/api";

/** For esbuild: puts the panel's page into a bundle, which has no folder to read it from. */
export const panelFiles = {
	name: "panel-files",
	setup(build) {
		build.onLoad({ filter: /[\\/]panel[\\/]files\.ts$/ }, async ({ path }) => {
			const { readFiles } = await tsImport(path, import.meta.url);
			return { contents: `export const readFiles = () => (${JSON.stringify(readFiles())});` };
		});
	},
};
