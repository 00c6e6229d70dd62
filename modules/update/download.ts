import type { Host, Trust } from "../../hosts/host";
import { DOWNLOAD_MOST, DOWNLOAD_TIME } from "../limits";
import { HTTP_SCHEMES, parseEndpoint } from "../net/endpoint";
import { isHomeHost, reach } from "../net/home";
import { HttpClient } from "../net/http-client";

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
	const endpoint = parseEndpoint(url, HTTP_SCHEMES);
	const reason = !endpoint
		? "there is no way to reach it"
		: !endpoint.secure && !isHomeHost(endpoint.host)
			? "outside the home it must be https"
			: undefined;
	if (!endpoint || reason !== undefined) {
		const timer = network.timers.once(() => onEnd(reason), 0);
		return () => network.timers.clear(timer);
	}
	const client = new HttpClient({
		network,
		to: reach(endpoint, trust),
		silence: DOWNLOAD_TIME,
		most: DOWNLOAD_MOST,
	});
	const end = (error: string | undefined) => {
		client.close();
		onEnd(error);
	};
	client.send(
		{ method: "GET", target: endpoint.path || "/" },
		{
			onHead({ status }) {
				if (status >= 300 && status < 400)
					end(`the server points elsewhere (${status}), which is not followed`);
				else if (status !== 200) end(`the server answers ${status}`);
			},
			onBody(bytes) {
				const error = onData(bytes);
				if (error !== undefined) end(error);
			},
			onEnd: end,
		},
	);
	return () => client.close();
}
