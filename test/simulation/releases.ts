import { createHash } from "node:crypto";
import { signedText } from "../../modules/update/manifest";
import type { Link, Peer } from "./link";
import type { Random } from "./random";
import { type Image, type Kind, signatureOf } from "./slots";
import type { World } from "./world";

/** What is wrong with what the server of the releases says. */
export const RELEASE_MOODS = [
	"well",
	"forged",
	"another image",
	"short",
	"long",
	"closes",
	"stalls",
	"older",
	"not found",
	"garbage",
] as const;
export type ReleaseMood = (typeof RELEASE_MOODS)[number];

/** The server that releases are fetched from: https://updates.example.org. */
export class Releases {
	mood: ReleaseMood = "well";
	latest: Image | undefined;
	readonly #world: World;
	readonly #random: Random;
	#count = 0;

	constructor(world: World) {
		this.#world = world;
		this.#random = world.random.fork("releases");
	}

	/** A new firmware. */
	release(kind: Kind): Image {
		const bytes = this.#random.bytes(this.#random.between(500, 20_000));
		this.latest = { version: `0.2.${this.#count++}`, kind, bytes };
		return this.latest;
	}

	readonly admit = (): Peer => {
		let received = "";
		return {
			onBytes: (bytes, link) => {
				received += bytes.toString("latin1");
				const end = received.indexOf("\r\n\r\n");
				if (end < 0) return;
				const target = received.split(" ")[1];
				received = "";
				this.#answer(link, target === "/image.bin");
			},
			onEnd: () => {},
		};
	};

	#answer(link: Link, isImage: boolean): void {
		const { mood, latest } = this;
		if (mood !== "well") this.#world.count(`fault: releases ${mood}`);
		if (!latest || mood === "not found") {
			link.say("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
			return;
		}
		if (mood === "garbage") {
			link.say(this.#random.bytes(500));
			return;
		}
		let bytes: Uint8Array = isImage ? latest.bytes : this.#manifest(latest);
		const whole = bytes.length;
		if (isImage && mood === "another image") bytes = bytes.map((byte, i) => (i === 400 ? byte ^ 1 : byte));
		if (isImage && mood === "long") bytes = Buffer.concat([bytes, Buffer.alloc(10)]);
		if (mood === "closes" || mood === "stalls" || (isImage && mood === "short"))
			bytes = bytes.subarray(0, this.#random.below(bytes.length));
		const length = isImage && mood === "short" ? bytes.length : Math.max(whole, bytes.length);
		link.say(`HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\n\r\n`);
		for (let at = 0; at < bytes.length; at += 1_400) {
			const piece = bytes.subarray(at, at + 1_400);
			this.#world.schedule.after(at / 20, () => link.say(piece));
		}
		if (mood === "closes") this.#world.schedule.after(bytes.length / 20 + 1, () => link.end());
	}

	#manifest({ version, bytes }: Image): Uint8Array {
		const claims = {
			product: "Ambient16",
			target: "simulated",
			version: this.mood === "older" ? "0.0.9" : version,
			size: bytes.length,
			sha256: createHash("sha256").update(bytes).digest("hex"),
			url: "https://updates.example.org/image.bin",
		};
		const signed = signatureOf(Buffer.from(signedText(claims)));
		if (this.mood === "forged") signed[3]! ^= 1;
		return Buffer.from(JSON.stringify({ ...claims, signature: signed.toString("base64") }));
	}
}
