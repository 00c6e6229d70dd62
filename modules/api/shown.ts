import { NAME_SHOWN } from "../limits";

/** A name from outside as an error may repeat it: short and plain, so that no secret put in its place comes back. */
export function shown(name: string): string {
	return name.length <= NAME_SHOWN && /^\w+$/.test(name) ? `"${name}"` : "of that name";
}
