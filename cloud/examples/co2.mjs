// Last week's CO2 in the air of each sensor, from a server of one's own:
//   node co2.mjs https://server.lan:8444 CLIENT_ID      asks in the browser (OAuth 2.1 with PKCE)
//   AMBIENT16_TOKEN=ambient16_… node co2.mjs https://server.lan:8444
// Node.js trusts the server's own authority by NODE_EXTRA_CA_CERTS=ca.crt, which https://server.lan:8444/ca.crt is.
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";

const [server, client_id] = process.argv.slice(2);

async function signIn() {
	const callback = createServer().listen(0, "127.0.0.1");
	await once(callback, "listening");
	const redirect_uri = `http://127.0.0.1:${callback.address().port}/callback`;
	const [state, code_verifier] = [
		randomBytes(32).toString("base64url"),
		randomBytes(32).toString("base64url"),
	];
	const code_challenge = createHash("sha256").update(code_verifier).digest("base64url");
	const question = { client_id, redirect_uri, state, code_challenge, code_challenge_method: "S256" };
	const query = new URLSearchParams({ ...question, response_type: "code", scope: "readings" });
	console.error(`Open ${server}/oauth/authorize?${query}`);
	const [request, response] = await once(callback, "request");
	const answer = new URL(request.url, redirect_uri).searchParams;
	response.end("You can close this page.");
	callback.close();
	if (answer.get("state") !== state || !answer.has("code"))
		throw new Error(answer.get("error") ?? "not asked for");
	const body = {
		grant_type: "authorization_code",
		code: answer.get("code"),
		redirect_uri,
		client_id,
		code_verifier,
	};
	return (await json("/oauth/token", { method: "POST", body: new URLSearchParams(body) })).access_token;
}

async function json(path, options) {
	const answer = await fetch(server + path, options);
	if (!answer.ok) throw new Error(`${path.split("?", 1)[0]}: ${answer.status} ${await answer.text()}`);
	return answer.json();
}

const token = process.env.AMBIENT16_TOKEN || (await signIn());
const headers = { authorization: `Bearer ${token}` };
const from = Math.floor(Date.now() / 1000) - 7 * 86_400;
for (const { id, name } of (await json("/api/v1/sensors", { headers })).sensors) {
	const query = `quantity=co2&from=${from}&step=3600`;
	const { quantities } = await json(`/api/v1/sensors/${id}/readings?${query}`, { headers });
	const { time, mean } = quantities.co2;
	for (const [i, ppm] of mean.entries())
		console.log(`${name} ${new Date(time[i] * 1000).toISOString()} ${ppm} ppm`);
}
