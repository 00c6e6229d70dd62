export function bundle(): Promise<Buffer>;
export function built(program: "desk" | "ambient16"): Promise<string>;
