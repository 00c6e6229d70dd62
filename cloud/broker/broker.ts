import type { Said } from "./topics";

/** What a sensor has said. */
export interface SensorMessage {
	/** By its login. */
	sensor: string;
	udid: string;
	name: Said;
	payload: string;
}

/** The broker that the sensors of this server talk to: its own, or Mosquitto. */
export interface Broker {
	/** Where sensors reach it, and the authority of its certificate, PEM, if it is none of the well-known. */
	readonly url: string;
	readonly ca: string | undefined;
	/** Lets a sensor in, with its own topics and no others; once more with another password replaces that one. */
	admit(sensor: string, password: string): Promise<void>;
	/** Ends the login of a sensor and its connection, and forgets what is retained of it. */
	forget(sensor: string): Promise<void>;
	/** Sends an order to a sensor. Rejects if the broker cannot be reached. */
	publish(topic: string, payload: string): Promise<void>;
	/** Hears all that sensors say, from now on, until what it returns is called. */
	listen(listener: (message: SensorMessage) => void): () => void;
	/** Shows another certificate from the next connection on, where that is this process's. */
	renew?(certificate: { key: string; cert: string }): void;
	close(): Promise<void>;
}
