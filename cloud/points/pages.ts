import { Readable } from "node:stream";
import type { FastifyInstance } from "fastify";
import { html } from "ghtml";
import { accountOf } from "../accounts/who";
import type { Motion } from "../events/motions";
import type { Present } from "../light/presence";
import { send } from "../pages/layout";
import { type Sensor, sensorOf, sensorsOf } from "../sensors/sensors";
import type { Services } from "../services";
import { csv, json } from "./export";
import type { Point, Quantity } from "./point";
import { type Asked, readings } from "./readings";
import { airOf, ORDER, shownOf, textOf } from "./shown";
import { sparkOf } from "./spark";
import type { PointStore } from "./store";

/** s */
const DAY = 86_400;
/** Seconds after the beginning of a window when the next one should long have come. */
const STALE = 60;

/** What a page of plots shows: seconds, and how many of them become one sample. */
const SPANS = {
	day: { title: "Day", since: "Last 24 hours", length: DAY, step: 60 },
	week: { title: "Week", since: "Last 7 days", length: 7 * DAY, step: 900 },
	year: { title: "Year", since: "Last 12 months", length: 365 * DAY, step: DAY },
} as const;
type Span = keyof typeof SPANS;

/** What a card of the list shows, and what the height of its line stands for at least. */
const CARD: [Quantity, number][] = [
	["temperature", 2],
	["humidity", 10],
	["co2", 200],
];
const CARD_STEP = 900;

/** The readings, for people: all sensors, one with its plots, what it measured as a file, and what is new as it comes. */
export const pages = (services: Services) => async (app: FastifyInstance) => {
	const { points, live, clock } = services;
	const seconds = () => Math.floor(clock() / 1000);

	app.get("/sensors", async (request, reply) => {
		const sensors = await sensorsOf(services, accountOf(request).id);
		const now = seconds();
		const cards = await Promise.all(sensors.map((sensor) => card(points, sensor, now)));
		const body = html`!${
			cards.length === 0
				? html`<section class="empty"><h2>No sensor yet</h2>
<p>Plug one in, add it here, and its readings appear a minute later.</p></section>`
				: html`<ul class="sensors">!${cards}</ul>`
		}
<p><a class="button" href="/sensors/new">Add a sensor</a></p>`;
		return send(request, reply, { title: "Sensors", body, styles: STYLES, scripts: ["sensors.js"] });
	});

	app.get<{ Params: { id: string }; Querystring: { span?: string; to?: string } }>(
		"/sensors/:id",
		async (request, reply) => {
			const sensor = await sensorOf(services, accountOf(request).id, request.params.id);
			const now = seconds();
			const span = isSpan(request.query.span) ? request.query.span : "day";
			const asked = Number(request.query.to);
			const to = Number.isInteger(asked) && asked > 0 && asked < now ? asked : undefined;
			const last = await points.last(sensor.id);
			return send(request, reply, {
				title: sensor.name,
				body: plots(
					sensor,
					last,
					services.motions.of(sensor.id),
					services.presence.of(sensor.id),
					span,
					to,
					now,
				),
				styles: [...STYLES, "/assets/uplot.css"],
				scripts: ["sensor.js"],
			});
		},
	);

	app.get<{ Params: { id: string }; Querystring: Asked }>("/sensors/:id/readings", async (request, reply) => {
		const { id } = await sensorOf(services, accountOf(request).id, request.params.id);
		reply.header("cache-control", "no-store");
		return readings(points, id, request.query, seconds());
	});

	for (const [ending, type, write] of [
		["csv", "text/csv; charset=utf-8", csv],
		["json", "application/json", json],
	] as const)
		app.get<{ Params: { id: string } }>(`/sensors/:id/points.${ending}`, async (request, reply) => {
			const { id } = await sensorOf(services, accountOf(request).id, request.params.id);
			return reply
				.header("cache-control", "no-store")
				.header("content-disposition", `attachment; filename="ambient16-${id}.${ending}"`)
				.type(type)
				.send(Readable.from(write(points.export(id))));
		});

	app.get("/live", async (request, reply) => {
		const stream = live.open(accountOf(request).id, request.session.sessionId);
		// No content: a browser does not ask again (WHATWG HTML 9.2.3).
		if (!stream) return reply.code(204).send();
		return reply
			.header("cache-control", "no-store")
			.header("connection", "close")
			.type("text/event-stream")
			.send(stream);
	});
};

const STYLES = ["/assets/readings.css"];

function isSpan(text: string | undefined): text is Span {
	return text !== undefined && Object.hasOwn(SPANS, text);
}

async function card(store: PointStore, { id, name }: Sensor, now: number): Promise<string> {
	const last = await store.last(id);
	const from = now - DAY;
	const values = await Promise.all(
		CARD.map(async ([quantity, least]) => {
			const samples = await store.query(id, quantity, from, now, CARD_STEP);
			const path = sparkOf(samples, { from, to: now, step: CARD_STEP, least });
			const { decimals } = shownOf(quantity);
			return html`<div class="reading" data-quantity="${quantity}" data-decimals="${decimals}">!${number(quantity, last)}
<svg class="spark" viewBox="0 0 100 28" preserveAspectRatio="none" aria-hidden="true"><path d="${path}"/></svg></div>`;
		}),
	);
	return html`<li class="card sensor" data-sensor="${id}" data-time="${last?.time ?? 0}">
<div class="top"><h2><a class="whole" href="/sensors/${id}">${name}</a></h2>!${heard(last, now)}</div>
!${last ? html`<div class="values">!${values}</div>!${air(last)}` : html`<p class="muted">Nothing was heard of it yet.</p>`}
</li>
`;
}

function plots(
	{ id, name }: Sensor,
	last: Point | undefined,
	motion: Motion | undefined,
	present: Present | undefined,
	span: Span,
	to: number | undefined,
	now: number,
) {
	const { length, step, since } = SPANS[span];
	const end = to ?? now;
	const link = (text: string, wanted: Span, until: number | undefined, more = "") =>
		html`<a href="/sensors/${id}?span=${wanted}${until === undefined ? "" : `&to=${until}`}" !${more}>!${text}</a>`;
	const later = end + length >= now ? undefined : end + length;
	return html`<p class="under">!${heard(last, now)} <a href="/sensors/${id}/light">Light</a>
<a href="/sensors/${id}/settings">Settings</a></p>
!${trouble(present)}
<p id="motion" class="muted" role="status">!${moved(motion, now)}</p>
<div class="spans"><div role="group" aria-label="Time shown">!${Object.entries(SPANS).map(
		([key, { title }]) => link(title, key as Span, undefined, key === span ? 'aria-current="true"' : ""),
	)}</div>
<div class="walk">!${link('<span aria-hidden="true">‹</span><span class="hidden">Earlier</span>', span, end - length)}
<span class="when">${to === undefined ? since : ""}</span>
!${to === undefined ? "" : link('<span aria-hidden="true">›</span><span class="hidden">Later</span>', span, later)}</div></div>
<div id="plots" data-sensor="${id}" data-time="${last?.time ?? 0}" data-span="${span}" data-from="${end - length}" data-to="${end}" data-step="${step}"
!${to === undefined ? "data-live" : ""}>
!${ORDER.map((quantity) => {
		const { title, unit, decimals, divisor } = shownOf(quantity);
		return html`<figure class="card" data-quantity="${quantity}" data-title="${title}" data-unit="${unit}" data-decimals="${decimals}" data-divisor="${divisor}">
<figcaption>!${number(quantity, last)}</figcaption>
<div class="plot" role="img" aria-label="${title} of ${name}"></div>
<p class="range muted"></p></figure>`;
	})}</div>
<p id="note" class="muted" role="status"></p>
<noscript><p class="muted">The plots need JavaScript. The readings are in the files below.</p></noscript>
<p class="muted">All that is kept, as a file: <a href="/sensors/${id}/points.csv" download>CSV</a>
<a href="/sensors/${id}/points.json" download>JSON</a></p>`;
}

/** A value with its name and unit. */
function number(quantity: Quantity, last: Point | undefined): string {
	const { title, unit } = shownOf(quantity);
	return html`<span class="name">${title}</span>
<span><span class="value">${textOf(quantity, last?.values[quantity])}</span> <span class="unit">${unit}</span></span>`;
}

function air(last: Point): string {
	const air = airOf(last.values.co2);
	return air ? html`<p class="air ${air.level}">${air.text}</p>` : "";
}

/** When it was heard last. The page keeps it up. */
function heard(last: Point | undefined, now: number): string {
	if (!last) return "";
	const isNow = now - last.time < STALE;
	return html`<span class="heard ${isNow ? "now" : ""}" data-time="${last.time}">${isNow ? "now" : ago(now - last.time)}</span>`;
}

/** What is wrong, as the sensor itself says, and what waits for that to end. */
function trouble(present: Present | undefined): string {
	const { problem, waiting = 0 } = present?.condition ?? {};
	if (problem === undefined) return "";
	return html`<p class="bad">It says: ${problem}.${waiting > 1 ? ` ${waiting} points wait.` : ""}</p>`;
}

/** The last movement: public/sensor.js says one that comes in the same words. */
function moved(motion: Motion | undefined, now: number): string {
	if (!motion) return "";
	return html`Movement from ${motion.direction.replaceAll("-", " ")} ${ago(Math.max(0, now - motion.time))}`;
}

/** How long ago: public/time.js says it in the same words. */
function ago(seconds: number): string {
	for (const [length, unit] of [
		[86_400, "d"],
		[3600, "h"],
		[60, "min"],
	] as const)
		if (seconds >= length) return `${Math.floor(seconds / length)} ${unit} ago`;
	return `${seconds} s ago`;
}
