import Listener from "embedded:io/socket/listener";
import Tcp from "embedded:io/socket/tcp";
import type { SocketIo } from "./io";

/** The sockets of the SDK. Its typings know neither what `write` returns nor what `target` is. */
export function sdkIo(): SocketIo {
	return { Tcp, Listener } as unknown as SocketIo;
}
