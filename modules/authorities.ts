import type { Host, Trust } from "../hosts/host";
import { AUTHORITY_KEYS } from "./flash-keys";

type Surroundings = Pick<Host, "flash" | "digest">;

/** What has an address and says whom to believe there. */
export interface Trusting {
	trust: Trust;
}

/** Where a certificate lies in the flash, and its SHA-256 in hex. */
interface Place {
	readonly key: string;
	readonly sha256: string;
}

/** Whom to believe by certificates that lie in the flash, and are read from there whenever somebody asks. */
class KeptTrust implements Trust {
	/** So it stands in the flash. */
	readonly kept: Place;
	readonly #host: Surroundings;

	constructor(kept: Place, host: Surroundings) {
		this.kept = kept;
		this.#host = host;
	}

	get ca(): string {
		const { flash, digest } = this.#host;
		const bytes = flash.get(this.kept.key);
		// Others may have come in their place since, and they are not meant here: then nobody is believed.
		const isSame = bytes && digest("SHA256", bytes) === this.kept.sha256;
		return isSame ? new TextDecoder().decode(bytes) : "none";
	}
}

/**
 * Certificates of authorities in the flash, apart from the settings that they belong to: they are longer than all else
 * that is set, three of them a tenth of a chip's memory, and needed for a moment at each connection.
 */
export class Authorities {
	readonly #host: Surroundings;

	constructor(host: Surroundings) {
		this.#host = host;
	}

	/** Finds the certificates of settings as they stand in the flash. */
	find(settings: readonly Trusting[]): void {
		for (const setting of settings) {
			const { kept } = setting.trust as { kept?: Place };
			if (kept) setting.trust = new KeptTrust(kept, this.#host);
		}
	}

	/**
	 * Puts certificates of settings that are to be into the flash, where those of the settings in force stay as long as
	 * they are. Throws if the flash fails.
	 */
	keep(settings: readonly Trusting[], inForce: readonly Trusting[]): void {
		const { flash, digest } = this.#host;
		const used = new Set([...settings, ...inForce].map(({ trust }) => keyOf(trust)));
		for (const setting of settings) {
			const { trust } = setting;
			if (trust.ca === undefined || keyOf(trust) !== undefined) continue;
			const key = AUTHORITY_KEYS.find((name) => !used.has(name)) as string;
			const bytes = new TextEncoder().encode(trust.ca);
			flash.set(key, bytes);
			used.add(key);
			setting.trust = new KeptTrust({ key, sha256: digest("SHA256", bytes) }, this.#host);
		}
	}
}

function keyOf(trust: Trust): string | undefined {
	return trust instanceof KeptTrust ? trust.kept.key : undefined;
}
