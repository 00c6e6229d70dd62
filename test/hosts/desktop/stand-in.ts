import { run } from "../../../hosts/desktop/host";
import type { Host } from "../../../hosts/host";

/** What the device does of itself. */
const behavior = process.env.STAND_IN;
let starts = 0;

/** A device with an owner, that answers whatever it is sent and tells what happens to it. */
class StandIn {
	#host: Host;
	#close: () => void;

	constructor(host: Host) {
		this.#host = host;
		const problem = (message: string) => host.report?.({ event: "problem", message });
		host.report?.({ event: "paired", paired: true });
		host.report?.({ event: "token", token: "uulroqkt" });
		host.button.onChange = (pressed) => problem(pressed ? "pressed" : "released");
		host.sensors.onMotion = (motion) => host.report?.({ event: "motion", motion });
		let within = true;
		const listener = host.network.listen({
			onListening: () => problem(`start ${++starts}${within ? " within the constructor" : ""}`),
			onConnection: (socket) =>
				socket.accept({
					onReadable() {
						socket.read(1000);
						socket.write(new TextEncoder().encode("hello"));
					},
					onWritable() {},
					onError() {},
				}),
			onError: problem,
		});
		this.#close = () => {
			listener.close();
			problem("closed");
		};
		if (behavior === "restart" && starts === 0) {
			host.timers.once(() => {
				host.restart();
				host.restart();
				problem("asked for");
			}, 100);
		}
		if (behavior === "guarded")
			host.timers.once(() => {
				throw new Error("a secret");
			}, 0);
		if (behavior === "unguarded")
			setTimeout(() => {
				throw new Error("a secret");
			}, 50);
		if (behavior === "light") {
			for (const blue of [255, 0, 255, 0])
				host.report?.({ event: "led", red: 0, green: 0, blue, effect: "blink" });
			host.led.set(0, 0, 255);
		}
		within = false;
	}

	close(): void {
		this.#close();
		this.#host.announce?.withdraw();
	}
}

run((host) => new StandIn(host));
