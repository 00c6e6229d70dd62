import type { Status } from "../types.js";

const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;

const RESETS: Readonly<Record<Status["reset"], string>> = {
	power: "when the power came",
	restart: "as it was told to",
	crash: "as the firmware had failed",
	watchdog: "as the firmware had hung",
	brownout: "as the power was too weak",
	external: "as its reset pin or a programmer wanted",
	unknown: "for a reason that it does not know",
};

/** How a sensor is, in lines for people. */
export function describeStatus(status: Status): string {
	const { version, uptime, reset, time, address, wifi, memory, connections, points, events, update } = status;
	const lines: [string, string][] = [
		["version", update.trial ? `${version}, on trial` : version],
		["started", `${timeFor(uptime)} ago, ${RESETS[reset] ?? reset}`],
		["clock", time === null ? "not set" : timeOf(time)],
		["address", address ?? "none"],
	];
	if (wifi !== undefined)
		lines.push(["wifi", wifi ? `${wifi.ssid}, ${wifi.rssi} dBm, channel ${wifi.channel}` : "in no network"]);
	if (memory?.heap) lines.push(["memory", freeOf(memory.heap)]);
	if (memory?.xs.free !== undefined && memory.xs.least !== undefined)
		lines.push(["script", freeOf({ free: memory.xs.free, least: memory.xs.least })]);
	const { waiting, sent, lost, refused } = points;
	lines.push(
		["connections", `${connections.http + connections.https}`],
		["points", withError(`${waiting} waiting, ${sent} sent, ${lost} lost, ${refused} refused`, points.error)],
		["broker", withError(events.connected ? "connected" : "not connected", events.error)],
		["update", withError(update.version ? `${update.state} ${update.version}` : update.state, update.error)],
	);
	const problems = status.problems.map(({ time: at, message, count }): [string, string] => [
		"problem",
		`${at === null ? "" : `${timeOf(at)}  `}${message}${count > 1 ? ` (${count} times)` : ""}`,
	]);
	return [...lines, ...problems].map(([name, text]) => `${name.padEnd(13)}${printable(text)}`).join("\n");
}

/** A network's name, or what a database said, is not to move the terminal's cursor. */
function printable(text: string): string {
	return text.replace(/\p{Cc}/gu, "\ufffd");
}

function withError(text: string, error: string | undefined): string {
	return error === undefined ? text : `${text}: ${error}`;
}

function freeOf({ free, least }: { free: number; least: number }): string {
	return `${kilobytes(free)} free, ${kilobytes(least)} at the least`;
}

function kilobytes(bytes: number): string {
	return `${(bytes / 1_000).toFixed(1)} kB`;
}

function timeOf(seconds: number): string {
	return new Date(seconds * 1_000).toLocaleString();
}

/** The two largest parts: "3 d 4 h". */
function timeFor(seconds: number): string {
	if (seconds < MINUTE) return `${seconds} s`;
	const minutes = Math.floor(seconds / MINUTE) % 60;
	const hours = Math.floor(seconds / HOUR) % 24;
	if (seconds < HOUR) return `${minutes} min`;
	if (seconds < DAY) return `${hours} h ${minutes} min`;
	return `${Math.floor(seconds / DAY)} d ${hours} h`;
}
