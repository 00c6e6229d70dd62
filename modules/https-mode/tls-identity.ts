import type { Host, Timer } from "../../hosts/host";
import { IDENTITY_KEY } from "../flash-keys";
import { CERTIFICATE_CHECK_TIME, CERTIFICATE_RENEWAL, CERTIFICATE_VALIDITY, RETRY_TIME } from "../limits";

type IdentityHost = Pick<Host, "flash" | "network" | "udid">;

export interface IdentityDevice {
	readonly ports: {
		/** Whether a server shows it, or somebody was told its fingerprint: then it has to stay. */
		readonly useIdentity: boolean;
		/** It was made. */
		arrange(): void;
	};
	onProblem(message: string): void;
}

/**
 * Key and certificate of the HTTPS server: from the flash, or made at first start and after a factory reset. The
 * certificate gets new dates, and the key stays, when the old ones end, or are those of a device without a clock.
 */
export class TlsIdentity {
	#host: IdentityHost;
	#device: IdentityDevice;
	#value: Uint8Array | undefined;
	#fingerprint = "";
	#expiry = 0;
	#retry: Timer;
	#check: Timer;
	/** Counts the requests for an identity: what an earlier one brings is not wanted any more. */
	#making = 0;

	constructor(host: IdentityHost, device: IdentityDevice) {
		this.#host = host;
		this.#device = device;
		const stored = host.flash.get(IDENTITY_KEY);
		if (!stored || !this.#take(stored)) this.renew();
		this.#watch();
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
		const { network, udid } = this.#host;
		network.timers.clear(this.#retry);
		this.#value = undefined;
		this.#fingerprint = "";
		const making = ++this.#making;
		network.createIdentity(udid, (identity) => {
			if (making !== this.#making) return;
			if (!identity || !this.#take(identity)) {
				this.#device.onProblem("the certificate could not be made");
				this.#retry = network.timers.once(() => this.renew(), RETRY_TIME);
				return;
			}
			this.#store(identity);
			this.#device.ports.arrange();
		});
	}

	/** Stores it once more, after the flash was erased. */
	keep(): void {
		if (this.#value) this.#store(this.#value);
	}

	close(): void {
		this.#making++;
		this.#host.network.timers.clear(this.#retry);
		this.#host.network.timers.clear(this.#check);
	}

	#watch(): void {
		this.#check = this.#host.network.timers.once(() => {
			this.#watch();
			if (this.#isDue()) this.#redate();
		}, CERTIFICATE_CHECK_TIME);
	}

	#isDue(): boolean {
		const { clock } = this.#host.network;
		const left = this.#expiry - clock.now();
		const good = left > CERTIFICATE_RENEWAL && left < CERTIFICATE_VALIDITY;
		return this.#value !== undefined && clock.synced && !good && !this.#device.ports.useIdentity;
	}

	/** A certificate of today for the same key. The old one serves until then, and if it fails. */
	#redate(): void {
		const making = ++this.#making;
		this.#host.network.createIdentity(
			this.#host.udid,
			(identity) => {
				if (making !== this.#making || this.#device.ports.useIdentity || !identity || !this.#take(identity))
					return;
				this.#store(identity);
			},
			this.#value,
		);
	}

	#store(identity: Uint8Array): void {
		try {
			this.#host.flash.set(IDENTITY_KEY, identity);
		} catch {
			this.#device.onProblem("the certificate could not be stored");
		}
	}

	#take(identity: Uint8Array): boolean {
		const fingerprint = this.#host.network.fingerprint(identity);
		if (!fingerprint) return false;
		this.#value = identity;
		this.#fingerprint = fingerprint;
		this.#expiry = this.#host.network.expiry(identity);
		return true;
	}
}
