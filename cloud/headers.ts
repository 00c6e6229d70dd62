import helmet from "@fastify/helmet";
import type { FastifyInstance } from "fastify";

/** HTTPS without a port in the address. */
const HTTPS = 443;
/** Seconds. */
const YEAR = 31_536_000;

/** The same for an answer that comes past all that is registered: to an address that is none. */
export const BARE = {
	"content-type": "application/json; charset=utf-8",
	"content-security-policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
	"x-content-type-options": "nosniff",
	"x-frame-options": "DENY",
	"referrer-policy": "no-referrer",
	"cross-origin-opener-policy": "same-origin",
	"cross-origin-resource-policy": "same-origin",
};

/**
 * What browsers are told of every answer. A page may load from here, and nothing that is written into it is run.
 * Strict-Transport-Security holds for all ports of a name: it is told where this server has the usual one, and would
 * cut other servers of the home off elsewhere.
 */
export async function headers(app: FastifyInstance, port: number): Promise<void> {
	await app.register(helmet, {
		contentSecurityPolicy: {
			useDefaults: false,
			directives: {
				defaultSrc: ["'none'"],
				scriptSrc: ["'self'"],
				styleSrc: ["'self'"],
				imgSrc: ["'self'", "data:"],
				connectSrc: ["'self'"],
				manifestSrc: ["'self'"],
				workerSrc: ["'self'"],
				formAction: ["'self'"],
				frameAncestors: ["'none'"],
				baseUri: ["'none'"],
			},
		},
		strictTransportSecurity: port === HTTPS && { maxAge: YEAR, includeSubDomains: false },
		referrerPolicy: { policy: "no-referrer" },
		crossOriginOpenerPolicy: { policy: "same-origin" },
		crossOriginResourcePolicy: { policy: "same-origin" },
		xFrameOptions: { action: "deny" },
	});
	app.addHook("onSend", async (_request, reply) => {
		reply.header(
			"permissions-policy",
			"camera=(), geolocation=(), microphone=(), payment=(), usb=(), publickey-credentials-get=(self), publickey-credentials-create=(self)",
		);
	});
}
