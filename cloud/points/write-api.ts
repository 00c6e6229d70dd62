import type { FastifyInstance, FastifyReply } from "fastify";
import { HEARD, WRITE } from "../limits";
import { digest } from "../secrets/tokens";
import type { Services } from "../services";
import { parseLines } from "./line-protocol";
import type { Point } from "./point";
import { refusal, tiersOf } from "./retention";
import { airOf } from "./shown";

declare module "fastify" {
	interface FastifyRequest {
		/** The sensor whose token came with a write. */
		sensor?: { id: string; account: string; udid: string | null; heard: number | null };
	}
}

/**
 * The write of InfluxDB 2 (`POST /api/v2/write`), as far as sensors use it: a token, which says which sensor it is; points
 * in seconds; and its answers, as sensors understand them (docs/own-infrastructure.md). Lines that are good are
 * kept also where others of the same write are refused.
 */
export const writeApi = (services: Services) => async (app: FastifyInstance) => {
	const { database, points: store, live, clock, config } = services;
	const [full] = tiersOf(config.keepDays);

	app.removeAllContentTypeParsers();
	app.addContentTypeParser("*", { parseAs: "string", bodyLimit: WRITE }, (_request, body, done) =>
		done(null, body),
	);
	app.decorateRequest("sensor");
	app.setErrorHandler((error: { statusCode?: number; message: string }, request, reply) => {
		if (error.statusCode === 413) return answer(reply, 413, "request too large", "points batch is too large");
		if (error.statusCode !== undefined && error.statusCode < 500)
			return answer(reply, error.statusCode, "invalid", error.message);
		request.log.error({ err: error });
		// The sensor keeps its points, and comes again.
		return answer(reply, 503, "unavailable", "points cannot be kept at present");
	});

	app.addHook("onRequest", async (request, reply) => {
		const [, token] = /^(?:Token|Bearer) ([\w-]+)$/.exec(request.headers.authorization ?? "") ?? [];
		const sensor =
			token &&
			(await database
				.selectFrom("sensors")
				.select(["id", "account", "udid", "heard"])
				.where("token", "=", digest(token))
				.executeTakeFirst());
		if (!sensor) return answer(reply, 401, "unauthorized", "unauthorized access");
		request.sensor = sensor;
	});

	/** It may have been removed, with its points, while these were on their way. */
	async function isThere(id: string): Promise<boolean> {
		const row = await database.selectFrom("sensors").select("id").where("id", "=", id).executeTakeFirst();
		return row !== undefined;
	}

	app.post<{ Querystring: { precision?: string }; Body: string }>("/api/v2/write", async (request, reply) => {
		const { id, account, udid, heard } = request.sensor as NonNullable<typeof request.sensor>;
		const { precision = "ns" } = request.query;
		if (precision !== "s")
			return answer(reply, 400, "invalid", `precision '${precision}' is not taken, only s`);
		const lines = parseLines(request.body ?? "");
		if (udid !== null && lines.udid !== undefined && lines.udid !== udid)
			return answer(reply, 403, "forbidden", `this token is of sensor ${udid}, not of ${lines.udid}`);

		const now = Math.floor(clock() / 1000);
		let { refused, reason } = lines;
		let late: string | undefined;
		const points: Point[] = [];
		for (const point of lines.points) {
			const why = refusal(point.time, [full], now);
			if (why === undefined) points.push(point);
			else {
				refused++;
				late ??= why;
			}
		}
		if (points.length > 0) {
			await store.write(id, points);
			if (!(await isThere(id))) {
				await store.erase(id);
				return answer(reply, 401, "unauthorized", "unauthorized access");
			}
			const last = points.reduce((newest, point) => (point.time > newest.time ? point : newest));
			live.tell(account, "point", { sensor: id, ...last, air: airOf(last.values.co2) });
			if (heard === null || now * 1000 - heard >= HEARD || udid === null)
				await database
					.updateTable("sensors")
					.set({ heard: now * 1000, ...(udid === null && { udid: lines.udid }) })
					.where("id", "=", id)
					.execute();
		}
		if (refused === 0) return reply.code(204).send();
		if (reason === undefined)
			return answer(reply, 422, "unprocessable entity", `partial write: ${late} dropped=${refused}`);
		return answer(reply, 400, "invalid", `partial write: ${reason} dropped=${refused}`);
	});
};

function answer(reply: FastifyReply, status: number, code: string, message: string): FastifyReply {
	if (status === 503) reply.header("retry-after", "10");
	return reply.code(status).header("x-platform-error-code", code).send({ code, message });
}
