import type { Host, Timer, Trust, Updater } from "../../hosts/host";
import { fromBase64, toHex } from "../bytes";
import { DAILY, MANIFEST } from "../limits";
import { PRODUCT, VERSION } from "../version";
import { download } from "./download";
import { type Manifest, parseManifest, signedText } from "./manifest";
import { isNewer } from "./version";

export type UpdateState = "idle" | "checking" | "downloading" | "restarting" | "failed" | "current";

/** How an update goes, for `getSettings`. */
export interface UpdateStatus {
	state: UpdateState;
	/** The version that is being fetched. */
	version?: string;
	/** Of the image, while it is being fetched. */
	percent?: number;
	bytes?: number;
	/** Why the last one failed. */
	error?: string;
}

export interface UpdateOptions {
	host: Pick<Host, "network" | "random" | "report" | "updater">;
	/** The new firmware is in place: time to restart. */
	onReady(): void;
	/** An image is being fetched (true), or not any more. */
	onBusy(busy: boolean): void;
}

/**
 * Fetches an update: manifest, signature, all that the manifest claims, and only then the image, which is
 * hashed on its way into the other slot. Whatever goes wrong before the switch leaves everything as it was.
 */
export class Update {
	readonly #host: UpdateOptions["host"];
	readonly #onReady: () => void;
	readonly #onBusy: (busy: boolean) => void;
	#status: UpdateStatus;
	#cancel: (() => void) | undefined;
	#daily: Timer;

	constructor({ host, onReady, onBusy }: UpdateOptions) {
		this.#host = host;
		this.#onReady = onReady;
		this.#onBusy = onBusy;
		const rolledBack = host.updater?.rolledBack;
		this.#status = rolledBack === undefined ? { state: "idle" } : { state: "failed", error: rolledBack };
	}

	get status(): UpdateStatus {
		return this.#status;
	}

	/** An update is under way; there is one at a time. */
	get busy(): boolean {
		return this.#cancel !== undefined || this.#status.state === "restarting";
	}

	/** Why no update can be taken here; undefined if it can. */
	get impossible(): string | undefined {
		const { updater } = this.#host;
		if (!updater) return "this device cannot replace its firmware";
		if (updater.verify(new Uint8Array(0), new Uint8Array(0)) === undefined)
			return "this firmware was built without a key to check updates with";
		if (updater.onTrial) return "this firmware has not confirmed itself yet";
		return undefined;
	}

	/** Looks at the manifest at `url` and takes what it offers, if that is newer. */
	start(url: string, trust: Trust): void {
		if (this.busy) return;
		const impossible = this.impossible;
		if (impossible !== undefined) {
			this.#set({ state: "failed", error: impossible });
			return;
		}
		this.#set({ state: "checking" });
		const chunks: Uint8Array[] = [];
		let size = 0;
		this.#cancel = download({
			network: this.#host.network,
			url,
			trust,
			onData(bytes) {
				size += bytes.length;
				if (size > MANIFEST) return "the manifest is too long";
				chunks.push(bytes.slice());
				return undefined;
			},
			onEnd: (error) => {
				this.#cancel = undefined;
				if (error !== undefined) this.#fail(error);
				else this.#judge(decode(chunks, size), trust);
			},
		});
	}

	/** Looks for updates at `url` once a day from now on, or never again. */
	watch(url: string | undefined, trust: Trust): void {
		const { network, random } = this.#host;
		network.timers.clear(this.#daily);
		if (url === undefined) return;
		const [jitter] = random.call(this.#host, 1) as unknown as [number];
		this.#daily = network.timers.once(
			() => {
				this.start(url, trust);
				this.watch(url, trust);
			},
			DAILY + (DAILY / 10) * (jitter / 255),
		);
	}

	close(): void {
		this.#host.network.timers.clear(this.#daily);
		if (!this.#cancel) return;
		this.#cancel();
		this.#cancel = undefined;
		this.#abandon();
	}

	/** The signature comes first: nothing else of the manifest means anything before. */
	#judge(text: string | undefined, trust: Trust): void {
		const updater = this.#host.updater as Updater;
		const manifest = parseManifest(text ?? "");
		if ("error" in manifest) {
			this.#fail(manifest.error);
			return;
		}
		const signature = fromBase64(manifest.signature);
		if (!signature || !updater.verify(new TextEncoder().encode(signedText(manifest)), signature))
			this.#fail("the signature is not right");
		else if (manifest.product !== PRODUCT) this.#fail(`it is for another product, ${manifest.product}`);
		else if (manifest.target !== updater.target)
			this.#fail(`it is for ${manifest.target}, this is ${updater.target}`);
		else if (manifest.version === VERSION) this.#set({ state: "current", version: VERSION });
		else if (!isNewer(manifest.version, VERSION)) this.#fail(`${manifest.version} is older than ${VERSION}`);
		else if (manifest.size > updater.capacity) this.#fail("the image is larger than a slot");
		else this.#fetch(manifest, trust);
	}

	#fetch({ version, size, sha256, url }: Manifest, trust: Trust): void {
		const updater = this.#host.updater as Updater;
		try {
			updater.begin(size);
		} catch {
			this.#fail("the other slot cannot be written");
			return;
		}
		this.#onBusy(true);
		const hash = updater.hash();
		let bytes = 0;
		this.#set({ state: "downloading", version, percent: 0, bytes });
		this.#cancel = download({
			network: this.#host.network,
			url,
			trust,
			onData: (chunk) => {
				bytes += chunk.length;
				if (bytes > size) return "the image is longer than the manifest says";
				try {
					hash.add(chunk);
					updater.write(chunk);
				} catch {
					return "the other slot cannot be written";
				}
				const percent = Math.floor((100 * bytes) / size);
				if (percent !== this.#status.percent) this.#set({ state: "downloading", version, percent, bytes });
				return undefined;
			},
			onEnd: (error) => {
				this.#cancel = undefined;
				const reason =
					error ??
					(bytes < size ? "the image is shorter than the manifest says" : undefined) ??
					(toHex(hash.finish()) === sha256 ? undefined : "the image is not the one that was signed");
				if (reason === undefined) this.#switch(version);
				else {
					this.#abandon();
					this.#fail(reason);
				}
			},
		});
	}

	#switch(version: string): void {
		try {
			(this.#host.updater as Updater).activate();
		} catch {
			this.#abandon();
			this.#fail("the other slot cannot be activated");
			return;
		}
		this.#set({ state: "restarting", version });
		this.#onReady();
	}

	#abandon(): void {
		this.#onBusy(false);
		try {
			this.#host.updater?.abandon();
		} catch {
			// The slot that runs is not touched by it.
		}
	}

	#fail(error: string): void {
		this.#set({ state: "failed", error });
	}

	#set(status: UpdateStatus): void {
		this.#status = status;
		const { state, version, percent, error } = status;
		this.#host.report({
			event: "update",
			state,
			...(version !== undefined && { version }),
			...(percent !== undefined && { percent }),
			...(error !== undefined && { error }),
		});
	}
}

function decode(chunks: Uint8Array[], size: number): string | undefined {
	const bytes = new Uint8Array(size);
	let at = 0;
	for (const chunk of chunks) {
		bytes.set(chunk, at);
		at += chunk.length;
	}
	try {
		return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
	} catch {
		return undefined;
	}
}
