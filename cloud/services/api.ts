import type { FastifyInstance } from "fastify";
import { readLightOrder, setLight } from "../light/light";
import { type Asked, readings } from "../points/readings";
import { Refusal } from "../refusal";
import { sensorOf, sensorsOf } from "../sensors/sensors";
import type { Services } from "../services";
import { createAccess } from "./access";

/** What a service gets and does with a token: JSON, as cloud/README.md describes it. */
export const routes = (services: Services) => async (app: FastifyInstance) => {
	const { clock, points } = services;
	const access = createAccess(services);
	app.addHook("onSend", async (_request, reply) => {
		reply.header("cache-control", "no-store");
	});

	app.get("/api/v1/sensors", async (request, reply) => {
		const { account } = await access(request, reply, "readings");
		const sensors = await sensorsOf(services, account);
		return {
			sensors: sensors.map(({ id, name, udid, heard }) => ({
				id,
				name,
				udid,
				heard: heard === null ? null : Math.floor(heard / 1000),
			})),
		};
	});

	app.get<{ Params: { id: string }; Querystring: Asked }>(
		"/api/v1/sensors/:id/readings",
		async (request, reply) => {
			const { account } = await access(request, reply, "readings");
			const { id } = await sensorOf(services, account, request.params.id);
			return readings(points, id, request.query, Math.floor(clock() / 1000));
		},
	);

	app.post<{ Params: { id: string } }>("/api/v1/sensors/:id/light", async (request, reply) => {
		const { account } = await access(request, reply, "light");
		const sensor = await sensorOf(services, account, request.params.id);
		const outcome = await setLight(services, sensor, readLightOrder(request.body));
		if (outcome.state === "done") return { light: outcome.results.setColor ?? null };
		if (outcome.state === "refused") throw new Refusal(422, `the sensor refuses it: ${outcome.code}`);
		if (outcome.state === "unanswered") throw new Refusal(504, "the sensor has not answered in time");
		throw new Refusal(503, `the sensor cannot be reached: ${outcome.why}`);
	});
};
