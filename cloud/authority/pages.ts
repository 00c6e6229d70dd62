import type { FastifyInstance } from "fastify";
import { html } from "ghtml";
import { send } from "../pages/layout";
import type { Services } from "../services";

/** The authority's certificate, and how to trust it. */
export const routes = (services: Services) => async (app: FastifyInstance) => {
	const { authority } = services;
	app.get("/ca.crt", { config: { open: true } }, (_request, reply) =>
		reply
			.type("application/x-x509-ca-cert")
			.header("content-disposition", 'attachment; filename="ambient16-ca.crt"')
			.send(authority.ca),
	);
	app.get("/trust", { config: { open: true } }, (request, reply) =>
		send(request, reply, {
			title: "Trust this server",
			body: html`<section>
<p>This server has certificates of an authority of its own. A phone or computer that trusts it opens
<a href="${services.origin}/">${services.origin}/</a> without a warning. Sensors get it with their link.</p>
<p><a href="/ca.crt" class="button">Get the certificate</a></p>
<p>Compare its SHA-256 with what the server has printed at its start:</p>
<p><code>${authority.fingerprint}</code></p>
</section>
<section>
<h2>iPhone, iPad</h2>
<p>Open the certificate, then Settings, Profile Downloaded, Install. Then Settings, General, About, Certificate Trust
Settings: switch it on.</p>
<h2>Android</h2>
<p>Settings, Security, Encryption and credentials, Install a certificate, CA certificate: choose the file.</p>
<h2>Windows</h2>
<p>Open the file, Install Certificate, Local Machine, Trusted Root Certification Authorities.</p>
<h2>macOS</h2>
<p>Open the file with Keychain Access, open the certificate there, Trust: Always Trust.</p>
<h2>Firefox</h2>
<p>Settings, Privacy and Security, View Certificates, Authorities, Import: to identify websites.</p>
<h2>Linux, Chromium</h2>
<p><code>certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n ambient16 -i ambient16-ca.crt</code></p>
</section>`,
		}),
	);
};
