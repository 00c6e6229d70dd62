import type { Outcome } from "./orders";

const UNREACHABLE = {
	unheard: "The broker has not heard of the sensor since this server started. Nothing was sent.",
	offline: "The sensor is not connected to the broker. Nothing was sent.",
	suspended: "The sensor is in HTTPS mode, and comes back in some minutes. Nothing was sent.",
	busy: "The sensor has not answered what was asked before. Nothing was sent.",
	"no-broker": "The broker cannot be reached. Nothing was sent.",
};

/** What became of an order for the light, for a person. */
export function describeOutcome(outcome: Outcome): string {
	if (outcome.state === "unreachable") return UNREACHABLE[outcome.why];
	if (outcome.state === "unanswered")
		return "The sensor has not answered in time. It may have done it or not.";
	if (outcome.state === "refused") return `The sensor refuses: ${outcome.message} (${outcome.code}).`;
	const { color, effect, duration } = (outcome.results.setColor ?? {}) as Record<string, unknown>;
	if (color === "#000000") return "The light is off.";
	const how =
		typeof effect === "string"
			? ({ blink: "It blinks", breathe: "It breathes" }[effect] ?? "It shines")
			: "It shines";
	return `${how} in ${color} ${typeof duration === "number" ? `for ${duration} s` : "until the next order"}.`;
}
