// npm run ambient16: the command line of the client.
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { built } from "./bundle.mjs";
import { install } from "./install.mjs";

install();

await import(pathToFileURL(join(await built("ambient16"), "main.mjs")).href);
