import Decoder from "text/decoder";
import Encoder from "text/encoder";

/** Installs the globals TextEncoder and TextDecoder, which XS lacks. */
export function installText(): void {
	Object.assign(globalThis, { TextEncoder: Encoder, TextDecoder: Utf8Decoder });
}

/** The SDK's takes an absent label for another encoding. */
class Utf8Decoder extends Decoder {
	constructor(label: "utf-8" = "utf-8", options: { fatal?: boolean; ignoreBOM?: boolean } = {}) {
		super(label, options);
	}
}
