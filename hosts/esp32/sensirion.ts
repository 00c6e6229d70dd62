import type { I2c, SensorOptions } from "./i2c";

/** Sensirion's sensors hold the clock line for no longer than a few ms, and nobody is to wait for a stuck bus. */
const TIMEOUT = 20;
const HZ = 100_000;

/** What Sensirion's sensors have in common: 16-bit words, each followed by its CRC. */
export class SensirionBus {
	readonly #i2c: I2c;

	constructor({ io, ...where }: SensorOptions) {
		this.#i2c = new io({ hz: HZ, timeout: TIMEOUT, ...where });
	}

	/** Writes a command as it stands, with a word behind it if there is one. */
	write(command: readonly number[], word?: number): void {
		const bytes = [...command];
		if (word !== undefined) {
			const pair = [word >> 8, word & 0xff];
			bytes.push(...pair, crc8(pair));
		}
		this.#i2c.write(Uint8Array.from(bytes));
	}

	/** Throws if one of the words does not go with its CRC. */
	read(words: number): number[] {
		const bytes = new Uint8Array(this.#i2c.read(3 * words));
		if (bytes.length !== 3 * words) throw new Error("short answer");
		const values: number[] = [];
		for (let at = 0; at < bytes.length; at += 3) {
			const pair = [bytes[at]!, bytes[at + 1]!];
			if (crc8(pair) !== bytes[at + 2]) throw new Error("wrong CRC");
			values.push(pair[0]! * 256 + pair[1]!);
		}
		return values;
	}

	close(): void {
		this.#i2c.close();
	}
}

/** Polynomial 0x31, begins with 0xff (data sheets of SHT4x and SCD4x). */
export function crc8(bytes: readonly number[]): number {
	let crc = 0xff;
	for (const byte of bytes) {
		crc ^= byte;
		for (let bit = 0; bit < 8; bit++) crc = crc & 0x80 ? ((crc << 1) ^ 0x31) & 0xff : crc << 1;
	}
	return crc;
}
