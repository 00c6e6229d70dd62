import { digestBytes } from "../moddable/digest";
import { verifySignature } from "../moddable/tls/tls";
import { UPDATE_KEY } from "../update-key";

/** See Updater.verify. */
export function verifyUpdate(message: Uint8Array, signature: Uint8Array): boolean | undefined {
	if (UPDATE_KEY === "") return undefined;
	return verifySignature(fromBase64(UPDATE_KEY), digestBytes("SHA256", message), signature);
}

/** XS has it, its typings do not. */
function fromBase64(text: string): Uint8Array {
	const bytes = Uint8Array as unknown as { fromBase64(text: string): Uint8Array };
	return bytes.fromBase64(text);
}
