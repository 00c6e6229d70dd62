import type { FastifyInstance } from "fastify";
import { routes as authority } from "./authority/pages";
import { app } from "./pages/app";
import { pages as points } from "./points/pages";
import { writeApi } from "./points/write-api";
import type { Services } from "./services";

/** Routes of one part of the server. */
export type Routes = (services: Services) => (app: FastifyInstance) => Promise<void>;

/** For people: with a session, tokens in forms, and an account unless the route's `config` says `open`. */
export const PAGES: Routes[] = [authority, app, points];

/** For sensors and services: without cookies, each with a proof of its own. */
export const APIS: Routes[] = [writeApi];
