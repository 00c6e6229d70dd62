import type { World } from "./world";

/** What a trouble is in the way of. */
export type Kind = "air" | "database" | "broker" | "flash" | "strangers" | "releases";

/** The troubles of a home at present, each of which ends. */
export class Troubles {
	readonly #world: World;
	readonly #running = new Map<string, { kind: Kind; end: () => void; token: object }>();
	readonly #lastEnd = new Map<Kind, number>();

	constructor(world: World) {
		this.#world = world;
	}

	/** Begins one, for `ms`; one of the same name goes on for longer. */
	begin(kind: Kind, name: string, ms: number, begin: () => void, end: () => void): void {
		this.#world.count(`trouble: ${name}`);
		const token = {};
		this.#running.get(name)?.end();
		begin();
		this.#running.set(name, { kind, end, token });
		this.#world.schedule.after(ms, () => {
			if (this.#running.get(name)?.token === token) this.#end(name);
		});
	}

	endAll(): void {
		for (const name of [...this.#running.keys()]) this.#end(name);
	}

	/** ms since when there is none of a kind. */
	quiet(kind: Kind): number {
		for (const running of this.#running.values()) if (running.kind === kind) return 0;
		return this.#world.now - (this.#lastEnd.get(kind) ?? 0);
	}

	#end(name: string): void {
		const running = this.#running.get(name);
		this.#running.delete(name);
		if (!running) return;
		this.#lastEnd.set(running.kind, this.#world.now);
		running.end();
	}
}
