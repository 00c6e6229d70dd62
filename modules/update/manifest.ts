import { parseObject } from "../json";
import { HTTP_SCHEMES, parseEndpoint } from "../net/endpoint";
import { parseVersion } from "./version";

/** What a release says of itself. */
export interface Manifest {
	/** The product it is for: Ambient16. */
	product: string;
	/** What it runs on, such as `esp32c3` or `desktop`. */
	target: string;
	version: string;
	/** Bytes of the image. */
	size: number;
	/** Of the image, in lower-case hex. */
	sha256: string;
	/** Where the image is. */
	url: string;
	/** ECDSA P-256 with SHA-256 over `signedText`, DER in base64. */
	signature: string;
}

/** All that is read of a manifest. Other names never reach JSON.parse: XS would keep each until it is restarted. */
const NAMES: readonly string[] = ["product", "target", "version", "size", "sha256", "url", "signature"];

/** Reads a manifest (JSON in UTF-8); an error says what is wrong with it. Other fields are left alone. */
export function parseManifest(bytes: Uint8Array): Manifest | { error: string } {
	let value: Partial<Manifest>;
	try {
		value = parseObject(bytes, NAMES).object;
	} catch {
		return { error: "the manifest is not a JSON object" };
	}
	const { product, target, version, size, sha256, url, signature } = value;
	if (!isName(product) || !isName(target)) return { error: "the manifest names no product and target" };
	if (!parseVersion(version)) return { error: "the manifest names no version" };
	if (typeof size !== "number" || !Number.isInteger(size) || size < 1)
		return { error: "the manifest names no size" };
	if (typeof sha256 !== "string" || sha256.length !== 64 || /[^0-9a-f]/.test(sha256))
		return { error: "the manifest names no hash" };
	if (typeof url !== "string" || !parseEndpoint(url, HTTP_SCHEMES))
		return { error: "the manifest names no URL" };
	if (typeof signature !== "string" || !isBase64(signature, 8, 120))
		return { error: "the manifest is not signed" };
	return { product, target, version: version as string, size, sha256, url, signature };
}

/** The text that is signed: each field that is not the signature, a line each, under a heading of its own. */
export function signedText({
	product,
	target,
	version,
	size,
	sha256,
	url,
}: Omit<Manifest, "signature">): string {
	return ["Ambient16 update 1", product, target, version, size, sha256, url].join("\n");
}

/** Of `least` to `most` characters (RFC 4648, 4), without those at its end that fill it up. */
function isBase64(text: string, least: number, most: number): boolean {
	const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
	const length = text.length - padding;
	return length >= least && length <= most && !/[^A-Za-z0-9+/]/.test(text.slice(0, length));
}

function isName(value: unknown): value is string {
	return typeof value === "string" && value !== "" && value.length <= 32 && !/[^A-Za-z0-9_/-]/.test(value);
}
