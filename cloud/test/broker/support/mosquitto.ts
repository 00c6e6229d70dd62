import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { program, Service } from "../../../../test/cloud/support/service";
import { Authority } from "../../../../test/support/authority";
import { type Scope, temporaryFolder } from "../../../../test/support/desk";
import { freePort } from "../../../../test/support/ports";
import { readSettings } from "./readme";

/** Starts Mosquitto as the README sets it up, with a folder and a port of a test's own. */
export async function startMosquitto(t: Scope) {
	const folder = temporaryFolder(t);
	const authority = await Authority.create();
	const { key, cert } = await authority.issue();
	const port = freePort();
	for (const [name, text] of [
		["server.pem", cert],
		["server.key", key],
	] as const)
		writeFileSync(join(folder, name), text, { mode: 0o600 });
	// The lines of the README, with this test's folder and port.
	const settings = readSettings("mosquitto.conf")
		.replaceAll("/etc/mosquitto/certs", folder)
		.replaceAll("/var/lib/mosquitto", folder)
		.replace("listener 8883", `listener ${port} 127.0.0.1`);
	writeFileSync(
		join(folder, "mosquitto.conf"),
		`${settings}\n${process.getuid?.() === 0 ? "user root\n" : ""}`,
	);
	execFileSync("mosquitto_ctrl", [
		"dynsec",
		"init",
		join(folder, "dynamic-security.json"),
		"cloud",
		"secret",
	]);
	const service = new Service(
		t,
		[program("mosquitto", "mosquitto").path, "-c", join(folder, "mosquitto.conf")],
		port,
	);
	await service.start();

	return { authority, port, service, url: `mqtts://cloud:secret@localhost:${port}` };
}
