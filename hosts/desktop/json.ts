import type { DeviceEvent } from "../host";
import type { Console, Ready } from "./console";

/** One JSON object a line. */
export function jsonConsole(write: (text: string) => void): Console {
	const print = (value: object) => write(`${JSON.stringify(value)}\n`);
	return {
		ready: ({ httpPort, httpsPort, udid, paired, panel }: Ready) =>
			print({
				event: "ready",
				http: `http://127.0.0.1:${httpPort}`,
				https: `https://127.0.0.1:${httpsPort}`,
				udid,
				paired,
				...(panel && { panel: panel.url }),
			}),
		event: (event: DeviceEvent) => print(event),
		glow() {},
		close() {},
	};
}
