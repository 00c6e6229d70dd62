// npm start: the device at a desk.
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { built } from "./bundle.mjs";
import { install } from "./install.mjs";

install();

const folder = await built("desk");
const { start } = await import(pathToFileURL(join(folder, "supervisor.mjs")).href);
start(process.argv.slice(2), join(folder, "main.mjs"));
