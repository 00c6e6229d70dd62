import type { FastifyInstance } from "fastify";
import { routes as authority } from "./authority/pages";
import { routes as light } from "./light/pages";
import { app } from "./pages/app";
import { routes as home } from "./pages/home";
import { routes as passkeys } from "./pages/passkeys";
import { routes as profile } from "./pages/profile";
import { routes as prove } from "./pages/prove";
import { routes as recover } from "./pages/recover";
import { routes as recoveryCodes } from "./pages/recovery-codes";
import { routes as sensorSettings } from "./pages/sensor-settings";
import { routes as signIn } from "./pages/sign-in";
import { routes as signUp } from "./pages/sign-up";
import { pages as points } from "./points/pages";
import { writeApi } from "./points/write-api";
import type { Services } from "./services";
import { routes as api } from "./services/api";
import { routes as consent } from "./services/consent";
import { routes as oauth } from "./services/oauth";
import { routes as access } from "./services/pages";

/** Routes of one part of the server. */
export type Routes = (services: Services) => (app: FastifyInstance) => Promise<void>;

/** For people: with a session, tokens in forms, and an account unless the route's `config` says `open`. */
export const PAGES: Routes[] = [
	home,
	signUp,
	signIn,
	recover,
	prove,
	profile,
	passkeys,
	recoveryCodes,
	sensorSettings,
	app,
	points,
	light,
	access,
	consent,
	authority,
];

/** For sensors and services: without cookies, each with a proof of its own. */
export const APIS: Routes[] = [writeApi, oauth, api];
