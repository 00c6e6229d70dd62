import type { WifiCredentials } from "../hosts/host";
import { finishReset, isResetting } from "./identity/factory-reset";
import type { Parts } from "./parts";

/** Erases what a reset had to leave, as the flash refused: the next start would take it for the new owner's. */
export function clearForOwner({ host, cloud, identity }: Parts): void {
	if (!isResetting(host.flash)) return;
	cloud.erase();
	finishReset(host);
	identity.keep();
}

/** The device has an owner, to whom the answer is on its way: HTTPS may close, a network be joined. */
export function welcomeOwner(device: Parts, network: WifiCredentials | undefined): void {
	if (device.closed) return;
	// First: while it joins, HTTPS stays open for the phone that looks on.
	device.wifi?.paired(network);
	device.pairing.close();
	const { influx, mqtt } = device.settings.value;
	device.cloud.configure(influx, mqtt);
}

/**
 * A reset has been decided: nothing of the owner stays. In memory first, so that a flash that fails now keeps nobody in.
 */
export function forgetOwner(device: Parts): void {
	if (device.closed) return;
	const { host, vault, settings, light, keptOrder, update, problems, cloud } = device;
	vault.forget();
	if (settings.value.sensors) host.sensors.configure?.(null);
	settings.forget();
	light.off();
	keptOrder.forget();
	update.close();
	problems.forget();
	host.report?.({ event: "reset" });
	try {
		cloud.erase();
		finishReset(host);
	} catch {
		device.onProblem("the flash could not be erased, the next start goes on with it");
	}
	cloud.tell();
	device.token.renew();
	device.ports.https.close();
	device.mode.leave();
	device.identity.renew();
	host.report?.({ event: "paired", paired: false });
	device.wifi?.forget();
	device.pairing.close();
	device.pairing.open();
}
