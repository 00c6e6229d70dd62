/** What the bench's C gives to the device. */
declare const native: {
	/** A function of the firmware's own C, as in the SDK. */
	// biome-ignore lint/suspicious/noExplicitAny: each has its own type where it is asked for
	(name: string): any;
	Digest: new (algorithm: string) => { write(bytes: ArrayBuffer): void; close(): ArrayBuffer };
	setTimer(callback: () => void, ms: number, repeats: boolean): object;
	clearTimer(timer: object): void;
	/** ms since 1970. */
	now(): number;
	/** ms. */
	monotonic(): number;
	random(count: number): ArrayBuffer;
	readFlash(key: string): ArrayBuffer | undefined;
	/** Without a value the key is deleted. */
	writeFlash(key: string, value?: Uint8Array): void;
	/** Storage of 16 sectors of 4 KiB, by the place of its first byte. */
	readStorage(at: number, count: number): ArrayBuffer;
	writeStorage(at: number, bytes: Uint8Array): void;
	eraseStorage(at: number, count: number): void;
	/** A line on standard output. */
	print(text: string): void;
};

/** A class whose instances C destroys, as in the SDK. */
declare function Native(destructor: string): new () => object;

declare module "timer" {
	interface Timer {
		readonly timer: unique symbol;
	}
	const Timer: {
		set(callback: () => void, ms: number): Timer;
		repeat(callback: () => void, ms: number): Timer;
		clear(timer: Timer): void;
	};
	export default Timer;
}

declare module "crypt" {
	export class Digest {
		constructor(algorithm: string);
		write(bytes: ArrayBuffer): void;
		close(): ArrayBuffer;
	}
}
