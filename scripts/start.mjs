// npm start: the device at a desk.
import { install } from "./install.mjs";

install();

const { register } = await import("tsx/esm/api");
register();
const { supervise } = await import("../hosts/desktop/supervisor.ts");
supervise(process.argv.slice(2));
