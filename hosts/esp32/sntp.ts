/** SNTP: NTP version 4 as a client that does no more than ask (RFC 5905, 14). */

export const NTP_PORT = 123;
/** Bytes of a packet without extensions. */
export const PACKET = 48;
/** Bytes of a timestamp. */
export const TIMESTAMP = 8;

/** No leap warning, version 4, mode 3 (client). */
const CLIENT = 0x23;
const SERVER_MODE = 4;
/** Leap indicator of a server that has no time itself. */
const UNSYNCHRONIZED = 3;
const STRATUM_MAX = 15;
/** Where the timestamps lie. */
const ORIGINATE = 24;
const TRANSMIT = 40;
/** Seconds from 1900 to 1970, and of an era. */
const EPOCH = 2_208_988_800;
const ERA = 0x1_0000_0000;
/** No true time is before this firmware: 2026-01-01, ms since 1970. */
const EARLIEST = 1_767_225_600_000;

/**
 * The question. `nonce` stands in for the client's time: the server sends it back, and who has not seen the question
 * cannot know it (as RFC 5905, 8, and draft-ietf-ntp-data-minimization have it).
 */
export function question(nonce: Uint8Array): Uint8Array {
	const packet = new Uint8Array(PACKET);
	packet[0] = CLIENT;
	packet.set(nonce.subarray(0, TIMESTAMP), TRANSMIT);
	return packet;
}

/** The server's time when it answered, ms since 1970; undefined if that is no answer to the question, or a refusal. */
export function timeOf(answer: Uint8Array, nonce: Uint8Array): number | undefined {
	if (answer.length < PACKET) return undefined;
	const view = new DataView(answer.buffer, answer.byteOffset, answer.byteLength);
	const flags = view.getUint8(0);
	const stratum = view.getUint8(1);
	// Stratum 0 is a kiss of death (RFC 5905, 7.4).
	if ((flags & 7) !== SERVER_MODE || flags >> 6 === UNSYNCHRONIZED || stratum < 1 || stratum > STRATUM_MAX)
		return undefined;
	for (let i = 0; i < TIMESTAMP; i++) if (answer[ORIGINATE + i] !== nonce[i]) return undefined;
	const seconds = view.getUint32(TRANSMIT);
	// The era that began in 1900 ends in 2036 (RFC 4330, 3).
	const era = seconds < ERA / 2 ? ERA : 0;
	const time = (seconds + era - EPOCH) * 1000 + (view.getUint32(TRANSMIT + 4) * 1000) / ERA;
	return time >= EARLIEST ? time : undefined;
}
