#ifndef AMBIENT16_ADDRESS_H
#define AMBIENT16_ADDRESS_H

#include <stddef.h>
#include <stdint.h>

/**
 * Reads an IPv4 address (dotted decimal, no leading zeros) or an IPv6 address (RFC 4291, 2.2, without zone or
 * brackets). Returns the number of bytes written, 4 or 16, or 0 if `text` is neither.
 */
size_t a16_address_parse(const char *text, uint8_t address[16]);

#endif
