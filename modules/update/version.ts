/** Major, minor, patch of a version such as 1.20.3 (SemVer without labels); undefined if it is none. */
export function parseVersion(text: unknown): readonly [number, number, number] | undefined {
	if (typeof text !== "string") return undefined;
	const match = /^(0|[1-9][0-9]{0,5})\.(0|[1-9][0-9]{0,5})\.(0|[1-9][0-9]{0,5})$/.exec(text);
	return match ? [Number(match[1]), Number(match[2]), Number(match[3])] : undefined;
}

/** Whether a version comes after another (SemVer 2.0.0, 11). What is no version comes after nothing. */
export function isNewer(candidate: string, current: string): boolean {
	const [a, b] = [parseVersion(candidate), parseVersion(current)];
	if (!a || !b) return false;
	for (let i = 0; i < 3; i++) if (a[i] !== b[i]) return (a[i] as number) > (b[i] as number);
	return false;
}
