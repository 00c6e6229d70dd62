/**
 * What is used here of XS and of Moddable's SDK 8.2.3, on every platform. For the type check without the SDK: its own
 * typings are what a build is checked with.
 */

/** A line without a newline goes on. */
declare function trace(text: string): void;

/** A function of our own C. */
// biome-ignore lint/suspicious/noExplicitAny: each has its own type where it is asked for
declare function native(name: string): (...args: any[]) => any;

/** A class whose instances C destroys. */
declare function Native(destructor: string): new () => object;

declare module "crypt" {
	export class Digest {
		constructor(algorithm: "MD5" | "SHA1" | "SHA256" | "SHA512");
		write(bytes: string | ArrayBuffer): void;
		close(): ArrayBuffer;
	}
}

declare module "text/decoder" {
	export default class TextDecoder {
		constructor(label?: "utf-8", options?: { fatal?: boolean; ignoreBOM?: boolean });
		decode(bytes?: Uint8Array): string;
	}
}

declare module "text/encoder" {
	export default class TextEncoder {
		encode(text: string): Uint8Array;
	}
}

declare module "timer" {
	export default class Timer {
		private constructor();
		private brand: boolean;
		/** Once, after `ms`. */
		static set(callback: (timer: Timer) => void, ms?: number): Timer;
		static repeat(callback: (timer: Timer) => void, ms: number): Timer;
		static clear(timer: Timer | undefined | null): void;
	}
}

declare module "time" {
	const Time: {
		/** s since 1970. */
		set(seconds: number): void;
		/** ms, 32 bits. */
		readonly ticks: number;
	};
	export default Time;
}

declare module "Resource" {
	/** A file of the build, where it lies. */
	const Resource: {
		exists(name: string): boolean;
		new (name: string): ArrayBuffer;
	};
	export default Resource;
}

declare module "net" {
	const Net: {
		get(what: "IP", of?: "station" | "ap"): string;
		/** Of the station's network; undefined if it is in none. */
		get(what: "SSID"): string | undefined;
		get(what: "RSSI"): number | undefined;
		resolve(name: string, callback: (name: string, address?: string) => void): void;
	};
	export default Net;
}
