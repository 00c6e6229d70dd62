import UDP from "embedded:io/socket/udp";
import type { OpenUdp, Udp } from "./udp";

/** The SDK's sockets. Its typings know no multicast group to be joined later. */
export const openUdp: OpenUdp = (options) => new UDP(options) as unknown as Udp;
