import { flashError } from "../../settings";
import type { Command } from "../command";
import { Fields, noFields } from "../fields";

/** `restart`: as a power cycle would. */
export function restart(perform: () => void): Command<unknown> {
	return {
		where: "https-or-signed",
		validate: (value) => noFields("restart", value),
		perform: () => ({ restarting: true }),
		afterwards: perform,
	};
}

/** What the command needs of the device. */
export interface Reset {
	/** Decides the reset: from here on a loss of power does not stop it. Throws if the flash fails. */
	begin(): void;
	/** Takes `begin` back. */
	abandon(): void;
	finish(): void;
}

/** `factoryReset`: forgets the owner and all that the owner has set. */
export function factoryReset({ begin, abandon, finish }: Reset): Command<unknown> {
	return {
		where: "https-or-signed",
		validate(value) {
			// Some clients write null for every field that nobody has set, and this is not to be done by mistake.
			if (value === null) new Fields("factoryReset", value, []);
			noFields("factoryReset", value);
		},
		prepare(_order, done) {
			try {
				begin();
			} catch {
				done(flashError());
				return;
			}
			done();
		},
		abandon,
		perform: () => ({ resetting: true }),
		afterwards: finish,
	};
}
