/** The order of P-256 (SEC 2, 2.4.2). */
export const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** An INTEGER with these content bytes, right or not. */
function integer(hex: string): string {
	return `02${(hex.length / 2).toString(16).padStart(2, "0")}${hex}`;
}

/** The shortest positive INTEGER. */
function positive(value: bigint): string {
	let hex = value.toString(16);
	if (hex.length % 2 === 1) hex = `0${hex}`;
	return integer(Number.parseInt(hex.slice(0, 2), 16) > 127 ? `00${hex}` : hex);
}

function sequence(content: string): string {
	return `30${(content.length / 2).toString(16).padStart(2, "0")}${content}`;
}

/** A signature in DER (RFC 3279, 2.2.3), as hex. */
export function signature(r: bigint, s: bigint): string {
	return sequence(positive(r) + positive(s));
}

/** r and s of a right signature in DER. */
export function scalars(der: Buffer): [r: bigint, s: bigint] {
	const r = der.subarray(4, 4 + der[3]!);
	const s = der.subarray(6 + r.length);
	return [BigInt(`0x${r.toString("hex")}`), BigInt(`0x${s.toString("hex")}`)];
}

/** What may come in place of a right signature and has to be refused, as in Wycheproof's ecdsa_secp256r1_sha256_test. */
export function wrongSignatures(right: Buffer): [name: string, hex: string][] {
	const [r, s] = scalars(right);
	const hex = right.toString("hex");
	const word = (value: bigint) => value.toString(16).padStart(64, "0");
	return [
		["nothing", ""],
		["r = 0", signature(0n, s)],
		["s = 0", signature(r, 0n)],
		["r = s = 0", signature(0n, 0n)],
		["r = n", signature(ORDER, s)],
		["s = n", signature(r, ORDER)],
		["r = n, s = 0", signature(ORDER, 0n)],
		["r = n - 1", signature(ORDER - 1n, s)],
		["s = n - 1", signature(r, ORDER - 1n)],
		["r + n", signature(r + ORDER, s)],
		["s + n", signature(r, s + ORDER)],
		["n - r", signature(ORDER - r, s)],
		["r and s swapped", signature(s, r)],
		["r = s = 1", signature(1n, 1n)],
		["r of 34 bytes", signature(r + (1n << 264n), s)],
		["r negative", sequence(integer(`ff${word(r)}`) + positive(s))],
		["s negative", sequence(positive(r) + integer(`ff${word(s)}`))],
		["-1", sequence(integer("ff") + integer("ff"))],
		["r with a leading zero too many", sequence(integer(`00${positive(r).slice(4)}`) + positive(s))],
		["s with a leading zero too many", sequence(positive(r) + integer(`00${positive(s).slice(4)}`))],
		["r empty", sequence(integer("") + positive(s))],
		["s empty", sequence(positive(r) + integer(""))],
		["bytes after s", sequence(`${positive(r)}${positive(s)}00`)],
		["bytes after the sequence", `${hex}00`],
		["a NULL after s", sequence(`${positive(r)}${positive(s)}0500`)],
		["no s", sequence(positive(r))],
		["three numbers", sequence(positive(r) + positive(s) + positive(1n))],
		["a long form of the length", `3081${hex.slice(2)}`],
		["an indefinite length", `3080${hex.slice(4)}0000`],
		["a length too long", `30${(right[1]! + 1).toString(16)}${hex.slice(4)}`],
		["a length too short", `30${(right[1]! - 1).toString(16)}${hex.slice(4)}`],
		["r longer than the sequence", sequence(`027f${positive(r).slice(4)}${positive(s)}`)],
		["a SET", `31${hex.slice(2)}`],
		["r an OCTET STRING", sequence(`04${positive(r).slice(2)}${positive(s)}`)],
		["r a BOOLEAN", sequence(`0101ff${positive(s)}`)],
		["a sequence in the sequence", sequence(hex)],
		["r and s without DER (IEEE P1363)", word(r) + word(s)],
		["only a tag", "30"],
		["an empty sequence", "3000"],
		["a NULL", "0500"],
		...Array.from({ length: right.length - 1 }, (_, i): [string, string] => [
			`only its first ${i + 1} bytes`,
			hex.slice(0, 2 * i + 2),
		]),
	];
}
