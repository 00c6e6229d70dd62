import type { Host, Timer, Trust } from "../../hosts/host";
import { DOWNLOAD_MOST, DOWNLOAD_TIME } from "../limits";
import { HTTP_SCHEMES, parseEndpoint } from "../net/endpoint";
import { isHomeAddress, isHomeHost } from "../net/home";

export interface DownloadOptions {
	network: Host["network"];
	url: string;
	trust: Trust;
	/** The next bytes. An error that it returns ends the download. */
	onData(bytes: Uint8Array): string | undefined;
	/** It is whole, or an error says why not. Called once, unless it was ended from here. */
	onEnd(error: string | undefined): void;
}

/** Fetches what is at a URL, outside the home over TLS only. Returns what ends it. */
export function download({ network, url, trust, onData, onEnd }: DownloadOptions): () => void {
	let cancel: (() => void) | undefined;
	let limit: Timer;
	let over = false;
	const end = (error: string | undefined) => {
		if (over) return;
		over = true;
		network.timers.clear(limit);
		cancel?.();
		onEnd(error);
	};
	const fail = (error: string) => {
		limit = network.timers.once(() => end(error), 0);
	};
	const endpoint = parseEndpoint(url, HTTP_SCHEMES);
	if (!endpoint || !network.get) fail("there is no way to reach it");
	else if (!endpoint.secure && !isHomeHost(endpoint.host)) fail("outside the home it must be https");
	else {
		limit = network.timers.once(() => end("it takes too long"), DOWNLOAD_MOST);
		cancel = network.get({
			endpoint,
			target: endpoint.path || "/",
			trust,
			allowAddress: (address) => endpoint.secure || isHomeAddress(address),
			timeout: DOWNLOAD_TIME,
			onStatus(status) {
				if (status >= 300 && status < 400)
					end(`the server points elsewhere (${status}), which is not followed`);
				else if (status !== 200) end(`the server answers ${status}`);
			},
			onData(bytes) {
				if (over) return;
				const error = onData(bytes);
				if (error !== undefined) end(error);
			},
			onEnd: end,
		});
	}
	return () => {
		over = true;
		network.timers.clear(limit);
		cancel?.();
	};
}
