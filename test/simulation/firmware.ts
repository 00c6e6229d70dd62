import { fileURLToPath } from "node:url";
import { build } from "esbuild";

export type DeviceClass = typeof import("../../modules/device").Device;

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** The firmware in `folder`, of any version: an update is another one of it, with a state of its own. */
export async function compile(folder = ROOT): Promise<(version: string) => DeviceClass> {
	const { outputFiles } = await build({
		absWorkingDir: folder,
		entryPoints: ["modules/device.ts"],
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
						contents: 'export const VERSION = FIRMWARE_VERSION; export const PRODUCT = "Ambient16";',
					}));
				},
			},
		],
	});
	const code = outputFiles[0]!.text;
	const classes = new Map<string, DeviceClass>();
	return (version) => {
		let known = classes.get(version);
		if (!known) {
			const module = { exports: {} as { Device: DeviceClass } };
			// It sees neither the time nor the randomness of this computer.
			new Function("module", "FIRMWARE_VERSION", "Date", "setTimeout", "setInterval", "performance", code)(
				module,
				version,
				FrozenDate,
			);
			known = module.exports.Device;
			classes.set(version, known);
		}
		return known;
	};
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
