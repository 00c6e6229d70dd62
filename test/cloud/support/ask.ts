import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";

export interface Question {
	method?: string;
	headers?: Record<string, string>;
	body?: string;
}

/** One request of a test's own to a server on this machine, whatever its certificate. */
export function ask(url: string, { method = "GET", headers, body }: Question = {}) {
	const send = url.startsWith("https:") ? httpsRequest : httpRequest;
	return new Promise<{ status: number; text: string }>((resolve, reject) => {
		const outgoing = send(url, { method, headers, agent: false, rejectUnauthorized: false }, (response) => {
			const chunks: Buffer[] = [];
			response.on("data", (chunk: Buffer) => chunks.push(chunk));
			response.on("error", reject);
			response.on("end", () =>
				resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }),
			);
		});
		outgoing.on("error", reject);
		outgoing.end(body);
	});
}
