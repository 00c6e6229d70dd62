// npm run cloud: the server of one's own, see cloud/README.md.
import { spawn } from "node:child_process";
import { cloud, install } from "./install.mjs";

install(cloud);

const child = spawn(process.execPath, ["--import", "tsx", "main.ts"], { cwd: cloud, stdio: "inherit" });
// A terminal signals both.
for (const signal of ["SIGINT", "SIGTERM"])
	process.on(signal, () => child.kill(/** @type {"SIGTERM"} */ (signal)));
child.on("close", (code) => process.exit(code ?? 1));
