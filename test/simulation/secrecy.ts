import type { Connect } from "../../hosts/host";
import type { World } from "./world";

/** How much of what went before is looked at with what follows: longer than any secret. */
const OVERLAP = 80;

/** Listens to all that leaves a device, for what must not. */
export class Secrecy {
	readonly #world: World;
	readonly #secrets: () => ReadonlySet<string>;
	/** What may be told to whom. */
	readonly #allowed: (secret: string, to: Connect | undefined) => boolean;
	readonly #tails = new Map<string, string>();
	#forms: { size: number; secret: string; forms: string[] }[] = [];

	constructor(
		world: World,
		secrets: () => ReadonlySet<string>,
		allowed: (secret: string, to: Connect | undefined) => boolean,
	) {
		this.#world = world;
		this.#secrets = secrets;
		this.#allowed = allowed;
	}

	bytes(bytes: Uint8Array, to: Connect | undefined): void {
		const whom = to ? `${to.endpoint.host}:${to.endpoint.port}` : "a visitor";
		const text =
			(this.#tails.get(whom) ?? "") +
			Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
		this.#tails.set(whom, text.slice(-OVERLAP));
		this.look(text, to, whom);
	}

	look(text: string, to: Connect | undefined, whom: string): void {
		const secrets = this.#secrets();
		if (this.#forms[0]?.size !== secrets.size)
			this.#forms = [...secrets].map((secret) => ({ size: secrets.size, secret, forms: formsOf(secret) }));
		for (const { secret, forms } of this.#forms)
			for (const form of forms)
				if (text.includes(form) && !this.#allowed(secret, to)) {
					this.#world.violate(`${whom} is told the secret ${secret}: ${text.slice(0, 300)}`);
					return;
				}
	}
}

function formsOf(secret: string): string[] {
	const plain = secret.replaceAll("-", "");
	const forms = [secret, plain, secret.toUpperCase(), Buffer.from(secret).toString("hex")];
	return [...new Set(forms)];
}
