/** What is not done, and why, for whoever asked. The message is shown to them. */
export class Refusal extends Error {
	/** Of the answer, as HTTP has them. */
	readonly statusCode: number;

	constructor(statusCode: number, message: string) {
		super(message);
		this.statusCode = statusCode;
	}
}

/** The same for what is not there and for what is another's. */
export function notFound(): Refusal {
	return new Refusal(404, "There is nothing here.");
}

/** For a person, of what our own code has not said. */
export function said(status: number): string {
	if (status === 403) return "The page was open for too long. Open it again, and try once more.";
	if (status === 413) return "That was too long.";
	if (status >= 500) return "It is in the log of the server. Please try again.";
	return "The server does not understand that.";
}
