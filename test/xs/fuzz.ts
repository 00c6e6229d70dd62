// Attacks a device on the bench, with all memory of a chip, for some minutes: node --import tsx test/xs/fuzz.ts [MINUTES [SEED]]
import { CREATION } from "./bench";
import { attack, Burdened, randomFrom } from "./worst";

const [minutes = 10, seed = 2] = process.argv.slice(2).map(Number);
const tasks: (() => unknown)[] = [];
const burdened = await Burdened.start({ after: (task) => tasks.push(task) }, CREATION.static);
const random = randomFrom(seed);
const end = performance.now() + minutes * 60_000;
let rounds = 0;
try {
	while (performance.now() < end) {
		for (let i = 0; i < 200; i++, rounds++) await attack(burdened, random, "http");
		await burdened.secure();
		for (const command of burdened.settings())
			await burdened.together([Buffer.from(command), Buffer.from(command)], "https");
		for (let i = 0; i < 100; i++, rounds++) await attack(burdened, random, "https");
		await burdened.plain();
	}
	console.log(`${rounds} rounds with seed ${seed}`, await burdened.bench.measure());
} catch (error) {
	console.log(`round ${rounds} of seed ${seed}:`, error);
	process.exitCode = 1;
}
for (const task of tasks) await task();
