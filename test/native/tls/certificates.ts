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
		const options = option ? ["-pkeyopt", option] : [];
		openssl("genpkey", "-algorithm", algorithm, ...options, "-out", at(`${name}.key`));
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
	makeOddAuthorities();
	makeConstrained();

	/** Authorities that cannot be used, and bundles with them. */
	function makeOddAuthorities() {
		key("ca1024", "RSA", "rsa_keygen_bits:1024");
		certificate("ca1024", { extensions: authority });
		copyFileSync(at("ca.key"), at("old.key"));
		certificate("old", { extensions: authority, days: "0" });
		copyFileSync(at("ca.key"), at("critical.key"));
		certificate("critical", { extensions: [...authority, "1.2.3.4=critical,ASN1:NULL"] });
		key("edwards", "ED25519", "");
		certificate("edwards", { extensions: authority });
		writeFileSync(at("damaged.pem"), readFileSync(at("ca.pem"), "utf8").replace("-----\nMII", "-----\nMIJ"));
		writeFileSync(at("no-base64.pem"), readFileSync(at("ca.pem"), "utf8").replace("-----\nMII", "-----\n*"));
		writeFileSync(at("cut.pem"), readFileSync(at("ca.pem"), "utf8").slice(0, 300));
		writeFileSync(at("text.pem"), "no certificate\n");
		writeFileSync(at("bundle.pem"), "What follows is a bundle\n");
		append("bundle", "damaged", "no-base64", "critical", "ca1024", "server", "edwards", "ca", "damaged");
	}

	/** Authorities with name constraints, and servers of theirs within and without. */
	function makeConstrained() {
		function constrained(name: string, constraints: string, issuer?: string) {
			copyFileSync(at("ca.key"), at(`${name}.key`));
			certificate(name, { issuer, extensions: [...authority, `nameConstraints=${constraints}`] });
		}
		function named(name: string, issuer: string, names: string, subject?: string) {
			const extensions = ["basicConstraints=CA:FALSE", ...(names ? [`subjectAltName=${names}`] : [])];
			certificate(name, { key: "server", issuer, subject, extensions });
		}

		const home = [
			"permitted;DNS:sensor.test",
			"permitted;IP:192.0.2.0/255.255.255.0",
			"permitted;IP:2001:db8::/ffff:ffff::",
		].join(",");
		constrained("permits", `critical,${home}`);
		named("permitted", "permits", "DNS:Sensor.test,DNS:a.sensor.test,IP:192.0.2.7,IP:2001:db8::7");
		named("permitted-cn", "permits", "", "sensor.test");
		named("other-cn", "permits", "", "other.test");
		named("other-name", "permits", "DNS:sensor.test,DNS:other.test");
		named("longer-name", "permits", "DNS:xsensor.test");
		named("wider-name", "permits", "DNS:*.test");
		named("other-ipv4", "permits", "DNS:sensor.test,IP:192.0.3.7");
		named("other-ipv6", "permits", "DNS:sensor.test,IP:2001:db9::7");

		constrained("excludes", "excluded;DNS:bad.test,excluded;IP:192.0.2.128/255.255.255.128");
		named("not-excluded", "excludes", "DNS:sensor.test,DNS:notbad.test,IP:192.0.2.7");
		named("excluded-name", "excludes", "DNS:sensor.test,DNS:BAD.test");
		named("excluded-below", "excludes", "DNS:sensor.test,DNS:a.bad.test");
		named("excluded-dot", "excludes", "DNS:sensor.test,DNS:bad.test.");
		named("excluded-wildcard", "excludes", "DNS:sensor.test,DNS:*.test");
		named("excluded-ipv4", "excludes", "DNS:sensor.test,IP:192.0.2.200");

		constrained("for-mail", "permitted;email:example.org");
		named("mail", "for-mail", "DNS:sensor.test,email:me@example.com");
		named("no-mail", "for-mail", "DNS:sensor.test");
		constrained("broken-mask", "permitted;IP:192.0.2.0/255.0.255.0");
		named("by-broken-mask", "broken-mask", "DNS:sensor.test");

		constrained("excludes-directory", "excluded;dirName:directory\n[directory]\nO=Elsewhere");
		named("in-any-directory", "excludes-directory", "DNS:sensor.test");
		constrained("permits-directory", "permitted;dirName:directory\n[directory]\nCN=here");
		named("in-directory", "permits-directory", "DNS:sensor.test", "here");
		named("other-directory", "permits-directory", "DNS:sensor.test", "there");
		named("many-names", "permits", Array(1400).fill("IP:192.0.2.7").join(","));

		copyFileSync(at("ca.key"), at("unconstrained.key"));
		certificate("unconstrained", { issuer: "permits", extensions: authority });
		named("far-below", "unconstrained", "DNS:sensor.test,DNS:other.test");
		append("far-below", "unconstrained");

		for (const criticality of ["", "critical,"]) {
			const name = criticality ? "below-critical" : "below";
			constrained(name, `${criticality}${home}`, "ca");
			named(`${name}-permitted`, name, "DNS:sensor.test");
			append(`${name}-permitted`, name);
			named(`${name}-other`, name, "DNS:sensor.test,DNS:other.test");
			append(`${name}-other`, name);
		}
	}
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
