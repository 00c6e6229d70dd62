import type { OnException } from "./guard";

/** Bytes of chunks: more than XS's step of growth, without which it does not even look whether there is room. */
const SPARE = 1024;

/**
 * The last guard: XS ends the machine, on the chip with a new start, after an exception or a rejection that nobody
 * caught. With `"defines": {"xs": {"aborthook": 1}}` it asks first, and goes on when the answer is false.
 *
 * To ask, it makes a text of the reason. If that is that memory is full, the text would be the next reason, and so on
 * until the stack is full, too, and the log tells of that. So what is asked for is a getter, which XS calls before it
 * makes the text, and which gives back what was set aside.
 */
export function surviveExceptions(onException: OnException): void {
	const spare = { bytes: new ArrayBuffer(SPARE) as ArrayBuffer | undefined };
	const abort = (why: string, exception: unknown) => {
		if (why !== "unhandled exception" && why !== "unhandled rejection") return true;
		spare.bytes = new ArrayBuffer(SPARE);
		onException(exception);
		return false;
	};
	Object.defineProperty(globalThis, "abort", {
		configurable: true,
		get() {
			spare.bytes = undefined;
			return abort;
		},
	});
}
