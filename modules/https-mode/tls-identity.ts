import type { Host, Timer } from "../../hosts/host";
import { toHex } from "../bytes";
import { IDENTITY_KEY } from "../flash-keys";
import { RETRY_TIME } from "../limits";

/** Key and certificate of the HTTPS server: from the flash, or made at first start and after a factory reset. */
export class TlsIdentity {
	#host: Pick<Host, "flash" | "network" | "udid">;
	#onReady: () => void;
	#onProblem: (message: string) => void;
	#value: Uint8Array | undefined;
	#fingerprint = "";
	#retry: Timer;
	/** Counts the requests for an identity: what an earlier one brings is not wanted any more. */
	#making = 0;

	constructor(
		host: Pick<Host, "flash" | "network" | "udid">,
		onReady: () => void,
		onProblem: (message: string) => void,
	) {
		this.#host = host;
		this.#onReady = onReady;
		this.#onProblem = onProblem;
		const stored = host.flash.get(IDENTITY_KEY);
		if (!stored || !this.#take(stored)) this.renew();
	}

	/** Opaque, for Network.listen; undefined while it is being made. */
	get value(): Uint8Array | undefined {
		return this.#value;
	}

	/** SHA-256 of the certificate in lower-case hex; "" while there is none. */
	get fingerprint(): string {
		return this.#fingerprint;
	}

	/** Makes a new one; until then there is none. */
	renew(): void {
		const { network, udid, flash } = this.#host;
		network.timers.clear(this.#retry);
		this.#value = undefined;
		this.#fingerprint = "";
		const making = ++this.#making;
		network.createIdentity(udid, (identity) => {
			if (making !== this.#making) return;
			if (!identity || !this.#take(identity)) {
				this.#onProblem("the certificate could not be made");
				this.#retry = network.timers.once(() => this.renew(), RETRY_TIME);
				return;
			}
			try {
				flash.set(IDENTITY_KEY, identity);
			} catch {
				this.#onProblem("the certificate could not be stored");
			}
			this.#onReady();
		});
	}

	close(): void {
		this.#making++;
		this.#host.network.timers.clear(this.#retry);
	}

	#take(identity: Uint8Array): boolean {
		const fingerprint = this.#host.network.fingerprint(identity);
		if (!fingerprint) return false;
		this.#value = identity;
		this.#fingerprint = toHex(fingerprint);
		return true;
	}
}
