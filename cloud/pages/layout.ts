import type { FastifyReply, FastifyRequest } from "fastify";
import { html } from "ghtml";

/** A page within the frame of all. `body` and `title` are as they go into the page: `body` is HTML, `title` is text. */
export interface Page {
	title: string;
	body: string;
	/** Modules of `public/`, by their names. */
	scripts?: string[];
	/** Style sheets beside that of all, by their paths. */
	styles?: string[];
	status?: number;
}

/** Where those who are signed in can go. */
const PLACES = [
	["/sensors", "Sensors"],
	["/services", "Services"],
	["/profile", "Profile"],
] as const;

/** Answers with a page. */
export function send(request: FastifyRequest, reply: FastifyReply, page: Page): FastifyReply {
	return reply
		.code(page.status ?? 200)
		.header("cache-control", "no-store")
		.type("text/html; charset=utf-8")
		.send(render(request, reply, page));
}

/** The hidden field that every form has: without it, it is refused. */
export function token(reply: FastifyReply): string {
	return html`<input type="hidden" name="_csrf" value="${reply.generateCsrf()}">`;
}

function render(
	request: FastifyRequest,
	reply: FastifyReply,
	{ title, body, scripts = [], styles = [] }: Page,
) {
	const path = request.url.split("?", 1)[0] ?? "";
	const here = (place: string) => path === place || path.startsWith(`${place}/`);
	return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} – Ambient16</title>
<link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
<link rel="manifest" href="/assets/manifest.webmanifest">
<link rel="apple-touch-icon" href="/assets/icon-apple.png">
<meta name="theme-color" content="#eef1f0" media="(prefers-color-scheme: light)">
<meta name="theme-color" content="#121615" media="(prefers-color-scheme: dark)">
!${["/assets/style.css", ...styles].map((path) => html`<link rel="stylesheet" href="${path}">`)}
</head>
<body>
<header>
<a href="/" class="home">Ambient16</a>
!${
		request.account
			? html`<nav aria-label="Places">
!${PLACES.map(([place, name]) => html`<a href="${place}" !${here(place) ? 'aria-current="page"' : ""}>${name}</a>`)}
</nav>
<form method="post" action="/sign-out">!${token(reply)}<button class="quiet">Sign out</button></form>
`
			: ""
	}</header>
<main>
<h1>${title}</h1>
!${body}
</main>
!${[...(request.account ? ["app.js"] : []), ...scripts].map((name) => html`<script type="module" src="/assets/${name}"></script>`)}
</body>
</html>
`;
}
