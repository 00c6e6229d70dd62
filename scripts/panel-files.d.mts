import type { Plugin } from "esbuild";

export const panelFiles: Plugin;
