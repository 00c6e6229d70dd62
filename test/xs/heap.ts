import type { Heap } from "./bench";

/** What an ESP32 begins with (`creation` of the SDK's manifests). It could grow there; here it does not. */
export const HEAP: Heap = { chunks: 32_768, slots: 2048 };
