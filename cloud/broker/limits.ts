/** Bytes of a packet after its length: an answer of a sensor, its longest message, has less than 2 KiB. */
export const PACKET = 8_192;
/** Connections at a time, each with some 30 KB for TLS. */
export const CONNECTIONS = 1_000;
/** Of one address, such as a home behind a router. */
export const CONNECTIONS_OF_ADDRESS = 64;
/** ms for the handshake, and for the CONNECT after it. */
export const CONNECT_TIME = 15_000;
/** Packets that wait while a login is looked at. */
export const QUEUE = 16;
/** Messages of a sensor at once: all its waiting events after an outage (EVENTS_WAITING is 64), and its greeting. */
export const MESSAGES_BURST = 128;
/** Messages a second in the long run: a sensor says one in 10 s, and each movement. */
export const MESSAGES_PER_SECOND = 5;
/** Seconds between signs of life that a client may choose; a sensor has 60. */
export const KEEP_ALIVE = 300;
/** ms for a client that does not read. */
export const DRAIN_TIME = 15_000;
