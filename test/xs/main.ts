import { build } from "./bench";
import { has, missing } from "./engine";
import { type Figure, measureGrowth, measureInstructions, measureMemory, measureWork } from "./figures";

/** Prints all figures as a table in Markdown. */
async function main(): Promise<void> {
	const lacking = await missing();
	if (lacking) throw new Error(`The bench ${lacking}.`);
	const { engine } = await build();
	const tasks: (() => unknown)[] = [];
	const scope = { after: (task: () => unknown) => void tasks.push(task) };
	const figures: Figure[] = [];
	for (const measure of [measureMemory, measureWork, measureGrowth]) figures.push(...(await measure(scope)));
	if (has("valgrind")) figures.push(...(await measureInstructions(scope)));
	for (const task of tasks) await task();
	console.log(`XS 13.3 with slots of ${engine.slotSize} bytes\n`);
	console.log("| | measured | budget | |\n|---|---:|---:|---|");
	for (const { name, value, budget, unit } of figures)
		console.log(`| ${name} | ${value.toLocaleString("en")} | ${budget.toLocaleString("en")} | ${unit} |`);
}

await main();
