import type { Connect } from "../../hosts/host";
import type { World } from "./world";

/** How much of what went before is looked at with what follows: longer than any secret. */
const OVERLAP = 80;
/** Bytes that are looked at together. A secret is as long as two of them at least, so that one is within it. */
const BLOCK = 8;
/** Bits of the filter. */
const FILTER = 1 << 18;

interface Forms {
	secret: string;
	/** In which it would be heard. */
	forms: string[];
}

/** Listens to all that leaves a device, for what must not. */
export class Secrecy {
	readonly #world: World;
	readonly #secrets: () => ReadonlySet<string>;
	/** What may be told to whom. */
	readonly #allowed: (secret: string, to: Connect | undefined) => boolean;
	readonly #tails = new Map<string, string>();
	readonly #forms: Forms[] = [];
	/** A bit for each block of each form: nearly all that is said has none of them, and is not looked at any closer. */
	readonly #filter = new Uint8Array(FILTER / 8);
	/** Which of them have that block. */
	readonly #having = new Map<number, Set<number>>();

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
		this.#learn();
		for (let at = 0; at + BLOCK <= text.length; at += BLOCK) {
			const hash = hashOf(text, at);
			if (this.#filter[hash >> 3]! & (1 << (hash & 7)))
				for (const index of this.#having.get(hash)!) this.#compare(this.#forms[index]!, text, to, whom);
		}
	}

	#compare({ secret, forms }: Forms, text: string, to: Connect | undefined, whom: string): void {
		if (forms.some((form) => text.includes(form)) && !this.#allowed(secret, to))
			this.#world.violate(`${whom} is told the secret ${secret}: ${text.slice(0, 300)}`);
	}

	#learn(): void {
		const secrets = this.#secrets();
		if (secrets.size === this.#forms.length) return;
		for (const secret of [...secrets].slice(this.#forms.length)) {
			const forms = formsOf(secret);
			const index = this.#forms.push({ secret, forms }) - 1;
			for (const form of forms) {
				if (form.length < 2 * BLOCK - 1) throw new Error(`${secret} is too short to be listened for`);
				for (let at = 0; at + BLOCK <= form.length; at++) {
					const hash = hashOf(form, at);
					this.#filter[hash >> 3]! |= 1 << (hash & 7);
					const having = this.#having.get(hash) ?? new Set();
					this.#having.set(hash, having.add(index));
				}
			}
		}
	}
}

/** Of the block that begins there. */
function hashOf(text: string, at: number): number {
	let hash = 0;
	for (let i = at; i < at + BLOCK; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
	return (hash ^ (hash >>> 13)) & (FILTER - 1);
}

function formsOf(secret: string): string[] {
	const plain = secret.replaceAll("-", "");
	const forms = [secret, plain, secret.toUpperCase(), Buffer.from(secret).toString("hex")];
	return [...new Set(forms)];
}
