import {
	createHash,
	createPrivateKey,
	createPublicKey,
	generateKeyPairSync,
	sign,
	verify,
} from "node:crypto";
import type { Updater } from "../../hosts/host";
import { type Manifest, signedText } from "../../modules/update/manifest";
import { type FakeLink, type FakeRequest, FakeServer, takeRequest } from "./server";

const KEYS = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
const PRIVATE = createPrivateKey(KEYS.privateKey.export({ format: "pem", type: "sec1" }));

/** Two slots in memory. */
export class FakeUpdater implements Updater {
	target = "desktop";
	capacity = 100_000;
	onTrial = false;
	rolledBack: string | undefined;
	keyless = false;
	failing: "begin" | "write" | "activate" | undefined;
	written: Uint8Array[] = [];
	/** The version of the image that was switched to. */
	activated: string | undefined;
	readonly log: string[] = [];

	verify(message: Uint8Array, signature: Uint8Array): boolean | undefined {
		if (this.keyless) return undefined;
		try {
			return verify("sha256", message, createPublicKey(PRIVATE), signature);
		} catch {
			return false;
		}
	}

	hash() {
		const hash = createHash("sha256");
		return {
			add: (bytes: Uint8Array) => void hash.update(bytes),
			finish: () => hash.digest("hex"),
		};
	}

	begin(size: number): void {
		this.#do("begin", `begin ${size}`);
		this.written = [];
	}

	write(bytes: Uint8Array): void {
		if (this.failing === "write") throw new Error("flash");
		this.written.push(bytes.slice());
	}

	activate(version: string): void {
		this.activated = version;
		this.#do("activate");
	}

	abandon(): void {
		this.#do("abandon");
	}

	confirm(): void {
		this.#do("confirm");
		this.onTrial = false;
	}

	rollBack(reason: string): void {
		this.#do(`roll back: ${reason}`);
	}

	#do(name: string, line = name): void {
		if (name === this.failing) throw new Error("flash");
		this.log.push(line);
	}
}

/** A server with files, whose answers the test may change. */
export class FakeWeb extends FakeServer {
	readonly files = new Map<string, Uint8Array>();
	/** Does something else than to answer; true if it did. */
	misbehave: (link: FakeLink) => boolean = () => false;
	chunk = 1_000;
	override address = "203.0.113.7";
	#asked: string[] = [];
	#pending: FakeRequest[] = [];

	get asked(): readonly string[] {
		this.settle();
		return this.#asked;
	}

	/** Answers what has been asked, and what is asked thereupon. */
	work(): void {
		for (;;) {
			this.settle();
			const next = this.#pending.shift();
			if (!next) return;
			this.#answer(next);
		}
	}

	protected override receive(link: FakeLink): boolean {
		const request = takeRequest(link);
		if (!request) return false;
		this.#asked.push(urlOf(request));
		this.#pending.push(request);
		return true;
	}

	#answer(request: FakeRequest): void {
		const { link } = request;
		if (!link.live || this.misbehave(link)) return;
		const file = this.files.get(urlOf(request));
		link.say(`HTTP/1.1 ${file ? 200 : 404} Said\r\nContent-Length: ${file?.length ?? 0}\r\n\r\n`);
		for (let at = 0; file && at < file.length; at += this.chunk) link.say(file.subarray(at, at + this.chunk));
	}
}

function urlOf({ link, target }: FakeRequest): string {
	const { secure, host } = link.to.endpoint;
	return `${secure ? "https" : "http"}://${host}${target}`;
}

export const MANIFEST_URL = "https://updates.example.org/manifest.json";
export const IMAGE = Uint8Array.from({ length: 12_345 }, (_, i) => (i * i) & 255);

/** A signed manifest for IMAGE; `change` is signed with it, `forge` is not. */
export function manifest(change: Partial<Manifest> = {}, forge: Partial<Manifest> = {}): Manifest {
	const claims = {
		product: "Ambient16",
		target: "desktop",
		version: "9.0.0",
		size: IMAGE.length,
		sha256: createHash("sha256").update(IMAGE).digest("hex"),
		url: "https://updates.example.org/image.bin",
		...change,
	};
	const signature = sign("sha256", Buffer.from(signedText(claims)), PRIVATE).toString("base64");
	return { ...claims, signature, ...forge };
}

export function publish(web: FakeWeb, it: object | string | Uint8Array, image: Uint8Array = IMAGE): void {
	const text = typeof it === "string" ? it : JSON.stringify(it);
	web.files.set(MANIFEST_URL, it instanceof Uint8Array ? it : new TextEncoder().encode(text));
	web.files.set("https://updates.example.org/image.bin", image);
}
