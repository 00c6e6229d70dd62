import type { ResetReason } from "../host";

/**
 * From the chip's generator (esp_fill_random). True randomness only while the radio runs, so it has to be started
 * before anything asks: without it the numbers are pseudo-random.
 */
export const randomBuffer: (count: number) => ArrayBuffer = native("xs_chip_random");

/** The station's MAC address as twelve lower-case hex digits. It is burned in. */
export const macAddress: () => string = native("xs_chip_mac");

/** Ends this run at once; the chip starts anew. */
export const restartChip: () => void = native("xs_chip_restart");

/** Why this run began. Asked once: the answer is forgotten. */
export const resetReason: () => ResetReason = native("xs_chip_reset");

/** Bytes of the C heap that are free, and that were at the least since the start. */
export const heapFree: () => number = native("xs_chip_heapFree");
export const heapLeast: () => number = native("xs_chip_heapLeast");

/** This is a debug build, which has a debugger to tell things to. */
export const isDebugged: () => boolean = native("xs_chip_isDebugged");

/** The chip as ESP-IDF names it: esp32, esp32c3, … */
export const targetName: () => string = native("xs_chip_target");

/** The running firmware came by an update and has not been confirmed. */
export const isOnTrial: () => boolean = native("xs_chip_isOnTrial");

/** Keeps the running firmware. Throws if that cannot be written. */
export const confirmFirmware: () => void = native("xs_chip_confirm");

/** Starts the other firmware and never this one again. Throws if there is no other. */
export const rollBackFirmware: () => void = native("xs_chip_rollBack");

/**
 * Notes why Wi-Fi connections end, and has the station ask for an address by this name (DHCP). Called before the SDK's
 * Wi-Fi starts, so that its events come here first.
 */
export const watchWifi: (hostName: string) => void = native("xs_chip_watchWifi");

/** Why the last one ended: wifi_err_reason_t, 0 if none did. */
export const wifiReason: () => number = native("xs_chip_wifiReason");
