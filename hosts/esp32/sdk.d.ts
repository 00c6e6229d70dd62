/** What is used here of Moddable's SDK 8.2.3 on a chip alone; see hosts/moddable/sdk.d.ts. */

declare module "mc/config" {
	/** `config` of the manifest. */
	const config: Record<string, unknown>;
	export default config;
}

declare module "embedded:io/digital" {
	export default class Digital {
		static readonly Input: number;
		static readonly InputPullUp: number;
		static readonly InputPullDown: number;
		static readonly Output: number;
		constructor(options: { pin: number; mode: number; initialValue?: 0 | 1 });
		read(): 0 | 1;
	}
}

declare module "embedded:io/i2c" {
	export default class I2C {
		constructor(options: { data: number; clock: number; hz: number; address: number });
	}
}

declare module "embedded:io/pwm" {
	export default class PWM {
		constructor(options: { pin: number; hz?: number });
		write(value: number): void;
	}
}

declare module "embedded:io/smbus" {
	import I2C from "embedded:io/i2c";

	export default class SMBus extends I2C {}
}

declare module "embedded:storage/flash" {
	export class Flash {
		read(count: number, position: number): ArrayBuffer;
		write(bytes: ArrayBufferView | ArrayBuffer, position: number): void;
		eraseBlock(first: number, end?: number): void;
		status(): { size: number; blockLength: number; blocks: number };
	}
	const flash: { open(options: { path: string }): Flash };
	export default flash;
}

declare module "embedded:storage/key-value" {
	const keyValue: {
		open(options: { path: string; format?: "buffer" | "string" }): {
			read(key: string): ArrayBuffer | string | number | bigint;
			write(key: string, value: ArrayBufferView | ArrayBuffer | string): void;
			delete(key: string): void;
		};
	};
	export default keyValue;
}

declare module "embedded:update" {
	import type { Flash } from "embedded:storage/flash";

	const update: {
		/** `mode` "a": appended, each block erased as it comes. */
		open(options: { partition: Flash; mode?: "a" | "w" }): {
			write(bytes: ArrayBufferView | ArrayBuffer): void;
			complete(): void;
			close(): void;
		};
	};
	export default update;
}

declare module "neopixel" {
	export default class NeoPixel {
		constructor(options: { pin: number; length: number; order: string });
		makeRGB(red: number, green: number, blue: number): number;
		setPixel(index: number, color: number): void;
		update(): void;
	}
}

declare module "wifi" {
	export default class WiFi {
		static readonly Mode: { readonly station: 1 };
		static mode: 1;
		constructor(
			network: { ssid: string; password?: string } | undefined,
			callback: (
				message: "connect" | "gotIP" | "lostIP" | "disconnect" | "station_connect" | "station_disconnect",
			) => void,
		);
		static connect(network: { ssid: string; password?: string }): void;
		static disconnect(): void;
		static accessPoint(options: { ssid: string; password?: string; channel?: number }): void;
		/** Calls back once for each network found, then with null. */
		static scan(
			options: { hidden?: boolean; channel?: number },
			callback: (network: { ssid: string; authentication: string; rssi: number } | null) => void,
		): void;
	}
}
