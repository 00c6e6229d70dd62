import assert from "node:assert/strict";
import { Agent } from "node:https";
import type { Cloud } from "../../server";
import { type Answer, ask } from "./cloud";

/** A good password, for those who need one. */
export const PASSWORD = "forty-two green owls";

/** A browser of a test's: it keeps cookies, and fills in forms with what the page has put into them. */
export class Visitor {
	readonly cloud: Cloud;
	readonly cookies = new Map<string, string>();
	readonly #connections = new Agent({ keepAlive: true });
	/** What it calls itself. */
	agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

	constructor(cloud: Cloud) {
		this.cloud = cloud;
	}

	/** Asks for a page, and goes where it is sent. */
	async get(path: string): Promise<Answer> {
		let answer = await this.send("GET", path);
		for (let hops = 0; answer.status === 303 && hops < 5; hops++)
			answer = await this.send("GET", answer.headers.location ?? "");
		return answer;
	}

	/** Fills in the form of a page that goes to `action` (that of the page itself, if absent), and sends it. */
	async submit(path: string, fields: Record<string, string>, action = path): Promise<Answer> {
		const page = await this.get(path);
		const form = formOf(page.text, action);
		assert.ok(form, `${path} has no form that goes to ${action}:\n${page.text}`);
		return this.post(action, { ...hidden(form), ...fields });
	}

	/** Sends fields as a form does. */
	post(path: string, fields: Record<string, string>): Promise<Answer> {
		return this.send("POST", path, {
			headers: { "content-type": "application/x-www-form-urlencoded" },
			body: new URLSearchParams(fields).toString(),
		});
	}

	/** One request. */
	async send(
		method: string,
		path: string,
		{ headers = {}, body }: { headers?: Record<string, string>; body?: string } = {},
	): Promise<Answer> {
		const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
		const answer = await ask(this.cloud, path, {
			method,
			agent: this.#connections,
			headers: { "user-agent": this.agent, ...(cookie && { cookie }), ...headers },
			...(body !== undefined && { body }),
		});
		for (const line of answer.headers["set-cookie"] ?? []) {
			const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
			if (value === "" || /expires=Thu, 01 Jan 1970/i.test(line)) this.cookies.delete(name);
			else this.cookies.set(name, value);
		}
		return answer;
	}

	/** A token for forms, as the start page of those who are signed in has it. */
	async token(path = "/profile"): Promise<string> {
		const { text } = await this.get(path);
		return /name="_csrf" value="([^"]*)"/.exec(text)?.[1] ?? "";
	}
}

/** A visitor with a new account. */
export async function signUp(cloud: Cloud, name: string, password = PASSWORD): Promise<Visitor> {
	const visitor = new Visitor(cloud);
	const { status, text } = await visitor.submit("/sign-up", { name, password });
	assert.equal(status, 200, text);
	return visitor;
}

/** Tries to sign in with a new visitor, or one that there is. */
export async function signIn(
	cloud: Cloud,
	name: string,
	password = PASSWORD,
	visitor = new Visitor(cloud),
): Promise<{ visitor: Visitor; answer: Answer }> {
	return { visitor, answer: await visitor.submit("/sign-in", { name, password }) };
}

function formOf(page: string, action: string): string | undefined {
	return [...page.matchAll(/<form\b[^>]*>[\s\S]*?<\/form>/g)]
		.map(([form]) => form)
		.find((form) => form.includes(`action="${action}"`));
}

function hidden(form: string): Record<string, string> {
	const fields = [...form.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)];
	return Object.fromEntries(fields.map(([, name = "", value = ""]) => [name, unescaped(value)]));
}

function unescaped(text: string): string {
	return text.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(code));
}
