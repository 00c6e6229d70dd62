/** Of the operating system, of cryptographic quality. Throws if there is none. */
export const randomBuffer: (count: number) => ArrayBuffer = native("xs_surroundings_random");

/** A variable of the process's environment. */
export const environment: (name: string) => string | undefined = native("xs_surroundings_environment");

/** Puts a line before whoever has started the process. */
export const tell: (line: string) => void = native("xs_surroundings_tell");

/** Ends the process, as one that failed. */
export const giveUp = native("xs_surroundings_giveUp") as () => never;

/** ms that never jump and never go back. */
export const monotonic: () => number = native("xs_surroundings_monotonic");
