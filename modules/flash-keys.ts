/** Names in the flash, at most 15 letters each (NVS). */

export const UUID_KEY = "uuid";
export const SETTINGS_KEY = "settings";
/** Certificates of authorities: for database, broker and updates, and as many that are to take their place. */
export const AUTHORITY_KEYS = ["caa", "cab", "cac", "cad", "cae", "caf"] as const;
/** The order of the light that holds until the next one. */
export const LIGHT_KEY = "light";
/** Key and certificate of the HTTPS server. */
export const IDENTITY_KEY = "tls";
/** The last generation of keys before the last factory reset, which leaves it there. */
export const GENERATION_KEY = "generation";
/** There while a factory reset is under way. */
export const RESETTING_KEY = "resetting";
/** The version that is being fetched. */
export const FETCHED_KEY = "fetched";
/** The version that the last update switched to. */
export const TRIED_KEY = "tried";
