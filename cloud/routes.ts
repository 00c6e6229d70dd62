import type { FastifyInstance } from "fastify";
import { routes as authority } from "./authority/pages";
import type { Services } from "./services";

/** Routes of one part of the server. */
export type Routes = (services: Services) => (app: FastifyInstance) => Promise<void>;

/** For people: with a session, tokens in forms, and an account unless the route's `config` says `open`. */
export const PAGES: Routes[] = [authority];

/** For sensors and services: without cookies, each with a proof of its own. */
export const APIS: Routes[] = [];
