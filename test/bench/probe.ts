/** Loaded into the process under test: tells its parent what that asks for. */
process.on("message", (message) => {
	if (message === "cpu") process.send?.({ cpu: process.cpuUsage() });
	if (message !== "memory") return;
	// What is in use, not what is left lying about.
	(globalThis as { gc?: () => void }).gc?.();
	process.send?.({ memory: process.memoryUsage() });
});
