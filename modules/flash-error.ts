/** The flash could not be written, and nothing has changed. It never carries what the flash itself says. */
export class FlashError extends Error {
	constructor() {
		super("the flash could not be written, nothing has changed");
	}
}
