// npm start: the device at a desk.
import { install } from "./install.mjs";

install();

// In this process, so that Ctrl-C, standard input and the exit code are the device's own.
const { register } = await import("tsx/esm/api");
register();
await import("../main.ts");
