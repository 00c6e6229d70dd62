import type { ListenerOptions, SocketIo } from "../moddable/io";
import { sdkIo } from "../moddable/sdk-io";
import { canListen } from "./surroundings";

/**
 * The SDK's sockets. Its listener of the simulator leaves, when the port is taken, a root of the garbage collector in
 * memory that it has freed, and the next collection crashes: so it is not asked to.
 */
export function simulatorIo(): SocketIo {
	const { Tcp, Listener } = sdkIo();
	return {
		Tcp,
		Listener: class extends Listener {
			constructor(options: ListenerOptions) {
				if (!canListen(options.port)) throw new Error("the port is taken");
				super(options);
			}
		},
	};
}
