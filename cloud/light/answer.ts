/** What a sensor has said to an order (docs/protocol.md, Commands over MQTT). */
export interface Answer {
	/** Of the order. */
	nc: string | null;
	status: number;
	body: Record<string, unknown>;
}

/** Reads an answer; undefined: it is none. */
export function readAnswer(payload: string): Answer | undefined {
	try {
		const { nc, status, body } = JSON.parse(payload);
		const isAnswer = (nc === null || typeof nc === "string") && Number.isInteger(status);
		return isAnswer && typeof body === "object" && body !== null ? { nc, status, body } : undefined;
	} catch {
		return undefined;
	}
}
