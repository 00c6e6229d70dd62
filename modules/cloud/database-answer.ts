import { ANSWER_KEPT, ANSWER_SHOWN } from "../limits";
import type { HttpClient, HttpHandler } from "../net/http-client";

/** What a database answered, or why it did not. */
export type DatabaseAnswer =
	| {
			status: number;
			retryAfter: string | undefined;
			/** What it said, fit to be shown. */
			text: string;
	  }
	| { status: undefined; error: string };

/**
 * Takes an answer, and hands it over with the beginning of its body. A longer body is not waited for, and costs the
 * connection. `secrets`: what is not to be shown.
 */
export function collectAnswer(
	client: HttpClient,
	secrets: () => readonly string[],
	done: (answer: DatabaseAnswer) => void,
): HttpHandler {
	/** Most answers have no body. */
	let kept: Uint8Array | undefined;
	let length = 0;
	let status = 0;
	let retryAfter: string | undefined;
	const answered = (isCut: boolean) => {
		const text = kept ? shown(new TextDecoder().decode(kept.subarray(0, length)), secrets(), isCut) : "";
		done({ status, retryAfter, text });
	};
	return {
		onHead(answer) {
			status = answer.status;
			retryAfter = answer.retryAfter;
		},
		onBody(bytes) {
			kept ??= new Uint8Array(ANSWER_KEPT);
			const part = bytes.subarray(0, ANSWER_KEPT - length);
			kept.set(part, length);
			length += part.length;
			if (part.length === bytes.length) return;
			client.close();
			answered(true);
		},
		onEnd: (error) => (error === undefined ? answered(false) : done({ status: undefined, error })),
	};
}

/** Stands for a secret that was said again. */
const HIDDEN = "***";

/**
 * The beginning of what a server says, on one line, without what terminals take for orders and without secrets.
 * `isCut`: the text went on, so that it may end within a secret.
 */
export function shown(text: string, secrets: readonly string[], isCut: boolean): string {
	let clean = text;
	for (const secret of secrets) clean = clean.split(secret).join(HIDDEN);
	if (isCut) for (const secret of secrets) clean = withoutEnd(clean, secret);
	let line = "";
	for (const character of clean) {
		const next = isPlain(character.codePointAt(0)!) ? character : " ";
		if (line.length + next.length > ANSWER_SHOWN) break;
		if (next !== " " || !(line === "" || line.endsWith(" "))) line += next;
	}
	return line.trim();
}

/** A text without the beginning of a secret at its end. */
function withoutEnd(text: string, secret: string): string {
	const whole = text.endsWith("\ufffd") ? text.slice(0, -1) : text;
	for (let length = secret.length - 1; length > 0; length--)
		if (whole.endsWith(secret.slice(0, length))) return whole.slice(0, -length) + HIDDEN;
	return whole;
}

/** Neither a control character nor one that changes the direction or the place of others, or cannot be seen. */
function isPlain(code: number): boolean {
	return !(
		code < 0x20 ||
		(code >= 0x7f && code <= 0xa0) ||
		code === 0xad ||
		(code >= 0x200b && code <= 0x200f) ||
		(code >= 0x2028 && code <= 0x202f) ||
		(code >= 0x2060 && code <= 0x206f) ||
		(code >= 0xd800 && code <= 0xf8ff) ||
		(code >= 0xfe00 && code <= 0xfe0f) ||
		code === 0xfeff ||
		(code >= 0xfff0 && code <= 0xfffb) ||
		code >= 0xe0000
	);
}
