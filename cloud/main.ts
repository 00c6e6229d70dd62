// npm run cloud: the server, as its environment tells it.
import { readConfig } from "./config";
import { start } from "./server";

try {
	const { origin, origins, services, close } = await start(readConfig(process.env));
	// One name of this computer for itself is enough.
	const others = origins.filter((other) => !/\/(127\.0\.0\.1|\[::1\]):?/.test(other));
	console.error(`Ambient16's server: ${origin}/
  also      ${others.map((other) => `${other}/`).join("  ")}
  data      ${services.config.folder}
  trust it  ${origin}/trust in a browser or phone, which should show this SHA-256:
            ${services.authority.fingerprint}`);
	for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void close());
} catch (error) {
	console.error(`The server does not start: ${(error as Error).message}`);
	process.exit(1);
}
