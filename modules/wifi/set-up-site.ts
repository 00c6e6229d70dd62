import type { Handler, Request, Response } from "../http/message";
import { isHomeHost } from "../net/home";
import { readForm } from "./form";

/** Where both the explanation and the page are. */
const PATH = "/setup";
const HTML = "text/html; charset=utf-8";

export interface SiteDevice {
	readonly host: { readonly udid: string };
	readonly vault: { readonly paired: boolean };
	readonly wifi: { readonly accessPoint: boolean; readonly settingUp: boolean } | undefined;
	readonly ports: Record<"http" | "https", { readonly number: number | undefined }>;
	/** Takes a request for `/`. */
	readonly api: { command: Handler };
}

/**
 * What a phone sees that has joined the access point: whatever it asks for leads to an explanation on plain HTTP, and that
 * to the page itself on HTTPS. The page in its turn sends the commands that everybody may send.
 */
export class SetUpSite {
	readonly #device: SiteDevice;
	readonly #page: Uint8Array;
	readonly #address: string;

	/** `page`: compressed by gzip. `address`: the device's own for those in its access point. */
	constructor(device: SiteDevice, page: Uint8Array, address: string) {
		this.#device = device;
		this.#page = page;
		this.#address = address;
	}

	/** The answer to what is not for `/`; undefined: there is none. `respond` as a Handler has it. */
	answer(request: Request, respond: (response: Response) => void): Response | undefined | "later" {
		const { method, path, host } = request.head;
		if (!this.#isOpen) return undefined;
		const reading = method === "GET" || method === "HEAD";
		// A phone's question whether it is in the Internet, which names some server there.
		if (reading && path !== PATH && host !== "" && !isHomeHost(host) && !request.secure)
			return this.#redirect();
		if (path !== PATH) return undefined;
		if (request.secure) {
			if (method === "POST") {
				this.#submit(request, respond);
				return "later";
			}
			if (reading) return { status: 200, body: "", type: HTML, file: { gzip: true, bytes: this.#page } };
		}
		return reading ? html(200, this.#explain(host)) : undefined;
	}

	/** The access point is open, and the device to be set up over it. */
	get #isOpen(): boolean {
		const { wifi, vault } = this.#device;
		if (!wifi?.accessPoint) return false;
		return !vault.paired || wifi.settingUp;
	}

	#redirect(): Response {
		return { status: 302, body: "", headers: `Location: ${this.#url(false, "")}\r\n` };
	}

	/** Some phones open it in a window of their own, which takes no certificate that it does not know. */
	#explain(host: string): string {
		const url = this.#device.ports.https.number === undefined ? undefined : this.#url(true, host);
		if (url === undefined)
			return "<p>Press the button of the sensor, then open this page again.<p>Drücken Sie den Knopf des Sensors und öffnen Sie diese Seite noch einmal.<p>Appuyez sur le bouton du capteur, puis rouvrez cette page.";
		return (
			`<p>Open <a href="${url}">${url}</a> in your browser. It will warn you: the certificate is the sensor's own. Go on to the page.` +
			`<p>Öffnen Sie <a href="${url}">${url}</a> im Browser. Er wird warnen: Das Zertifikat ist das des Sensors. Gehen Sie weiter zur Seite.` +
			`<p>Ouvrez <a href="${url}">${url}</a> dans votre navigateur. Il vous avertira : le certificat est celui du capteur. Continuez vers la page.`
		);
	}

	#url(secure: boolean, host: string): string {
		const scheme = secure ? "https" : "http";
		const usual = secure ? 443 : 80;
		const number = this.#device.ports[scheme].number ?? usual;
		return `${scheme}://${host || this.#address}${number === usual ? "" : `:${number}`}${PATH}`;
	}

	/** The form of a browser without JavaScript is the command `pair`, and its answer a sentence. */
	#submit(request: Request, respond: (response: Response) => void): void {
		const { api, host } = this.#device;
		const { udid } = host;
		const form = readForm(request.body!);
		if (!form) {
			respond(html(400, "<p>The form is malformed."));
			return;
		}
		const { ssid = "", password = "", uuid = "" } = form;
		const pair = { uuid: uuid.trim(), wifi: { ssid, password } };
		const body = new TextEncoder().encode(JSON.stringify({ udid, pair }));
		const answer = (response: Response) => {
			const ok = response.status === 200;
			const text = ok
				? `<p>The sensor is yours and joins your Wi-Fi. In a minute it is there: <a href="http://ambient16-${udid}.local/">ambient16-${udid}.local</a>. If not, look at this page again.`
				: `<p>${escapeHtml(messageOf(response.body))}<p><a href="${PATH}">Back</a>`;
			respond({ ...html(response.status, text), ...(response.sent && { sent: response.sent }) });
		};
		const response = api.command({ ...request, head: { ...request.head, path: "/" }, body }, answer);
		if (response) answer(response);
	}
}

function html(status: number, text: string): Response {
	const body = `<!doctype html><meta name=viewport content="width=device-width"><title>Ambient16</title><h1>Ambient16</h1>${text}`;
	return { status, body, type: HTML };
}

function messageOf(body: string): string {
	try {
		const { message } = JSON.parse(body) as { message?: unknown };
		if (typeof message === "string") return message;
	} catch {
		// Then there is no more to be said.
	}
	return "It failed.";
}

function escapeHtml(text: string): string {
	return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
