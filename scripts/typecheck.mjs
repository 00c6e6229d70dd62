// npm run typecheck: every file of the repository in the surroundings that it runs in, each a project of TypeScript.
import { spawnSync } from "node:child_process";
import { cloud, install, root } from "./install.mjs";

export const PROJECTS = [
	"modules",
	".",
	"client",
	"cloud",
	"cloud/public",
	"hosts/desktop/panel/page",
	"hosts/esp32",
	"hosts/simulator",
	"hosts/simulator/window",
	"scripts",
	"setup",
	"test/xs/device",
];

if (process.argv[1] === import.meta.filename) {
	install(cloud);
	const wrong = PROJECTS.filter((project) => {
		const args = [`${root}/node_modules/typescript/bin/tsc`, "-p", project, "--noEmit"];
		return spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" }).status !== 0;
	});
	process.exit(wrong.length === 0 ? 0 : 1);
}
