import { type Info, Sensor, UsageError } from "../node.js";

/** ms in which sensors may answer. */
const PATIENCE = 3_000;
/** Addresses asked at a time. */
const AT_A_TIME = 16;

export interface Found {
	url: string;
	info: Info;
}

/** Sensors that announce themselves in the local network (DNS-SD). */
export async function discover(): Promise<Found[]> {
	const { Bonjour } = await import("bonjour-service").catch(() => {
		throw new UsageError("discovery needs the package bonjour-service; or name addresses to ask");
	});
	const urls = new Set<string>();
	const bonjour = new Bonjour({}, () => {});
	const browser = bonjour.find({ type: "ambient16" }, ({ addresses, port }) => {
		const address = addresses?.find((it) => it.includes(".")) ?? addresses?.[0];
		if (address) urls.add(`http://${address.includes(":") ? `[${address}]` : address}:${port}`);
	});
	await new Promise((resolve) => setTimeout(resolve, PATIENCE));
	browser.stop();
	await new Promise<void>((resolve) => bonjour.destroy(() => resolve()));
	return ask([...urls]);
}

/** Sensors among these addresses, each `host` or `host:port`. Only they are asked. */
export async function ask(addresses: string[]): Promise<Found[]> {
	const found: Found[] = [];
	const waiting = [...addresses];
	const worker = async () => {
		for (let address = waiting.shift(); address !== undefined; address = waiting.shift()) {
			const url = address.startsWith("http://") ? address : `http://${address}`;
			try {
				found.push({ url, info: await new Sensor(url).info() });
			} catch {
				// There is no sensor.
			}
		}
	};
	await Promise.all(Array.from({ length: AT_A_TIME }, worker));
	return found;
}
