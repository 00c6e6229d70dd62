/**
 * From the chip's generator (esp_fill_random). True randomness only while the radio runs, so it has to be started
 * before anything asks: without it the numbers are pseudo-random.
 */
export const randomBuffer: (count: number) => ArrayBuffer = native("xs_chip_random");

/** The station's MAC address as twelve lower-case hex digits. It is burned in. */
export const macAddress: () => string = native("xs_chip_mac");

/** Ends this run at once; the chip starts anew. */
export const restartChip: () => void = native("xs_chip_restart");

/** The chip as ESP-IDF names it: esp32, esp32c3, … */
export const targetName: () => string = native("xs_chip_target");

/** The running firmware came by an update and has not been confirmed. */
export const isOnTrial: () => boolean = native("xs_chip_isOnTrial");

/** Keeps the running firmware. Throws if that cannot be written. */
export const confirmFirmware: () => void = native("xs_chip_confirm");

/** Starts the other firmware and never this one again. Throws if there is no other. */
export const rollBackFirmware: () => void = native("xs_chip_rollBack");
