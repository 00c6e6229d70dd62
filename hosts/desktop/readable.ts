import type { DeviceEvent, Readings } from "../host";
import type { Ready } from "./console";
import { KEYS_HELP } from "./input";

type LightEvent = Extract<DeviceEvent, { event: "led" }>;

const UNITS: Readonly<Record<keyof Readings, string>> = {
	temperature: "°C",
	humidity: "%",
	pressure: "Pa",
	illuminance: "lx",
	co2: "ppm CO2",
	motion: "motion",
};

/** A text of somebody else's for a terminal: no control characters, no more than a line. */
export function printable(text: string): string {
	const plain = text.replace(/[^\x20-\x7e]/g, "?");
	return plain.length > 120 ? `${plain.slice(0, 117)}...` : plain;
}

/** An event in words; undefined for those that are shown otherwise or not at all. */
export function describeEvent(event: DeviceEvent): string | undefined {
	switch (event.event) {
		case "mode":
			return `mode     ${event.mode === "https" ? "HTTPS, plain HTTP is closed" : "plain HTTP"}`;
		case "https":
			return `https    for ${event.idle} s without a command, ${event.limit} s at most`;
		case "pairing":
			return `pairing  ${event.open ? "open" : "closed"}`;
		case "token":
			return `token    ${event.token}`;
		case "paired":
			return `paired   ${event.paired ? "yes" : "no"}`;
		case "reset":
			return "reset    owner, settings and certificate are erased";
		case "restart":
			return "restart";
		case "motion":
			return `motion   ${event.motion.replaceAll("-", " ")}`;
		case "request": {
			const { method, path, status, commands, secure, address } = event;
			const asked = [method, path, ...commands].map(printable).join(" ");
			return `request  ${status} ${asked} (${secure ? "HTTPS" : "HTTP"}, ${printable(address)})`;
		}
		case "problem":
			return `problem  ${printable(event.message)}`;
		case "update": {
			const { state, version, percent, error } = event;
			// A line for each percent would be too many.
			if (percent !== undefined && percent % 10 !== 0) return undefined;
			const what = [state, version, percent === undefined ? undefined : `${percent} %`];
			const told = what.filter((part) => part !== undefined).join(" ");
			return `update   ${told}${error === undefined ? "" : `: ${printable(error)}`}`;
		}
		case "led":
		case "window":
		case "cloud":
			return undefined;
	}
}

/** "21.3 °C, 40 %": the readings that there are. */
export function describeReadings(readings: Readings): string {
	return Object.entries(UNITS)
		.filter(([name]) => readings[name as keyof Readings] !== undefined)
		.map(([name, unit]) => `${readings[name as keyof Readings]} ${unit}`)
		.join(", ");
}

/** Picks from the light's changes those worth a line: another effect or color, not each blink of it. */
export class LightChanges {
	#effect = "off";
	#color = "";

	/** The change in words, undefined if it is none. */
	describe(event: LightEvent): string | undefined {
		const { effect } = event;
		const color = hexColor(event);
		const dark = color === "#000000";
		// An effect shows its color when it is lit.
		if (dark && effect !== "off" && effect !== "solid") return undefined;
		if (effect === this.#effect && (effect === "off" || color === this.#color)) return undefined;
		this.#effect = effect;
		this.#color = color;
		return effect === "off" ? "off" : `${color} ${effect}`;
	}
}

/** "#rrggbb". */
export function hexColor({ red, green, blue }: { red: number; green: number; blue: number }): string {
	return `#${[red, green, blue].map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}

/** A patch of that color for a terminal with 24-bit color. */
export function patch({ red, green, blue }: { red: number; green: number; blue: number }): string {
	return `\x1b[48;2;${red};${green};${blue}m    \x1b[0m`;
}

/** What is said when the device can be reached. */
export function describeReady(ready: Ready, keys: boolean): string {
	const { httpPort, httpsPort, udid, version, slot, paired, data, address, panel } = ready;
	const url = (scheme: string, port: number) =>
		["localhost", ...(address ? [address.includes(":") ? `[${address}]` : address] : [])]
			.map((host) => `${scheme}://${host}:${port}/`)
			.join("  ");
	const lines = [
		`Ambient16 ${udid}, ${paired ? "paired" : "not paired"}`,
		`  HTTP   ${url("http", httpPort)}`,
		`  HTTPS  ${url("https", httpsPort)}  (open in HTTPS mode, and while it can be paired)`,
		`  runs   version ${version}${slot === undefined ? "" : slot === "source" ? ", as it is here" : `, the update in slot ${slot}`}`,
		`  data   ${data}`,
	];
	if (panel)
		lines.push(
			`  panel  ${panel.url}/  (${panel.moved ? "its usual port is taken; " : ""}see and touch it in a browser)`,
		);
	if (!paired) {
		const usual = httpPort === 8080 && httpsPort === 8443;
		const where = usual ? "" : ` --url http://localhost:${httpPort} --https https://localhost:${httpsPort}`;
		lines.push(
			"  To become its owner, within 10 minutes, in a second terminal:",
			`  npm run --silent ambient16 -- pair${where}`,
		);
	}
	if (keys) lines.push(`  keys   ${KEYS_HELP}`);
	return lines.map((line) => `${line}\n`).join("");
}
