/** The 4 bytes of an IPv4 address or the 8 words of an IPv6 address; undefined if it is neither. */
export function parseAddress(text: string): number[] | undefined {
	return text.includes(":") ? parseIPv6(text) : parseIPv4(text);
}

/** Four decimal numbers without leading zeros (RFC 6943, 3.1.1): what inet_aton takes beside them is no address. */
function parseIPv4(text: string): number[] | undefined {
	const bytes = text.split(".").map((part) => {
		const byte = Number(part);
		// A number's own spelling has neither sign nor zeros before it, nor spaces.
		return byte >= 0 && byte < 256 && String(byte) === part ? byte : undefined;
	});
	return bytes.length === 4 && !bytes.includes(undefined) ? (bytes as number[]) : undefined;
}

/** RFC 4291, 2.2; a zone (RFC 4007, 11) is left out. */
function parseIPv6(text: string): number[] | undefined {
	const zone = text.indexOf("%");
	const halves = (zone < 0 ? text : text.slice(0, zone)).split("::");
	if (halves.length > 2) return undefined;
	const words: number[][] = [];
	for (const half of halves) {
		const list: number[] = [];
		words.push(list);
		if (half === "") continue;
		const parts = half.split(":");
		for (let i = 0; i < parts.length; i++) {
			const part = parts[i] as string;
			const bytes = i === parts.length - 1 && part.includes(".") ? parseIPv4(part) : undefined;
			const word = parseWord(part);
			if (bytes)
				list.push(
					((bytes[0] as number) << 8) | (bytes[1] as number),
					((bytes[2] as number) << 8) | (bytes[3] as number),
				);
			else if (word !== undefined) list.push(word);
			else return undefined;
		}
	}
	const [front = [], back] = words;
	if (!back) return front.length === 8 ? front : undefined;
	const missing = 8 - front.length - back.length;
	return missing >= 1 ? [...front, ...Array<number>(missing).fill(0), ...back] : undefined;
}

/** One to four hex digits. */
function parseWord(text: string): number | undefined {
	if (text.length < 1 || text.length > 4) return undefined;
	for (const digit of text.toLowerCase()) if (!"0123456789abcdef".includes(digit)) return undefined;
	return Number.parseInt(text, 16);
}
