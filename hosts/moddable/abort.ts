import type { OnException } from "./guard";

/**
 * The last guard: XS ends the machine, on the chip with a new start, after an exception or a rejection that nobody
 * caught. With `"defines": {"xs": {"aborthook": 1}}` it asks first, and goes on when the answer is false.
 */
export function surviveExceptions(onException: OnException): void {
	const abort = (why: string, exception: unknown) => {
		if (why !== "unhandled exception" && why !== "unhandled rejection") return true;
		onException(exception);
		return false;
	};
	Object.assign(globalThis, { abort });
}
