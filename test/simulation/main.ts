import { parseArgs } from "node:util";
import { unreached } from "./catalogue";
import { gather } from "./crowd";
import { compile } from "./firmware";
import { live, type Outcome } from "./history";
import { shrink } from "./shrink";
import { stamp } from "./world";

/** `npm run simulate`: histories from a seed on, one day each, until one fails or as many days were lived. */

const DAY = 86_400_000;

const { values } = parseArgs({
	options: {
		seed: { type: "string" },
		days: { type: "string", default: "10" },
		only: { type: "string" },
		log: { type: "boolean", default: false },
		firmware: { type: "string" },
		hours: { type: "string", default: "24" },
		hosts: { type: "string" },
	},
});

const first = Number(values.seed ?? Math.floor(Math.random() * 1e9));
const length = Number(values.hours) * 3_600_000;
const count = Math.max(1, Math.round((Number(values.days) * DAY) / length));
const firmware = await compile(values.firmware);
const only = values.only === undefined ? undefined : values.only.split(",").filter(Boolean).map(Number);
const counts = new Map<string, number>();
const began = performance.now();
const hours = values.hours === "24" ? "" : ` --hours ${values.hours}`;

if (values.hosts !== undefined) {
	meet(Number(values.hosts));
	process.exit();
}

for (let i = 0; i < count; i++) {
	const seed = String(first + i);
	const outcome = live({
		seed,
		firmware,
		length,
		only,
		log: values.log ? (line) => console.log(line) : undefined,
	});
	for (const [what, times] of outcome.world.counts) counts.set(what, (counts.get(what) ?? 0) + times);
	const days = ((i + 1) * length) / DAY;
	const seconds = (performance.now() - began) / 1000;
	process.stderr.write(
		`\r${days.toFixed(1)} device-days, ${(days / seconds).toFixed(2)} a second, seed ${seed}, trace ${outcome.world.trace}   `,
	);
	if (!outcome.world.violation) continue;
	fail(seed, outcome);
	process.exit(1);
}
process.stderr.write("\n");
for (const [what, times] of [...counts].sort()) console.log(`${String(times).padStart(9)}  ${what}`);
for (const what of unreached(counts)) console.log(`    never  ${what}`);

function usedHeap(): number {
	globalThis.gc?.();
	return process.memoryUsage().heapUsed;
}

/** Many devices at once: what becomes of the load when database and broker come back. */
function meet(hosts: number): void {
	const heap = usedHeap();
	const { world, loads, homes } = gather({ seed: String(first), firmware, hosts });
	const memory = (usedHeap() - heap) / homes.length / 1024;
	console.log("minute   writes a second   points published  present");
	let before = "";
	for (const { minute, writes, peak, points, published, present } of loads) {
		const row = [writes, peak, points, published, present].map((it) => `${it}`.padStart(9)).join("");
		// One that is like the one before is left out.
		if (row !== before) console.log(`${`${minute}`.padStart(6)}${row}`);
		before = row;
	}
	const seconds = (performance.now() - began) / 1000;
	console.log(`${hosts} devices, ${memory.toFixed(0)} KiB each with its home, ${seconds.toFixed(0)} s`);
	if (!world.violation) return;
	console.log(`Seed ${first} fails ${world.violation.message}`);
	process.exit(1);
}

function fail(seed: string, { world, plan }: Outcome): void {
	console.log(`\nSeed ${seed} fails ${world.violation?.message}`);
	if (only) return;
	const least = shrink(plan, (indices) => live({ seed, firmware, length, only: indices }).world.violation);
	if (!least) return;
	console.log(`The shortest history that fails, ${least.violation.message}:`);
	for (const index of least.indices) console.log(`  ${stamp(plan[index]!.at)} ${plan[index]!.name}`);
	console.log(
		`Once more: npm run simulate -- --seed ${seed} --days 1${hours} --only "${least.indices.join(",")}" --log`,
	);
}
