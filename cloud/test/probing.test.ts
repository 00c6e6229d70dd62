import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { connect, type TLSSocket } from "node:tls";
import type { Route } from "../server";
import { ask, startCloud, type TestCloud } from "./support/cloud";
import { PASSWORD, signUp, Visitor } from "./support/visitor";

/** What those try who look for a hole, each with what must not come back of it as it is. */
const PAYLOADS = [
	`<script>alert(1)</script>`,
	`"><img src=x onerror=alert(1)>`,
	`' onmouseover='alert(1)`,
	"javascript:alert(1)",
	"' OR '1'='1' --",
	"'; DROP TABLE accounts; --",
	"1 UNION SELECT password FROM accounts",
	"{{7*7}} <%= 7*7 %> #{7*7}",
	"../../../../etc/passwd",
	"..\\..\\..\\windows\\win.ini",
	"|| cat /etc/passwd",
	"%00",
	"a\0b",
	"a\r\nSet-Cookie: evil=1",
	"%0d%0aSet-Cookie:%20evil=1",
	"\u202egnp.exe\ufeff",
	"𝔘𝔫𝔦𝔠𝔬𝔡𝔢",
	"9".repeat(400),
	"NaN",
	"constructor",
	"__proto__",
	"A".repeat(3_000),
];

/** What OAuth publishes, and pages of services may read; nothing there takes a cookie. */
const isShared = (what: string) => /\/(oauth|\.well-known|api)\//.test(what);
const isFile = ({ path }: Route) => path.startsWith("/assets/");
/** It never ends. */
const isStream = ({ path }: Route) => path === "/live";

/** A route with something in place of its parameters. */
const filled = ({ path }: Route, value: string) => path.replace(/:\w+|\*/g, encodeURIComponent(value));

function routesOf({ routes }: TestCloud, method: string): Route[] {
	return routes.filter((route) => route.method === method && !isFile(route) && !isStream(route));
}

/** What every answer has, whatever it says. */
function assertGuarded({ status, headers, text }: Awaited<ReturnType<typeof ask>>, what: string): void {
	assert.ok(status < 500, `${what}: ${status} ${text}`);
	const policy = `${headers["content-security-policy"]}`;
	assert.match(policy, /default-src 'none'/, what);
	assert.doesNotMatch(policy, /unsafe|\*/, what);
	assert.match(policy, /frame-ancestors 'none'/, what);
	assert.match(policy, /base-uri 'none'/, what);
	assert.equal(headers["x-content-type-options"], "nosniff", what);
	assert.equal(headers["x-frame-options"], "DENY", what);
	assert.equal(headers["referrer-policy"], "no-referrer", what);
	assert.equal(headers["cross-origin-opener-policy"], "same-origin", what);
	for (const name of [
		"server",
		"x-powered-by",
		"access-control-allow-credentials",
		...(isShared(what) ? [] : ["access-control-allow-origin"]),
	])
		assert.equal(headers[name], undefined, what);
	assert.doesNotMatch(text, /node_modules|\bat .*:\d+:\d+|SQLITE|SqliteError|\bstack\b/, what);
}

test("every answer has the fields that guard a browser, and says nothing of what runs here", async (t) => {
	const cloud = await startCloud(t);
	const visitor = await signUp(cloud, "ada");
	for (const route of routesOf(cloud, "GET")) {
		const answer = await visitor.send("GET", filled(route, "x"), {
			headers: { origin: "https://evil.example" },
		});
		assertGuarded(answer, route.path);
		if (/^text\/html/.test(answer.headers["content-type"] ?? "") && route.path !== "/offline.html")
			assert.equal(answer.headers["cache-control"], "no-store", route.path);
	}
	for (const path of ["/assets/style.css", "/assets/none", "/none", "/%zz", "/?a=%"])
		assertGuarded(await visitor.send("GET", path), path);
});

test("pages have no script, style or handler in them, and nothing from elsewhere", async (t) => {
	const cloud = await startCloud(t);
	const visitor = await signUp(cloud, "ada");
	const { headers } = await visitor.submit("/sensors/new", { name: "Kitchen" });
	const sensor = headers.location?.split("/")[2] ?? "";
	let pages = 0;
	for (const route of routesOf(cloud, "GET")) {
		const { text, headers } = await visitor.get(filled(route, sensor));
		if (!/^text\/html/.test(headers["content-type"] ?? "")) continue;
		pages++;
		assert.doesNotMatch(
			text,
			/<script(?![^>]*\bsrc="\/)[^>]*>|<style|<base|<iframe|<object|<embed/i,
			route.path,
		);
		assert.doesNotMatch(text, /<[^>]*\s(?:on\w+|style)=/i, route.path);
		assert.doesNotMatch(text, /\b(?:src|action)="(?!\/(?!\/))/i, route.path);
		assert.doesNotMatch(text, /\\n|\bundefined\b|\[object /, route.path);
	}
	assert.ok(pages > 15);
});

test("cookies are of this host, for HTTPS, and out of reach of scripts", async (t) => {
	const cloud = await startCloud(t);
	const visitor = new Visitor(cloud);
	const { headers } = await visitor.submit("/sign-up", { name: "ada", password: PASSWORD });
	const cookies = headers["set-cookie"] ?? [];
	assert.ok(cookies.length >= 2);
	for (const cookie of cookies) {
		assert.match(cookie, /^__Host-/);
		for (const attribute of ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"])
			assert.ok(cookie.split("; ").includes(attribute), cookie);
		assert.doesNotMatch(cookie, /domain/i);
	}
});

test("a cookie that a stranger has made up, or changed, opens nothing and is not taken over", async (t) => {
	const cloud = await startCloud(t);
	const visitor = await signUp(cloud, "ada");
	const right = visitor.cookies.get("__Host-session") ?? "";
	const [id = "", signature = ""] = decodeURIComponent(right).split(".");
	for (const value of [
		"x",
		`${id}.`,
		`${id}.${signature.slice(0, -2)}AA`,
		`a${id}.${signature}`,
		"a".repeat(2_000),
	]) {
		const stranger = new Visitor(cloud);
		stranger.cookies.set("__Host-session", encodeURIComponent(value));
		assert.equal((await stranger.send("GET", "/profile")).status, 303, value);
		await stranger.get("/sign-in");
		assert.notEqual(stranger.cookies.get("__Host-session"), encodeURIComponent(value));
	}
});

test("a form without its token, with another's, or from another site is refused on every route", async (t) => {
	const cloud = await startCloud(t);
	const [ada, bob] = [await signUp(cloud, "ada"), await signUp(cloud, "bob")];
	const [own, others] = [await ada.token(), await bob.token()];
	const posts = routesOf(cloud, "POST").filter(
		({ path, config }) => !config.foreign && !/^\/(api|oauth|\.well-known)\//.test(path),
	);
	assert.ok(posts.length > 10);
	for (const route of posts) {
		const path = filled(route, "x");
		assert.equal((await ada.post(path, {})).status, 403, path);
		assert.equal((await ada.post(path, { _csrf: others })).status, 403, path);
		for (const site of ["cross-site", "same-site"]) {
			const headers = { "content-type": "application/x-www-form-urlencoded", "sec-fetch-site": site };
			const body = new URLSearchParams({ _csrf: own }).toString();
			assert.equal((await ada.send("POST", path, { headers, body })).status, 403, `${path} ${site}`);
		}
		// What a form of another site can send without a question.
		const plain = { headers: { "content-type": "text/plain" }, body: `{"_csrf":"${own}"}` };
		assert.ok([403, 415].includes((await ada.send("POST", path, plain)).status), path);
	}
	assert.equal((await ada.send("GET", "/profile")).status, 200);
});

test("methods that no route has are refused", async (t) => {
	const cloud = await startCloud(t);
	const visitor = await signUp(cloud, "ada");
	const paths = [
		...new Set(cloud.routes.filter((route) => !isFile(route)).map((route) => filled(route, "x"))),
	];
	for (const method of ["PUT", "DELETE", "PATCH", "TRACE", "OPTIONS", "PROPFIND", "MOVE"])
		for (const path of [...paths, "/assets/style.css"]) {
			if (cloud.routes.some((route) => route.method === method && filled(route, "x") === path)) continue;
			const { status } = await visitor.send(method, path);
			assert.ok([401, 404, 405].includes(status), `${method} ${path}: ${status}`);
		}
});

test("no input makes the server fail, comes back as HTML or header, or touches another account", async (t) => {
	const cloud = await startCloud(t);
	const bob = await signUp(cloud, "bob");
	await bob.submit("/sensors/new", { name: "Bobs cellar" });
	const visitor = await signUp(cloud, "ada");
	let token = await visitor.token();
	const ends = ["/sign-out", "/profile/delete"];
	for (const payload of PAYLOADS) {
		for (const route of routesOf(cloud, "GET")) {
			const names = ["next", "span", "to", "from", "step", "quantity", "name", "id", "_csrf"];
			const query = new URLSearchParams(Object.fromEntries(names.map((name) => [name, payload])));
			const paths = [`${filled(route, "x")}?${query}`.slice(0, 4_000)];
			if (route.path.includes(":")) paths.push(filled(route, payload));
			for (const path of paths) {
				const answer = await visitor.send("GET", path, {
					headers: { "x-forwarded-for": payload.replace(/[^\x20-\x7e]/g, ""), "if-none-match": '"x"' },
				});
				assertGuarded(answer, `GET ${path}`);
				assertPlain(answer, payload, path);
			}
		}
		for (const route of routesOf(cloud, "POST")) {
			if (ends.includes(route.path)) continue;
			const path = filled(route, payload);
			const fields = {
				name: payload,
				password: payload,
				code: payload,
				next: payload,
				id: payload,
				_csrf: token,
			};
			const answer = await visitor.post(path, fields);
			// A full house is told so.
			assertGuarded(answer, `POST ${path}`);
			assertPlain(answer, payload, path);
			if (answer.headers["set-cookie"]?.some((cookie) => cookie.startsWith("__Host-session")))
				token = await visitor.token();
		}
	}
	const names = (await cloud.services.database.selectFrom("accounts").select("name").execute()).map(
		(it) => it.name,
	);
	assert.ok(names.includes("bob") && names.includes("ada"));
	assert.match((await bob.get("/sensors")).text, /Bobs cellar/);
	for (const path of ["/sensors", "/profile", "/sign-in"]) {
		const { text } = await visitor.get(path);
		assert.doesNotMatch(text, /<script>alert|<img src=x| onmouseover='/, path);
	}
});

/** Nothing of it is markup, and none a field of the header. */
function assertPlain(
	{ text, headers }: Awaited<ReturnType<typeof ask>>,
	payload: string,
	what: string,
): void {
	const type = headers["content-type"] ?? "";
	if (/[<>"']/.test(payload) && type.startsWith("text/html"))
		assert.ok(!text.includes(payload), `${what} has ${payload}`);
	assert.ok(!headers["set-cookie"]?.some((cookie) => cookie.startsWith("evil")), what);
	assert.ok(!text.includes("root:x:0"), what);
	assert.ok(!/\b49\b.*\b49\b/.test(text), what);
}

test("a body of another type, of no type, or with other types in it is refused", async (t) => {
	const cloud = await startCloud(t);
	const visitor = await signUp(cloud, "ada");
	const token = await visitor.token();
	const bodies: [type: string, body: string][] = [
		["application/json", `{"_csrf":"${token}","name":{"a":1},"password":[1,2],"credential":null}`],
		["application/json", `{"_csrf":"${token}","__proto__":{"account":"x"}}`],
		["application/json", `{"_csrf":"${token}","constructor":{"prototype":{"x":1}}}`],
		["application/json", "null"],
		["application/json", "{"],
		["application/json", `{"credential":{"id":["x"],"response":{}}}`],
		["application/x-www-form-urlencoded", `_csrf=${token}&name=a&name=b&password=x&password=y`],
		["application/x-www-form-urlencoded", `_csrf[]=${token}&name[x]=1&__proto__[x]=1`],
		["application/x-www-form-urlencoded", "%"],
		[
			"multipart/form-data; boundary=x",
			`--x\r\ncontent-disposition: form-data; name="_csrf"\r\n\r\n${token}\r\n--x--`,
		],
		["application/xml", `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>`],
		["text/plain", "x"],
	];
	for (const route of routesOf(cloud, "POST").filter(
		({ path }) => !["/sign-out", "/profile/delete"].includes(path),
	))
		for (const [type, body] of bodies)
			for (const more of [{}, { "csrf-token": token }] as Record<string, string>[]) {
				const headers = { "content-type": type, ...more };
				const answer = await visitor.send("POST", filled(route, "x"), { headers, body });
				assertGuarded(answer, `${route.path} ${type} ${body}`);
				if (!/json|urlencoded/.test(type))
					assert.ok(answer.status === 415 || isShared(route.path), `${route.path} ${type}: ${answer.status}`);
			}
	assert.equal(({} as { x?: number }).x, undefined);
});

test("what is too long is refused: body, address, header", async (t) => {
	const cloud = await startCloud(t);
	const visitor = await signUp(cloud, "ada");
	const long = "a".repeat(20_000);
	// Their connections are closed with the answer.
	const stranger = () => new Visitor(cloud);
	assert.equal((await stranger().post("/sign-in", { name: long })).status, 413);
	assert.equal((await stranger().send("GET", `/sign-in?next=/${"a".repeat(5_000)}`)).status, 414);
	assert.equal((await stranger().send("GET", "/", { headers: { "x-long": long } })).status, 431);
	assert.equal((await visitor.send("GET", "/profile")).status, 200);
});

test("no path leads out of the folder of files, or to those that are none for browsers", async (t) => {
	const cloud = await startCloud(t);
	const ways = ["../config.ts", "..%2fconfig.ts", "%2e%2e/config.ts", "%2e%2e%2fconfig.ts", "..%5cconfig.ts"];
	const more = ["..%252fconfig.ts", "./../config.ts", "//etc/passwd", "%00/../config.ts", ".%00./config.ts"];
	for (const way of [...ways, ...more, "tsconfig.json", ".", "", "../../data/key", "....//config.ts"]) {
		const { status, text } = await ask(cloud, `/assets/${way}`);
		assert.ok(status === 404 || status === 400 || status === 403 || status === 303, `${way}: ${status}`);
		assert.doesNotMatch(text, /readConfig|compilerOptions|root:x/);
	}
});

test("one is sent on to this server only, whatever is asked for", async (t) => {
	const cloud = await startCloud(t);
	const evil = [
		"//evil.example",
		"/\\evil.example",
		"https://evil.example",
		"javascript:alert(1)",
		"/\t/evil.example",
	];
	const more = [
		"\\\\evil.example",
		"/%5cevil.example",
		"///evil.example",
		"/..//evil.example",
		"http:evil.example",
		"@evil.example",
	];
	const visitor = await signUp(cloud, "ada");
	for (const next of [...evil, ...more, "/%09/evil.example", "/.//evil.example", "/@evil.example"]) {
		const answer = await visitor.submit(
			`/prove?next=${encodeURIComponent(next)}`,
			{ password: PASSWORD },
			"/prove",
		);
		assert.equal(answer.status, 303);
		const { origin } = new URL(answer.headers.location ?? "", cloud.origin);
		assert.equal(origin, cloud.origin, `${next} -> ${answer.headers.location}`);
		assert.match(answer.headers.location ?? "", /^\/(?![/\\])/);
		const again = await visitor.send("GET", `/sign-in?next=${encodeURIComponent(next)}`);
		assert.equal(new URL(again.headers.location ?? "", cloud.origin).origin, cloud.origin, next);
	}
});

test("another name than its own is not answered, and no field of the header makes one", async (t) => {
	const cloud = await startCloud(t);
	for (const host of [
		"evil.example",
		`evil.example:${cloud.port}`,
		"localhost.evil.example",
		"192.0.2.1",
		"[::2]",
	]) {
		const { status } = await ask(cloud, "/trust", { headers: { host } });
		assert.equal(status, 421, host);
	}
	const { text, headers } = await ask(cloud, "/trust", {
		headers: {
			"x-forwarded-host": "evil.example",
			"x-forwarded-proto": "http",
			forwarded: "host=evil.example",
		},
	});
	assert.ok(text.includes(cloud.origin));
	assert.ok(!text.includes("evil.example") && !JSON.stringify(headers).includes("evil.example"));
});

describe("below HTTP", () => {
	/** What comes back of bytes that no client would send. */
	function raw(cloud: TestCloud, bytes: string, options: object = {}): Promise<string> {
		return new Promise((resolve, reject) => {
			const trust = { ca: cloud.services.authority.ca, servername: "localhost" };
			const socket: TLSSocket = connect({ port: cloud.port, host: "127.0.0.1", ...trust, ...options }, () =>
				socket.write(bytes),
			);
			let text = "";
			socket.on("data", (chunk) => {
				text += chunk;
			});
			socket.on("close", () => resolve(text));
			socket.on("error", reject);
		});
	}

	test("requests that two servers could read in two ways are refused", async (t) => {
		const cloud = await startCloud(t);
		const host = `Host: localhost:${cloud.port}`;
		const close = "Connection: close";
		for (const head of [
			`POST /sign-in HTTP/1.1\r\n${host}\r\n${close}\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nX`,
			`POST /sign-in HTTP/1.1\r\n${host}\r\n${close}\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!`,
			`POST /sign-in HTTP/1.1\r\n${host}\r\n${close}\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`,
			`GET / HTTP/1.1\r\n${host}\r\n${close}\r\nX : y\r\n\r\n`,
			`GET / HTTP/1.1\r\n${close}\r\n\r\n`,
			`GET / HTTP/1.1\r\n${host}\r\nX: a\0b\r\n\r\n`,
		])
			assert.match(await raw(cloud, head), /^HTTP\/1\.1 4\d\d /, head);
	});

	test("TLS before 1.2 is refused", async (t) => {
		const cloud = await startCloud(t);
		const old = { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "ALL:@SECLEVEL=0" };
		await assert.rejects(raw(cloud, "", old));
	});
});
