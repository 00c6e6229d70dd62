import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { html } from "ghtml";
import { accountOf } from "../accounts/who";
import { field, problem, problemOf } from "../pages/form";
import { send, token } from "../pages/layout";
import type { Refusal } from "../refusal";
import { type Sensor, sensorOf } from "../sensors/sensors";
import type { Services } from "../services";
import { EFFECTS, type LightOrder, readLightOrder, setLight } from "./light";
import type { Outcome } from "./orders";
import { describeOutcome } from "./words";

type OfSensor = FastifyRequest<{ Params: { id: string } }>;

const WORDS = { blink: "Blink", solid: "Shine", breathe: "Breathe" };
/** Seconds. */
const DURATIONS = [
	["10", "10 seconds"],
	["60", "a minute"],
	["3600", "an hour"],
	["", "until it is changed"],
] as const;
const DEFAULT: LightOrder = { color: "#0000ff", effect: "solid", duration: 10, intensity: 100 };

/** The light of a sensor. */
export const routes = (services: Services) => async (app: FastifyInstance) => {
	const find = (request: OfSensor) => sensorOf(services, accountOf(request).id, request.params.id);

	app.get("/sensors/:id/light", async (request: OfSensor, reply) =>
		page(services, request, reply, await find(request), { order: DEFAULT }),
	);

	app.post("/sensors/:id/light", async (request: OfSensor, reply) => {
		const sensor = await find(request);
		const { body } = request;
		const duration = field(body, "duration");
		const order = {
			color: field(body, "off") ? "off" : field(body, "color"),
			effect: field(body, "effect") as LightOrder["effect"],
			duration: duration === "" ? null : Number(duration),
			intensity: Number(field(body, "intensity")),
		} as LightOrder;
		const shown = { ...order, color: field(body, "color") };
		try {
			const outcome = await setLight(services, sensor, readLightOrder(order));
			return page(services, request, reply, sensor, { order: shown, outcome });
		} catch (error) {
			return page(services, request, reply, sensor, { order: DEFAULT, problem: problemOf(error) });
		}
	});
};

function page(
	{ presence }: Services,
	request: FastifyRequest,
	reply: FastifyReply,
	sensor: Sensor,
	{ order, outcome, problem: refusal }: { order: LightOrder; outcome?: Outcome; problem?: Refusal },
) {
	const state = presence.of(sensor.id)?.status ?? "offline";
	const words = { online: "", suspended: describeOutcome({ state: "unreachable", why: "suspended" }) };
	const away = words[state as keyof typeof words] ?? "The sensor is not connected at present.";
	const option = (value: string, text: string, chosen: boolean) =>
		html`<option value="${value}" !${chosen ? "selected" : ""}>${text}</option>`;
	return send(request, reply, {
		title: `Light of ${sensor.name}`,
		status: refusal?.statusCode ?? 200,
		body: html`<section class="narrow">
!${problem(refusal)}!${
			outcome
				? html`<p role="status" class="${outcome.state === "done" ? "good" : "bad"}">${describeOutcome(outcome)}</p>`
				: away
					? html`<p class="muted">${away}</p>`
					: ""
		}
<form method="post" action="/sensors/${sensor.id}/light">!${token(reply)}
<label>Color
<input type="color" name="color" value="${order.color}"></label>
<label>Effect
<select name="effect">!${EFFECTS.map((effect) => option(effect, WORDS[effect], effect === order.effect))}</select></label>
<label>For
<select name="duration">!${DURATIONS.map(([value, text]) => option(value, text, value === `${order.duration ?? ""}`))}</select></label>
<label>Intensity
<input type="range" name="intensity" min="1" max="100" value="${order.intensity ?? 100}"></label>
<p class="row"><button>Set the light</button> <button name="off" value="1" class="plain">Off</button></p>
</form>
<p class="muted">The order is signed with your UUID: nobody else can give it. The answer is not signed, and comes as the
broker has it.</p>
</section>
<p><a href="/sensors/${sensor.id}">Back</a></p>`,
	});
}
