import { PROBLEM } from "../limits";

/** How a sensor is, as it says once a minute (docs/protocol.md, diagnostics). What is absent it does not know. */
export interface Condition {
	version?: string;
	/** Points that it has not been able to write here yet. */
	waiting?: number;
	/** What is wrong, in its own words. */
	problem?: string;
	/** Of the Wi-Fi, dBm. */
	rssi?: number;
}

/** Undefined for what no sensor says. */
export function readCondition(payload: string): Condition | undefined {
	let said: Record<string, unknown>;
	try {
		said = JSON.parse(payload);
	} catch {
		return undefined;
	}
	if (typeof said !== "object" || said === null) return undefined;
	const { version, waiting, problem, rssi } = said;
	return {
		...(isText(version) && { version: version.slice(0, PROBLEM) }),
		...(isCount(waiting) && { waiting }),
		...(isText(problem) && { problem: problem.slice(0, PROBLEM) }),
		...(Number.isInteger(rssi) && { rssi: rssi as number }),
	};
}

function isText(value: unknown): value is string {
	return typeof value === "string" && value !== "";
}

function isCount(value: unknown): value is number {
	return Number.isSafeInteger(value) && (value as number) >= 0;
}
