// npm run cloud: the server, as its environment tells it.
import { readConfig } from "./config";
import { start } from "./server";

try {
	const { origin, services, close } = await start(readConfig(process.env));
	console.error(`${origin}/
A browser or phone trusts it by ${origin}/trust, where it should show this SHA-256:
${services.authority.fingerprint}`);
	for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void close());
} catch (error) {
	console.error(`The server does not start: ${(error as Error).message}`);
	process.exit(1);
}
