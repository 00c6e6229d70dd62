/** Loaded into the process under test: tells its memory, after a collection, whenever its parent asks. */
process.on("message", (message) => {
	if (message !== "memory") return;
	(globalThis as { gc?: () => void }).gc?.();
	process.send?.({ memory: process.memoryUsage() });
});
