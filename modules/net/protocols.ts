/** The first byte of TLS records that a server begins with: an alert, a handshake (RFC 8446, 5.1). */
const TLS = [0x15, 0x16];
/** H of an HTTP answer. */
const HTTP = 0x48;

/** What a server speaks that was expected to speak `expected`, told by its first byte; undefined if it may be that. */
export function otherProtocol(byte: number, expected: "HTTP" | "MQTT"): string | undefined {
	if (TLS.includes(byte)) return "TLS is spoken there";
	if (byte === HTTP && expected !== "HTTP") return "HTTP is spoken there";
	return undefined;
}

/** Why there is no answer: many a TLS server says nothing to who does not speak TLS. */
export function cutBeforeAnswer(secure: boolean): string {
	const reason = "the connection was cut before an answer";
	return secure ? reason : `${reason}: TLS may be spoken there`;
}
