import type { Host, Timer, Trust, Updater } from "../../hosts/host";
import { fromBase64, join } from "../bytes";
import { FETCHED_KEY, TRIED_KEY } from "../flash-keys";
import type { Light } from "../led/light";
import { CONFIRM_STABLE, CONFIRM_TIME, DAILY, MANIFEST } from "../limits";
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

type UpdateHost = Pick<Host, "flash" | "network" | "random" | "report" | "updater" | "restart">;

/**
 * Fetches an update: manifest, signature, all that the manifest claims, and only then the image, which is
 * hashed on its way into the other slot. Whatever goes wrong before the switch leaves everything as it was.
 */
export class Update {
	readonly #host: UpdateHost;
	readonly #light: Pick<Light, "signal" | "endSignal">;
	#status: UpdateStatus;
	#cancel: (() => void) | undefined;
	#daily: Timer;

	/** `light`: shows that an image is being fetched. */
	constructor(host: UpdateHost, light: Pick<Light, "signal" | "endSignal">) {
		this.#host = host;
		this.#light = light;
		this.#status = { state: "idle" };
		const error = host.updater?.rolledBack ?? this.#interrupted();
		if (error !== undefined) this.#fail(error);
		this.#forget(FETCHED_KEY);
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
		this.#start(url, trust, () => true);
	}

	/** `isWanted` has the last word on a version that could be taken. */
	#start(url: string, trust: Trust, isWanted: (version: string) => boolean): void {
		if (this.busy) return;
		const impossible = this.impossible;
		if (impossible !== undefined) {
			this.#set({ state: "failed", error: impossible });
			return;
		}
		this.#set({ state: "checking" });
		let manifest: Uint8Array = new Uint8Array(0);
		this.#cancel = download({
			network: this.#host.network,
			url,
			trust,
			onData(bytes) {
				if (manifest.length + bytes.length > MANIFEST) return "the manifest is too long";
				manifest = join(manifest, bytes);
				return undefined;
			},
			onEnd: (error) => {
				this.#cancel = undefined;
				if (error !== undefined) this.#fail(error);
				else this.#judge(manifest, trust, isWanted);
			},
		});
	}

	/** Looks for updates at `url` once a day from now on. */
	watch(url: string, trust: Trust): void {
		this.#watch(url, trust, DAILY);
	}

	/**
	 * As `watch`, for a device that has just started, once its trial is over: one that is switched off every night is to
	 * look too.
	 */
	watchSoon(url: string, trust: Trust): void {
		this.#watch(url, trust, CONFIRM_TIME + CONFIRM_STABLE);
	}

	unwatch(): void {
		this.#host.network.timers.clear(this.#daily);
	}

	/** Ends what is under way, and forgets it and what came before. */
	close(): void {
		this.unwatch();
		if (!this.busy) this.#status = { state: "idle" };
		if (!this.#cancel) return;
		this.#cancel();
		this.#cancel = undefined;
		this.#abandon();
		this.#set({ state: "idle" });
	}

	#watch(url: string, trust: Trust, wait: number): void {
		this.unwatch();
		const [jitter] = this.#host.random(1) as unknown as [number];
		this.#daily = this.#host.network.timers.once(
			() => {
				// One that was rolled back would be rolled back every day.
				this.#start(url, trust, (version) => version !== this.#tried);
				this.watch(url, trust);
			},
			wait + (DAILY / 10) * (jitter / 255),
		);
	}

	/** The signature comes first: nothing else of the manifest means anything before. */
	#judge(text: Uint8Array, trust: Trust, isWanted: (version: string) => boolean): void {
		const updater = this.#host.updater as Updater;
		const manifest = parseManifest(text);
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
		else if (!isWanted(manifest.version))
			this.#fail(`${manifest.version} was rolled back: ${updater.rolledBack ?? "it does not run"}`);
		else if (manifest.size > updater.capacity) this.#fail("the image is larger than a slot");
		else this.#fetch(manifest, trust);
	}

	#fetch({ version, size, sha256, url }: Manifest, trust: Trust): void {
		const updater = this.#host.updater as Updater;
		if (!this.#note(FETCHED_KEY, version)) return;
		try {
			updater.begin(size);
		} catch (error) {
			this.#forget(FETCHED_KEY);
			this.#fail(unwritten(error));
			return;
		}
		this.#light.signal("update");
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
				} catch (error) {
					return unwritten(error);
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
					(hash.finish() === sha256 ? undefined : "the image is not the one that was signed");
				if (reason === undefined) this.#switch(version);
				else {
					this.#abandon();
					this.#fail(reason);
				}
			},
		});
	}

	#switch(version: string): void {
		if (!this.#note(TRIED_KEY, version)) {
			this.#abandon();
			return;
		}
		try {
			(this.#host.updater as Updater).activate(version);
		} catch (error) {
			this.#abandon();
			this.#fail(unwritten(error));
			return;
		}
		this.#set({ state: "restarting", version });
		this.#host.restart();
	}

	/** What the last start was doing when its power went. Only of a device that did not leave a firmware again. */
	#interrupted(): string | undefined {
		const version = this.#noted(FETCHED_KEY);
		if (version === undefined || version === VERSION) return undefined;
		// The power went before the switch: it was not tried after all.
		if (version === this.#tried) this.#forget(TRIED_KEY);
		return `the update to ${version} was interrupted`;
	}

	/** If it is not the one that runs, it was rolled back. */
	get #tried(): string | undefined {
		return this.#noted(TRIED_KEY);
	}

	#noted(key: string): string | undefined {
		const version = this.#host.flash.get(key);
		return version && new TextDecoder().decode(version);
	}

	/** False, and the update has failed, if the flash does not take it. */
	#note(key: string, version: string): boolean {
		try {
			this.#host.flash.set(key, new TextEncoder().encode(version));
			return true;
		} catch {
			this.#fail("the flash cannot be written");
			return false;
		}
	}

	#forget(key: string): void {
		try {
			if (this.#noted(key) !== undefined) this.#host.flash.delete(key);
		} catch {
			// The next start says that it was interrupted, which is so.
		}
	}

	#abandon(): void {
		this.#light.endSignal("update");
		try {
			this.#host.updater?.abandon();
		} catch {
			// The slot that runs is not touched by it.
		}
		this.#forget(FETCHED_KEY);
	}

	#fail(error: string): void {
		this.#set({ state: "failed", error });
	}

	#set(status: UpdateStatus): void {
		this.#status = status;
		this.#host.report?.({ event: "update", ...status });
	}
}

/** What the updater says of its failure is for the owner to read. */
function unwritten(error: unknown): string {
	return `the other slot cannot be written: ${error instanceof Error ? error.message : "it failed"}`;
}
