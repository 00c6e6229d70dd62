/**
 * From the chip's generator (esp_fill_random). True randomness only while the radio runs, so it has to be started
 * before anything asks: without it the numbers are pseudo-random.
 */
export const randomBuffer: (count: number) => ArrayBuffer = native("xs_chip_random");

/** The station's MAC address as twelve lower-case hex digits. It is burned in. */
export const macAddress: () => string = native("xs_chip_mac");

/** Ends this run at once; the chip starts anew. */
export const restartChip: () => void = native("xs_chip_restart");
