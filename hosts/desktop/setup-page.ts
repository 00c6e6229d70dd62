/**
 * The set-up page, compressed by gzip; undefined where the firmware runs from its sources, and there is none.
 * scripts/setup-page.mjs puts it into a bundle.
 */
export function readSetupPage(): Uint8Array | undefined {
	return undefined;
}
