import Resource from "Resource";

/** As scripts/setup-page.mjs makes it. */
const NAME = "setup.gz";

/** The set-up page, where it lies in the flash; undefined if the build has none. */
export function setupPage(): Uint8Array | undefined {
	return Resource.exists(NAME) ? new Uint8Array(new Resource(NAME)) : undefined;
}
