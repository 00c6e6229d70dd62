const DIGITS = 6;
const LONGEST = 3 * DIGITS + 2;

/** Major, minor, patch of a version such as 1.20.3 (SemVer without labels); undefined if it is none. */
export function parseVersion(text: unknown): readonly [number, number, number] | undefined {
	if (typeof text !== "string" || text.length > LONGEST) return undefined;
	const parts = text.split(".");
	if (parts.length !== 3 || !parts.every(isNumber)) return undefined;
	return [Number(parts[0]), Number(parts[1]), Number(parts[2])];
}

function isNumber(part: string): boolean {
	if (part === "" || part.length > DIGITS || /[^0-9]/.test(part)) return false;
	return part === "0" || part[0] !== "0";
}

/** Whether a version comes after another (SemVer 2.0.0, 11). What is no version comes after nothing. */
export function isNewer(candidate: string, current: string): boolean {
	const [a, b] = [parseVersion(candidate), parseVersion(current)];
	if (!a || !b) return false;
	for (let i = 0; i < 3; i++) if (a[i] !== b[i]) return (a[i] as number) > (b[i] as number);
	return false;
}
