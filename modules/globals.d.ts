/** The only globals beyond ES2022 that the firmware expects; a host that lacks them installs them. */

declare class TextEncoder {
	encode(text: string): Uint8Array<ArrayBuffer>;
	/** As much as `bytes` has room for. */
	encodeInto(text: string, bytes: Uint8Array): { read: number; written: number };
}

declare class TextDecoder {
	constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
	decode(bytes?: Uint8Array): string;
}
