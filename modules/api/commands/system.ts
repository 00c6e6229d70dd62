import { FlashError } from "../../flash-error";
import { abandonReset, beginReset } from "../../identity/factory-reset";
import { forgetOwner } from "../../owner";
import type { Command } from "../command";
import { Fields, noFields } from "../fields";

const RESTART = "restart";
const RESET = "factoryReset";

/** `restart`: as a power cycle would. */
export const restart: Command<void> = {
	name: RESTART,
	fields: [],
	where: "https-or-signed",
	scope: "m",

	validate(value) {
		noFields(RESTART, value);
	},

	perform() {
		return { restarting: true };
	},

	afterwards(_order, { host }) {
		host.report?.({ event: "restart" });
		host.restart();
	},
};

/** `factoryReset`: forgets the owner and all that the owner has set. */
export const factoryReset: Command<void> = {
	name: RESET,
	fields: [],
	where: "https-or-signed",
	scope: undefined,

	validate(value) {
		// Some clients write null for every field that nobody has set, and this is not to be done by mistake.
		if (value === null) new Fields(RESET, value, []);
		noFields(RESET, value);
	},

	prepare(_order, { host }, done) {
		try {
			beginReset(host.flash);
		} catch {
			done(new FlashError());
			return;
		}
		done();
	},

	abandon(device) {
		try {
			abandonReset(device.host.flash);
		} catch {
			device.onProblem("the flash could not be written");
		}
	},

	perform() {
		return { resetting: true };
	},

	afterwards(_order, device) {
		forgetOwner(device);
	},
};
