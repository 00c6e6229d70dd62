/** Says what an exception was. It must not quote what somebody sent, and does not throw. */
export type OnException = (error: unknown) => void;

/** Calls back and lets nothing escape: an exception out of a callback of XS ends the machine. */
export function guard(callback: () => void, onException: OnException): void {
	try {
		callback();
	} catch (error) {
		onException(error);
	}
}
