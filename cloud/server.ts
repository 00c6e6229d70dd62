import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { createServer, type Server } from "node:https";
import { isIPv6 } from "node:net";
import { join } from "node:path";
import type { Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import files from "@fastify/static";
import fastify, { type FastifyContextConfig, type FastifyInstance, LogController } from "fastify";
import { createAttempts } from "./accounts/attempts";
import { createKnownBrowsers } from "./accounts/known-browsers";
import { isSignedIn, sweepSessions } from "./accounts/session-store";
import { openAuthority } from "./authority/authority";
import { openBroker } from "./broker/open";
import type { Config } from "./config";
import { openDatabase } from "./database/database";
import { followMotions } from "./events/motions";
import { BARE, headers } from "./headers";
import { nextCount } from "./light/counter";
import { createOrders } from "./light/orders";
import { followPresence } from "./light/presence";
import { ADDRESS, BEAT, BODY, CONNECTIONS, GRACE, IDLE_CONNECTION, REQUEST, SWEEP } from "./limits";
import { logAnswers, loggerOptions } from "./log";
import { Live } from "./points/live";
import { openPoints } from "./points/open";
import { Refusal, said } from "./refusal";
import { APIS } from "./routes";
import { openSeal } from "./secrets/seal";
import type { Services } from "./services";
import { sweepItems } from "./services/adapter";
import { site } from "./site";

const PUBLIC = fileURLToPath(new URL("public", import.meta.url));

/** The server as it runs. */
export interface Cloud {
	/** `https://name:port`. */
	origin: string;
	/** The same by the other names and addresses. */
	origins: string[];
	port: number;
	services: Services;
	/** All that is answered, in the order in which it was registered. */
	routes: Route[];
	close(): Promise<void>;
}

/** What is answered: a method, and a path with parameters such as `:id`. */
export interface Route {
	method: string;
	path: string;
	config: FastifyContextConfig;
}

/** What a test puts in place of the computer's own. */
export interface Surroundings {
	/** ms since 1970. */
	clock?: () => number;
	/** Where the log goes, in place of standard output. */
	log?: Writable;
}

/** Starts all that the server is, and resolves when it listens. */
export async function start(config: Config, { clock = Date.now, log }: Surroundings = {}): Promise<Cloud> {
	mkdirSync(config.folder, { recursive: true, mode: 0o700 });
	const authority = await openAuthority(join(config.folder, "authority"), config.names, clock());
	const seal = openSeal(config.keyFile);
	const known = createKnownBrowsers({ seal, random: randomBytes });
	const database = await openDatabase(config.folder, config.databaseUrl);
	const points = openPoints(config, clock);
	const live = new Live();
	const app = fastify({
		serverFactory: (handler) => tlsServer(handler, authority.server),
		logger: loggerOptions(log),
		frameworkErrors: ({ statusCode = 400 }, _request, { raw }) => {
			raw.writeHead(statusCode, BARE).end(JSON.stringify({ message: said(statusCode) }));
		},
		logController: new LogController({ disableRequestLogging: true }),
		bodyLimit: BODY,
		requestTimeout: REQUEST,
		keepAliveTimeout: IDLE_CONNECTION,
		// Requests that are being answered are answered, and then the connections end.
		forceCloseConnections: "idle",
		return503OnClosing: false,
	}) as unknown as FastifyInstance;
	const server = app.server as unknown as Server;
	const broker = await openBroker(config, {
		authority,
		database,
		seal,
		clock,
		onError: (error) => app.log.error({ err: error }),
	});
	const presence = followPresence(broker);
	const orders = createOrders({
		broker,
		presence,
		nextCount: (sensor, least) => nextCount(database, sensor, clock(), least),
	});
	const onError = (error: unknown) => app.log.error({ err: error });
	const motions = followMotions({ broker, database, live, clock, onError });
	server.maxConnections = CONNECTIONS;
	// The port is known when it listens; nothing asks before.
	const services: Services = {
		config,
		database,
		clock,
		random: randomBytes,
		seal,
		points,
		live,
		authority,
		known,
		attempts: createAttempts(clock, known),
		broker,
		presence,
		orders,
		motions,
		log: app.log,
		origin: "",
	};
	logAnswers(app);
	const routes: Route[] = [];
	app.addHook("onRoute", ({ method, url, config = {} }) => {
		for (const each of [method].flat()) routes.push({ method: each, path: url, config });
	});
	// They would hold it up.
	app.addHook("preClose", async () => live.close());
	await headers(app, config.port);
	app.addHook("onRequest", async (request) => {
		// Names of others that lead here would make their pages ours (DNS rebinding).
		if (!config.names.includes(request.hostname.replace(/^\[|\]$/g, "").toLowerCase()))
			throw new Refusal(421, "This server is not called that.");
		if (request.url.length > ADDRESS) throw new Refusal(414, "This address is too long.");
	});
	await app.register(files, {
		root: PUBLIC,
		prefix: "/assets/",
		cacheControl: false,
		index: false,
		allowedPath: (path) => !path.endsWith("/tsconfig.json"),
	});
	app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
		const status = error.statusCode ?? 500;
		if (status >= 500) request.log.error({ err: error });
		return reply.code(status).send({ message: error instanceof Refusal ? error.message : said(status) });
	});
	for (const routes of APIS) await app.register(routes(services));
	await app.register(site(services));
	await app.listen({
		host: config.host,
		port: config.port,
		listenTextResolver: (address) => `listening at ${address.replace(/^http:/, "https:")}`,
	});
	const { port } = server.address() as { port: number };
	services.origin = originOf(config.names[0] ?? "localhost", port);
	const sweeper = setInterval(() => void sweep().catch((error) => app.log.error({ err: error })), SWEEP);
	const beating = setInterval(() => {
		live
			.beat((session, account) => isSignedIn(services, session, account))
			.catch((error) => app.log.error({ err: error }));
	}, BEAT);
	return {
		origin: services.origin,
		origins: config.names.slice(1).map((name) => originOf(name, port)),
		port,
		services,
		routes,
		async close() {
			clearInterval(sweeper);
			clearInterval(beating);
			// A browser may go on asking, or hold a connection that it has asked nothing on.
			const cut = setTimeout(() => server.closeAllConnections(), GRACE);
			await app.close();
			clearTimeout(cut);
			await points.close();
			orders.close();
			presence.close();
			motions.close();
			await broker.close();
			await database.destroy();
		},
	};

	async function sweep() {
		await sweepSessions(services);
		await points.thin();
		await sweepItems(services);
		if (!(await authority.renew(clock()))) return;
		server.setSecureContext(authority.server);
		broker.renew?.(authority.server);
	}
}

function tlsServer(
	handler: Parameters<typeof createServer>[1],
	identity: { key: string; cert: string },
): Server {
	return createServer({ ...identity, minVersion: "TLSv1.2" }, handler);
}

function originOf(name: string, port: number): string {
	const host = isIPv6(name) ? `[${name}]` : name;
	return `https://${host}${port === 443 ? "" : `:${port}`}`;
}
