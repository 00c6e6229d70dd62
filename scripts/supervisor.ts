import { supervise } from "../hosts/desktop/supervisor";
import { isNewer } from "../modules/update/version";
import { VERSION } from "../modules/version";

/** Runs the device of this repository, whose program is `source`, or an update of it that is newer. */
export function start(args: string[], source: string): void {
	supervise(args, { source: [source], version: VERSION, isNewer });
}
