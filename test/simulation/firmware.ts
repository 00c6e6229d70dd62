import { fileURLToPath } from "node:url";
import { build } from "esbuild";

export type DeviceClass = typeof import("../../modules/device").Device;

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/**
 * The firmware in one piece for all its versions, which differ in nothing but that number: as many copies as there are
 * versions would make all of it a fifth slower.
 */
export interface Firmware {
	Device: DeviceClass;
	/** Which of them runs from here on. */
	setVersion(version: string): void;
}

/** The firmware in `folder`. */
export async function compile(folder = ROOT): Promise<Firmware> {
	const { outputFiles } = await build({
		absWorkingDir: folder,
		stdin: {
			contents: 'export { Device } from "./modules/device"; export { setVersion } from "./modules/version";',
			resolveDir: folder,
		},
		bundle: true,
		write: false,
		format: "cjs",
		target: "node20",
		logLevel: "warning",
		plugins: [
			{
				name: "version",
				setup({ onLoad }) {
					onLoad({ filter: /modules[/\\]version\.ts$/ }, () => ({
						contents:
							'export let VERSION; export const PRODUCT = "Ambient16"; export function setVersion(version) { VERSION = version; }',
					}));
				},
			},
		],
	});
	const module = { exports: {} as Firmware };
	// It sees neither the time nor the randomness of this computer.
	new Function("module", "Date", "setTimeout", "setInterval", "performance", outputFiles[0]!.text)(
		module,
		FrozenDate,
	);
	return module.exports;
}

/** `Date` as far as it does not know what time it is. */
const FrozenDate = new Proxy(Date, {
	apply() {
		throw new Error("the firmware asks the computer for the time");
	},
	construct(target, args) {
		if (args.length === 0) throw new Error("the firmware asks the computer for the time");
		return Reflect.construct(target, args) as object;
	},
	get(target, name) {
		if (name === "now") throw new Error("the firmware asks the computer for the time");
		return Reflect.get(target, name) as unknown;
	},
});
