import { html } from "ghtml";
import { NAME, PASSWORD } from "../limits";
import { Refusal } from "../refusal";

/** What a form is shown again with: what was typed, and why it was not taken. */
export interface Again {
	name?: string;
	problem?: Refusal;
}

/** A field of a form, as text; empty if it is none. */
export function field(body: unknown, name: string): string {
	const value = (body as Record<string, unknown> | null | undefined)?.[name];
	return typeof value === "string" ? value : "";
}

/** What public/passkeys.js sends: what the browser has of a passkey, unchecked, and where to go then. */
export function passkeyOf(body: unknown): { credential: never; next: unknown; name: unknown } {
	return (body ?? {}) as ReturnType<typeof passkeyOf>;
}

/** What a person is told of an error. Throws it again if it is no Refusal. */
export function problemOf(error: unknown): Refusal {
	if (error instanceof Refusal) return error;
	throw error;
}

/** The line above a form that says why it was not taken. */
export function problem(refusal: Refusal | undefined): string {
	return refusal ? html`<p class="bad" role="alert">${refusal.message}</p>` : "";
}

/** The field for the name of an account. */
export function nameField(value = ""): string {
	return html`<label>Name
<input name="name" value="${value}" maxlength="${NAME}" required autocomplete="username" autocapitalize="none" spellcheck="false"></label>`;
}

/** The field for the password that there is. */
export function passwordField(): string {
	return html`<label>Password
<input name="password" type="password" maxlength="${PASSWORD.most}" required autocomplete="current-password"></label>`;
}

/** The field for a password that is chosen. */
export function newPasswordField(label = "Password"): string {
	return html`<label>${label}
<input name="password" type="password" minlength="${PASSWORD.least}" maxlength="${PASSWORD.most}" required autocomplete="new-password">
<span class="muted">${PASSWORD.least} characters or more. Several words that belong to no sentence are good.</span></label>`;
}
