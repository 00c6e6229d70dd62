import { execFileSync } from "node:child_process";
import { appendFileSync, copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Makes the certificates of the tests in `folder`, with the openssl command: good ones, and one for each way in
 * which a server's certificate can be wrong.
 */
export function makeCertificates(folder: string): void {
	const at = (name: string) => join(folder, name);
	const openssl = (...args: string[]) => execFileSync("openssl", args, { stdio: ["ignore", "pipe", "pipe"] });

	function key(name: string, algorithm = "EC", option = "ec_paramgen_curve:P-256") {
		openssl("genpkey", "-algorithm", algorithm, "-pkeyopt", option, "-out", at(`${name}.key`));
	}

	interface Leaf {
		/** Name of its key; its own by default. */
		key?: string;
		/** Name of the issuer, whose key is of the same name; itself where it is absent. */
		issuer?: string;
		subject?: string;
		extensions?: string[];
		days?: string;
		more?: string[];
	}

	function certificate(name: string, leaf: Leaf) {
		const own = leaf.key ?? name;
		openssl(
			"req",
			"-new",
			"-key",
			at(`${own}.key`),
			"-subj",
			`/CN=${leaf.subject ?? name}`,
			"-out",
			at("request"),
		);
		writeFileSync(at("extensions"), (leaf.extensions ?? []).join("\n"));
		const signer = leaf.issuer
			? ["-CA", at(`${leaf.issuer}.pem`), "-CAkey", at(`${leaf.issuer}.key`), "-CAcreateserial"]
			: ["-signkey", at(`${own}.key`)];
		openssl(
			...["x509", "-req", "-in", at("request"), "-days", leaf.days ?? "30", "-extfile", at("extensions")],
			...[...signer, ...(leaf.more ?? []), "-out", at(`${name}.pem`)],
		);
	}

	function append(name: string, ...others: string[]) {
		for (const other of others) appendFileSync(at(`${name}.pem`), readFileSync(at(`${other}.pem`)));
	}

	const authority = ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign"];
	const names = "subjectAltName=DNS:sensor.test,DNS:*.wild.test,IP:192.0.2.7,IP:2001:db8::7";
	const server = [names, "basicConstraints=CA:FALSE", "extendedKeyUsage=serverAuth"];

	for (const name of ["ca", "impostor", "server", "intermediate"]) key(name);
	key("rsa", "RSA", "rsa_keygen_bits:2048");
	key("rsa1024", "RSA", "rsa_keygen_bits:1024");
	key("koblitz", "EC", "ec_paramgen_curve:secp256k1");

	certificate("ca", { subject: "Test CA", extensions: authority });
	certificate("impostor", { subject: "Test CA", extensions: authority });
	certificate("server", { issuer: "ca", extensions: server });
	certificate("rsa", { issuer: "ca", extensions: server });

	certificate("forged", { key: "server", extensions: server });
	append("forged", "ca");
	certificate("forged-issuer", { key: "server", issuer: "impostor", extensions: server });
	append("forged-issuer", "ca");
	certificate("forged-name", { key: "server", subject: "Test CA", extensions: server });
	append("forged-name", "ca");
	certificate("by-leaf", { key: "rsa", issuer: "server", extensions: server });
	append("by-leaf", "server", "ca");
	writeFileSync(at("altered.pem"), alter(readFileSync(at("server.pem"), "utf8")));

	certificate("intermediate", { issuer: "ca", extensions: authority });
	certificate("alone", { key: "server", issuer: "intermediate", extensions: server });
	copyFileSync(at("alone.pem"), at("chain.pem"));
	append("chain", "intermediate");
	let issuer = "intermediate";
	const chain = ["intermediate"];
	for (let i = 1; i <= 4; i++) {
		copyFileSync(at("intermediate.key"), at(`step${i}.key`));
		certificate(`step${i}`, { issuer, extensions: authority });
		chain.unshift(`step${i}`);
		issuer = `step${i}`;
	}
	certificate("long", { key: "server", issuer, extensions: server });
	append("long", ...chain);

	certificate("expired", { key: "server", issuer: "ca", extensions: server, days: "0" });
	certificate("for-clients", {
		key: "server",
		issuer: "ca",
		extensions: [names, "extendedKeyUsage=clientAuth"],
	});
	certificate("for-signing", {
		key: "server",
		issuer: "ca",
		extensions: [names, "keyUsage=critical,keyCertSign"],
	});
	certificate("rsa1024", { issuer: "ca", extensions: server });
	certificate("koblitz", { issuer: "ca", extensions: server });
	certificate("sha1", { key: "server", issuer: "ca", extensions: server, more: ["-sha1"] });
	writeFileSync(at("huge.pub"), hugeKey());
	certificate("huge", {
		key: "rsa",
		issuer: "ca",
		extensions: server,
		more: ["-force_pubkey", at("huge.pub")],
	});
	certificate("name-only", { key: "server", issuer: "ca", subject: "sensor.test" });
	certificate("address-as-name", {
		key: "server",
		issuer: "ca",
		subject: "192.0.2.7",
		extensions: ["subjectAltName=DNS:192.0.2.7"],
	});
	openssl("x509", "-in", at("ca.pem"), "-outform", "DER", "-out", at("ca.der"));
}

/** Changes one letter of the name in a certificate, under its signature. */
function alter(pem: string): string {
	const der = Buffer.from(pem.replace(/-----.*-----/g, ""), "base64");
	der[der.indexOf("*.wild.test")] = "?".charCodeAt(0);
	return `-----BEGIN CERTIFICATE-----\n${der.toString("base64").replace(/(.{64})/g, "$1\n")}\n-----END CERTIFICATE-----\n`;
}

/** A public RSA key of 8192 bits; nobody needs to know its factors. */
function hugeKey(): string {
	const sequence = (tag: number, ...parts: Buffer[]) => {
		const content = Buffer.concat(parts);
		return Buffer.concat([Buffer.from([tag, 0x82, content.length >> 8, content.length & 255]), content]);
	};
	const modulus = Buffer.alloc(1025, 0xa5);
	modulus[0] = 0;
	const key = sequence(0x30, sequence(0x02, modulus), Buffer.from("0203010001", "hex"));
	const rsaEncryption = Buffer.from("300d06092a864886f70d0101010500", "hex");
	const spki = sequence(0x30, rsaEncryption, sequence(0x03, Buffer.from([0]), key));
	return `-----BEGIN PUBLIC KEY-----\n${spki.toString("base64").replace(/(.{64})/g, "$1\n")}\n-----END PUBLIC KEY-----\n`;
}
