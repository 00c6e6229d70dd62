import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { html } from "ghtml";
import QrCode from "qrcode";
import { accountOf } from "../accounts/who";
import type { Condition } from "../events/condition";
import { SENSOR_NAME } from "../limits";
import { linkOf } from "../sensors/link";
import { addSensor, removeSensor, renameSensor, renewAccess } from "../sensors/manage";
import { type Sensor, sensorOf } from "../sensors/sensors";
import type { Services } from "../services";
import { ago } from "./dates";
import { type Again, field, problem, problemOf } from "./form";
import { send, token } from "./layout";

type OfSensor = FastifyRequest<{ Params: { id: string } }>;

/** Sensors: a new one, its link, its name, and none any more. */
export const routes = (services: Services) => async (app: FastifyInstance) => {
	const { clock } = services;
	const proof = { config: { proof: true } };
	const condition = (sensor: Sensor) => services.presence.of(sensor.id)?.condition;
	const find = (request: OfSensor) => sensorOf(services, accountOf(request).id, request.params.id);

	app.get("/sensors/new", (request, reply) => newForm(request, reply));

	app.post("/sensors/new", async (request, reply) => {
		const name = field(request.body, "name");
		try {
			const id = await addSensor(services, accountOf(request).id, name);
			return reply.redirect(`/sensors/${id}/link`, 303);
		} catch (error) {
			return newForm(request, reply, { name, problem: problemOf(error) });
		}
	});

	app.get("/sensors/:id/link", proof, async (request: OfSensor, reply) => {
		const sensor = await find(request);
		const link = await linkOf(services, sensor);
		const code = await QrCode.toString(link, { type: "svg", errorCorrectionLevel: "L", margin: 4 });
		return send(request, reply, {
			title: `Pair ${sensor.name}`,
			scripts: ["pairing.js"],
			body: html`<section>
<ol>
<li>Plug the sensor in. Its light breathes: for 10 minutes it can be paired. If it does not, press its button shortly.</li>
<li>Join the Wi-Fi network that it opens, <b>Ambient16-…</b>, with the phone. It has no way to the Internet: stay in it.</li>
<li>Open the link on the phone, or scan the code with its camera. The browser warns of the sensor's own certificate: go
on.</li>
<li>Choose your Wi-Fi. This page tells when the first reading has come.</li>
</ol>
<p><a href="${link}" class="button" id="link">Open the set-up page</a></p>
<p id="paired" role="status" data-sensor="${sensor.id}" data-heard="${sensor.heard ?? ""}">!${heard(sensor, clock())}</p>
</section>
<section>
<h2>For the phone's camera</h2>
<div class="code">!${code}</div>
<p class="muted">Link and code have your UUID in them, which no server sees but this one. Show them to nobody.</p>
</section>
<p><a href="/sensors/${sensor.id}">To the sensor</a></p>`,
		});
	});

	app.get("/sensors/:id/heard", async (request: OfSensor, reply) => {
		const { heard } = await find(request);
		return reply.header("cache-control", "no-store").send({ heard });
	});

	app.get("/sensors/:id/settings", async (request: OfSensor, reply) => {
		const sensor = await find(request);
		return settings(request, reply, sensor, condition(sensor), clock());
	});

	app.post("/sensors/:id/name", async (request: OfSensor, reply) => {
		const sensor = await find(request);
		try {
			await renameSensor(services, sensor, field(request.body, "name"));
		} catch (error) {
			return settings(request, reply, sensor, condition(sensor), clock(), { problem: problemOf(error) });
		}
		return reply.redirect(`/sensors/${sensor.id}`, 303);
	});

	app.post("/sensors/:id/access", async (request: OfSensor, reply) => {
		const sensor = await find(request);
		await renewAccess(services, sensor);
		return reply.redirect(`/sensors/${sensor.id}/link`, 303);
	});

	app.get("/sensors/:id/remove", proof, async (request: OfSensor, reply) =>
		removalForm(request, reply, await find(request)),
	);

	app.post("/sensors/:id/remove", proof, async (request: OfSensor, reply) => {
		await removeSensor(services, await find(request));
		return reply.redirect("/sensors", 303);
	});
};

/** When it was heard last, in words. */
function heard({ heard }: Sensor, now: number): string {
	return heard === null ? "Nothing was heard of it yet." : html`Last heard !${ago(heard, now)}.`;
}

/** What the sensor says of itself, if it does. */
function told(what: string, value: string | number | undefined): string {
	return value === undefined ? "" : html`<dt>${what}</dt><dd>${value}</dd>`;
}

function newForm(request: FastifyRequest, reply: FastifyReply, again: Again = {}) {
	return send(request, reply, {
		title: "Add a sensor",
		status: again.problem?.statusCode ?? 200,
		body: html`<section class="narrow">
!${problem(again.problem)}<form method="post" action="/sensors/new">!${token(reply)}
<label>Its name
<input name="name" value="${again.name ?? ""}" maxlength="${SENSOR_NAME}" required placeholder="Kitchen" autocomplete="off">
<span class="muted">Where it is going to be. It can be changed.</span></label>
<p><button>Go on</button></p>
</form>
</section>`,
	});
}

function settings(
	request: FastifyRequest,
	reply: FastifyReply,
	sensor: Sensor,
	condition: Condition | undefined,
	now: number,
	again: Again = {},
) {
	const { id, name, udid, created } = sensor;
	return send(request, reply, {
		title: `Settings of ${name}`,
		status: again.problem?.statusCode ?? 200,
		body: html`<section class="narrow">
<dl>
<dt>Number</dt><dd>${udid ?? "known when it is heard"}</dd>
<dt>Added</dt><dd>!${ago(created, now)}</dd>
<dt>Last heard</dt><dd>!${sensor.heard === null ? "not yet" : ago(sensor.heard, now)}</dd>
!${told("Firmware", condition?.version)}
!${told("Points that wait", condition?.waiting)}
!${told("Wi-Fi", condition?.rssi === undefined ? undefined : `${condition.rssi} dBm`)}
!${condition ? told("Problem", condition.problem ?? "none") : ""}
</dl>
!${problem(again.problem)}<form method="post" action="/sensors/${id}/name">!${token(reply)}
<label>Name here
<input name="name" value="${name}" maxlength="${SENSOR_NAME}" required autocomplete="off"></label>
<p><button>Rename</button></p>
</form>
</section>
<section class="narrow">
<h2>Pair it</h2>
<p>Again, after a reset, or another one in its place.</p>
<p><a href="/sensors/${id}/link" class="button plain">Show its link</a></p>
<form method="post" action="/sensors/${id}/access">!${token(reply)}
<p>If somebody else has seen the link, a new one ends the access that this one gives. The sensor is then to be reset, and
paired again.</p>
<p><button class="plain">Make a new link</button></p>
</form>
</section>
<section class="narrow">
<h2>Remove it</h2>
<p><a href="/sensors/${id}/remove" class="button danger">Remove the sensor</a></p>
</section>
<p><a href="/sensors/${id}">Back</a></p>`,
	});
}

function removalForm(request: FastifyRequest, reply: FastifyReply, { id, name }: Sensor) {
	return send(request, reply, {
		title: `Remove ${name}`,
		body: html`<section class="narrow">
<p>All that it has measured is erased here, and it is not let in any more. The sensor itself stays yours: to give it
away, hold its button until it is reset.</p>
<form method="post" action="/sensors/${id}/remove">!${token(reply)}
<p><button class="danger">Remove it with its readings</button></p>
</form>
<p><a href="/sensors/${id}/settings">Back</a></p>
</section>`,
	});
}
