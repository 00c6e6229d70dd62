import type { Sensor, Verbs } from "../node.js";
import type { Values } from "./arguments.js";

/** What a command has to work with. */
export interface Call {
	/** What follows the command. */
	rest: string[];
	values: Values;
	/** The sensor, as everybody can talk to it. */
	sensor: Sensor;
	/** As JSON with --json, else as a line for people. */
	say(line: string, json: unknown): void;
	/** The sensor, with its owner's UUID, or with a key that is good for `command`. */
	owned(command: string): Promise<Sensor>;
	/** The same for what is taken through a broker as well: there, if that is the way that was chosen. */
	reached(command: string): Promise<Verbs>;
	/** The owner's UUID, and the file that it is from, if it is from one. `udid`: of a sensor that can be reached. */
	owner(udid: string | undefined): { uuid: string; file: string | undefined };
	/** The sensor, with that secret. */
	open(credential: { uuid?: string; key?: string }): Sensor;
}
