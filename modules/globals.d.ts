/** The only globals beyond ES2022 that the firmware expects; a host that lacks them installs them. */

declare class TextEncoder {
	encode(text: string): Uint8Array<ArrayBuffer>;
}

declare class TextDecoder {
	constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
	decode(bytes?: Uint8Array): string;
}
