/** Bytes, as in a flash chip. */
export const SECTOR_SIZE = 4096;

/**
 * Room for 64 hours of points at one in 10 s (23,040): a sector holds 78 of up to 40 bytes, each with its note
 * of 12 bytes that it was sent; 101 while none is sent, which makes 83 hours. One more is being erased.
 */
export const SECTORS = 297;

/** What an erased byte is. */
export const ERASED = 0xff;
