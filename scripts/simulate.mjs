// npm run simulate -- [--seed N] [--days D | --hosts M]: devices in a simulated world (test/simulation).
import { spawnSync } from "node:child_process";
import { install, root } from "./install.mjs";

install();

const { status } = spawnSync(
	process.execPath,
	["--expose-gc", "--import", "tsx", "test/simulation/main.ts", ...process.argv.slice(2)],
	{ cwd: root, stdio: "inherit" },
);
process.exit(status ?? 1);
