const { createHash } = require("node:crypto");
const { Agent } = require("node:https");
const axios = require("axios");

(async () => {
	const [url, uuid] = process.argv.slice(2);
	const options = { httpsAgent: new Agent({ rejectUnauthorized: false }) };
	const { udid, token } = (await axios.get(url, options)).data;
	const secret = createHash("md5")
		.update(token + uuid)
		.digest("hex");
	const body = JSON.stringify({ udid, secret, setColor: { color: "blue" }, getData: true });
	console.log(JSON.stringify((await axios.post(url, body, options)).data));
})();
