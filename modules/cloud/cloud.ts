import type { Host, Motion } from "../../hosts/host";
import type { Point } from "../sensing/point";
import type { Sampler } from "../sensing/sampler";
import type { Window } from "../sensing/window";
import type { InfluxSettings } from "./influx";
import { type EventsStatus, type MqttDevice, MqttEvents, type MqttSettings } from "./mqtt-events";
import { PointLog } from "./point-log";
import { Uploader, type UploaderDevice } from "./uploader";

type CloudHost = Pick<Host, "udid" | "network" | "random" | "storage" | "clock" | "report">;

export interface CloudDevice extends MqttDevice, UploaderDevice {
	/** Where windows wait for their time. */
	readonly sampler: Pick<Sampler, "untimed" | "lost" | "forget">;
}

/** How sending goes, for `getSettings`. */
export interface CloudStatus {
	points: { waiting: number; sent: number; lost: number; refused: number; error?: string };
	events: EventsStatus;
}

/** All that leaves the home: points to the database, events to the broker. */
export class Cloud {
	readonly events: MqttEvents;
	readonly #host: CloudHost;
	readonly #device: CloudDevice;
	readonly #log: PointLog | undefined;
	readonly #uploader: Uploader | undefined;
	#lost = 0;
	/** Points are stored for a database, not for nobody: that would wear the flash, and outlive an owner. */
	#storing = false;
	/** What was last reported of the points. */
	#told = "false 0 0 0 ";

	constructor(host: CloudHost, device: CloudDevice) {
		this.#host = host;
		this.#device = device;
		this.events = new MqttEvents(host, device);
		if (!host.storage) return;
		try {
			this.#log = new PointLog(host.storage);
			this.#uploader = new Uploader(host, this.#log, device);
		} catch {
			device.onProblem("the storage of points could not be read");
		}
	}

	/** Sends to these from now on. */
	configure(influx: InfluxSettings | null, mqtt: MqttSettings | null): void {
		this.configureInflux(influx);
		this.events.configure(mqtt);
	}

	configureInflux(settings: InfluxSettings | null): void {
		this.#storing = settings !== null;
		this.#uploader?.configure(settings);
		this.tell();
	}

	/** `late`: it is not of now, but waited for its time. */
	window({ time, readings, motionEvents }: Window, late: boolean): void {
		const point = { time, readings, motionEvents };
		this.#store(point);
		// Events are of now: hundreds of old windows at once would choke the connection.
		if (!late) this.events.window(point);
		this.#uploader?.wake();
		this.tell();
	}

	motion(motion: Motion): void {
		const { clock } = this.#host;
		this.events.motion(motion, clock.synced ? Math.floor(clock.now() / 1000) : undefined);
	}

	/** HTTPS mode begins: ends what is under way; points go on being stored. */
	suspend(): void {
		this.#uploader?.suspend();
		this.events.suspend();
	}

	/** HTTPS mode has ended: sends what waits, the oldest first. */
	resume(): void {
		this.#uploader?.resume();
		this.events.resume();
	}

	/** Forgets the owner's points, and where they went, without a report. Throws if the storage cannot be erased. */
	erase(): void {
		this.#storing = false;
		this.#uploader?.configure(null);
		this.events.forget();
		this.#device.sampler.forget();
		this.#lost = 0;
		this.#log?.erase();
	}

	/** Reports how many points wait, were sent and were lost, if that is not what was reported last. */
	tell(): void {
		const { waiting, sent, lost, error } = this.status.points;
		const database = this.#storing;
		const told = `${database} ${waiting} ${sent} ${lost} ${error ?? ""}`;
		if (told === this.#told) return;
		this.#told = told;
		const reason = error === undefined ? {} : { error };
		this.#host.report?.({ event: "cloud", database, waiting, sent, lost, ...reason });
	}

	/** A database is set, and points are stored for it. */
	get storing(): boolean {
		return this.#storing;
	}

	get status(): CloudStatus {
		const error = this.#uploader?.error;
		return {
			points: {
				waiting: this.#device.sampler.untimed + (this.#log?.waiting ?? 0),
				sent: this.#uploader?.sent ?? 0,
				lost: this.#lost + this.#device.sampler.lost + (this.#log?.lost ?? 0),
				refused: this.#uploader?.refused ?? 0,
				...(error !== undefined && { error }),
			},
			events: this.events.status,
		};
	}

	close(): void {
		this.#uploader?.close();
		this.events.close();
	}

	#store(point: Point): void {
		try {
			if (this.#storing) this.#log?.append(point);
		} catch {
			this.#lost++;
			this.#device.onProblem("the storage of points could not be written");
		}
	}
}
