// @ts-nocheck
import { createHash } from "node:crypto";

const [url, uuid] = process.argv.slice(2);
const { udid, token } = await (await fetch(url)).json();
const secret = createHash("md5")
	.update(token + uuid)
	.digest("hex");
const body = JSON.stringify({ udid, secret, setColor: { color: "blue" }, getData: {} });
console.log(await (await fetch(url, { method: "POST", body })).text());
