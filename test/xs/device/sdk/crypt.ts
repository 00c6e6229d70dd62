/** In place of the SDK's module. */
export const Digest = native.Digest;
