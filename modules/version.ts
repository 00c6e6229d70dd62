/** Of the firmware: what `GET /` tells and what updates compare (SemVer). The same as in package.json. */
export const VERSION = "0.1.0";
export const PRODUCT = "Ambient16";
