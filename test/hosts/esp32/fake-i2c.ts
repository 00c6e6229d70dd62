import type { I2c, I2cOptions } from "../../../hosts/esp32/i2c";
import { crc8 } from "../../../hosts/esp32/sensirion";
import type { FakeTime } from "../../fakes/host";

/** What can be wrong with a transfer. */
export type Fault = "nack" | "crc" | "short" | "stuck";

/** A chip on the bus, as its data sheet has it. Both throw where it would not acknowledge. */
export interface Chip {
	write(bytes: readonly number[]): void;
	read(count: number): number[];
}

/** An I2C bus with one address that is taken. Each write and read from the `faultAt`th on has the fault. */
export class FakeI2c {
	readonly chips = new Map<number, Chip>();
	fault: Fault | undefined;
	/** Transfers without a fault before that. */
	faultAt = 0;
	/** How many transfers have the fault. */
	faults = 1;
	transfers = 0;
	open = 0;

	/** What an ECMA-419 driver takes as its `io`. */
	get io(): new (
		options: I2cOptions,
	) => I2c {
		const bus = this;
		return class {
			readonly #address: number;

			constructor({ address, hz, timeout }: I2cOptions) {
				if (!(hz > 0 && hz <= 100_000 && timeout > 0 && timeout <= 50)) throw new RangeError("hz or timeout");
				this.#address = address;
				bus.open++;
			}

			write(bytes: Uint8Array): void {
				bus.#begin();
				bus.#chip(this.#address).write([...bytes]);
			}

			read(count: number): ArrayBuffer {
				const fault = bus.#begin();
				const bytes = bus.#chip(this.#address).read(count);
				if (fault === "crc") bytes[2]! ^= 0x10;
				if (fault === "short") bytes.pop();
				return Uint8Array.from(bytes).buffer;
			}

			close(): void {
				bus.open--;
			}
		};
	}

	#chip(address: number): Chip {
		const chip = this.chips.get(address);
		if (!chip) throw new Error("NACK");
		return chip;
	}

	#begin(): Fault | undefined {
		const at = this.transfers++ - this.faultAt;
		const fault = at >= 0 && at < this.faults ? this.fault : undefined;
		if (fault === "nack") throw new Error("NACK");
		if (fault === "stuck") throw new Error("timeout");
		return fault;
	}
}

function withCrc(...words: number[]): number[] {
	return words.flatMap((word) => [word >> 8, word & 0xff, crc8([word >> 8, word & 0xff])]);
}

/** SHT4x: measures for 8.3 ms, and acknowledges no reading before. */
export class FakeSht4x implements Chip {
	temperature = 0x6666;
	humidity = 0x8000;
	readonly #time: FakeTime;
	#readyAt: number | undefined;

	constructor(time: FakeTime) {
		this.#time = time;
	}

	write(bytes: readonly number[]): void {
		if (bytes.join() !== "253") throw new Error(`SHT4x knows no ${bytes}`);
		this.#readyAt = this.#time.monotonic() + 8.3;
	}

	read(count: number): number[] {
		if (this.#readyAt === undefined || this.#time.monotonic() < this.#readyAt) throw new Error("NACK");
		this.#readyAt = undefined;
		return withCrc(this.temperature, this.humidity).slice(0, count);
	}
}

/** SCD4x: idle or measuring every 5 s; what does not fit its state, or comes while it is busy, is not acknowledged. */
export class FakeScd4x implements Chip {
	co2 = 612;
	temperature = 0x6667;
	humidity = 0x5eb9;
	offset: number | undefined;
	altitude: number | undefined;
	/** What the last forced recalibration was told. */
	target: number | undefined;
	correction = 0x7fce;
	/** It measures no more. */
	dead = false;
	readonly #time: FakeTime;
	#measuringSince: number | undefined;
	#taken = 0;
	#busyUntil = 0;
	#answer: number[] | undefined;

	constructor(time: FakeTime, measuring = false) {
		this.#time = time;
		if (measuring) this.#measuringSince = time.monotonic();
	}

	get measuring(): boolean {
		return this.#measuringSince !== undefined;
	}

	write(bytes: readonly number[]): void {
		const now = this.#time.monotonic();
		if (now < this.#busyUntil) throw new Error("NACK");
		const word = bytes.length > 2 ? bytes[2]! * 256 + bytes[3]! : undefined;
		if (word !== undefined && (bytes.length !== 5 || crc8([bytes[2]!, bytes[3]!]) !== bytes[4]))
			throw new Error("NACK");
		const code = bytes[0]! * 256 + bytes[1]!;
		this.#answer = undefined;
		const idle = (ms: number) => {
			if (this.measuring) throw new Error("NACK");
			this.#busyUntil = now + ms;
		};
		if (code === 0x3f86) {
			this.#measuringSince = undefined;
			this.#busyUntil = now + 500;
		} else if (code === 0x241d) {
			idle(1);
			this.offset = word;
		} else if (code === 0x2427) {
			idle(1);
			this.altitude = word;
		} else if (code === 0x362f) {
			idle(400);
			this.target = word;
			this.#answer = [this.correction];
		} else if (code === 0x21b1) {
			idle(0);
			this.#measuringSince = now;
			this.#taken = 0;
		} else if (code === 0xe4b8) {
			this.#busyUntil = now + 1;
			this.#answer = [this.#fresh() > this.#taken ? 0x8006 : 0x8000];
		} else if (code === 0xec05) {
			if (this.#fresh() <= this.#taken) throw new Error("NACK");
			this.#taken = this.#fresh();
			this.#busyUntil = now + 1;
			this.#answer = [this.co2, this.temperature, this.humidity];
		} else throw new Error(`SCD4x knows no ${code.toString(16)}`);
	}

	read(count: number): number[] {
		if (!this.#answer || this.#time.monotonic() < this.#busyUntil) throw new Error("NACK");
		const answer = withCrc(...this.#answer);
		this.#answer = undefined;
		return answer.slice(0, count);
	}

	/** Measurements since it began. */
	#fresh(): number {
		if (this.dead || this.#measuringSince === undefined) return 0;
		return Math.floor((this.#time.monotonic() - this.#measuringSince) / 5_000);
	}
}
