import { connect } from "node:net";
import { type Info, Sensor, UsageError } from "../node.js";

/** ms in which sensors may answer an announcement. */
const PATIENCE = 3_000;
/** ms for a connection to an address: more than a phone on weak Wi-Fi takes. */
const KNOCK = 2_000;
/** Addresses asked at a time, and at most: a home's network. */
const AT_A_TIME = 32;
const MOST = 256;

export interface Found {
	url: string;
	info: Info;
}

/** Sensors that announce themselves in the local network (DNS-SD). */
export async function discover(): Promise<Found[]> {
	const { default: Bonjour } = await import("bonjour-service").catch(() => {
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

/** Sensors among these addresses, each `host`, `host:port` or `192.168.1.0/24`. Only they are asked. */
export async function ask(addresses: string[]): Promise<Found[]> {
	const waiting = addresses.flatMap(expand).map(urlOf);
	if (waiting.length > MOST) throw new UsageError(`these are more than ${MOST} addresses`);
	const order = [...waiting];
	const found: Found[] = [];
	const worker = async () => {
		for (let url = waiting.shift(); url !== undefined; url = waiting.shift()) {
			try {
				await knock(url);
				found.push({ url: url.href.replace(/\/$/, ""), info: await new Sensor(url.href).info() });
			} catch {
				// There is no sensor.
			}
		}
	};
	await Promise.all(Array.from({ length: AT_A_TIME }, worker));
	const places = new Map(order.map(({ href }, place) => [href.replace(/\/$/, ""), place]));
	return found.sort((a, b) => (places.get(a.url) ?? 0) - (places.get(b.url) ?? 0));
}

/** The addresses of an IPv4 network; anything else as it is. */
function expand(address: string): string[] {
	const [, network = "", length = ""] = /^(\d+\.\d+\.\d+\.\d+)\/(\d+)$/.exec(address) ?? [];
	if (network === "") return [address];
	const size = 2 ** (32 - Number(length));
	if (Number(length) > 32 || size > MOST) throw new UsageError(`${address} is more than ${MOST} addresses`);
	const number = network.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
	const first = number - (number % size);
	return Array.from({ length: size }, (_, index) =>
		[24, 16, 8, 0].map((shift) => ((first + index) >>> shift) & 255).join("."),
	);
}

function urlOf(address: string): URL {
	try {
		return new URL(address.startsWith("http://") ? address : `http://${address}`);
	} catch {
		throw new UsageError(`${address} is no address, such as 192.168.1.16 or 192.168.1.0/24`);
	}
}

/** Whether anybody listens there; rejects if nobody does. */
function knock({ hostname, port }: URL): Promise<void> {
	return new Promise((resolve, reject) => {
		const socket = connect({ host: hostname.replace(/^\[|\]$/g, ""), port: Number(port || 80) });
		socket.setTimeout(KNOCK, () => socket.destroy(new Error("no answer")));
		socket.once("error", reject);
		socket.once("connect", () => {
			socket.destroy();
			resolve();
		});
	});
}
