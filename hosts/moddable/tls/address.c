#include "address.h"

#include <stdbool.h>
#include <string.h>

/* Written here because inet_pton comes with sockets, which are not everywhere and have no business in TLS. */

static bool parse_ipv4(const char *text, uint8_t address[4]) {
	for (int i = 0; i < 4; i++) {
		unsigned value = 0;
		const char *start = text;
		while (*text >= '0' && *text <= '9' && text - start < 4)
			value = value * 10 + (unsigned)(*text++ - '0');
		if (text == start || value > 255 || (text - start > 1 && *start == '0')) return false;
		address[i] = (uint8_t)value;
		if (*text++ != (i < 3 ? '.' : '\0')) return false;
	}
	return true;
}

static int hex(char c) {
	if (c >= '0' && c <= '9') return c - '0';
	if (c >= 'a' && c <= 'f') return c - 'a' + 10;
	if (c >= 'A' && c <= 'F') return c - 'A' + 10;
	return -1;
}

static bool parse_ipv6(const char *text, uint8_t address[16]) {
	size_t length = 0;
	size_t gap = SIZE_MAX;
	memset(address, 0, 16);
	if (text[0] == ':' && text[1] == ':') {
		gap = 0;
		text += 2;
	}
	while (*text) {
		if (length == 16) return false;
		if (length <= 12 && parse_ipv4(text, address + length)) {
			length += 4;
			break;
		}
		unsigned value = 0;
		int digits = 0;
		for (int digit; (digit = hex(*text)) >= 0; text++, digits++) {
			if (digits == 4) return false;
			value = value << 4 | (unsigned)digit;
		}
		if (digits == 0) return false;
		address[length++] = (uint8_t)(value >> 8);
		address[length++] = (uint8_t)value;
		if (*text == '\0') break;
		if (*text++ != ':') return false;
		if (*text == ':') {
			if (gap != SIZE_MAX) return false;
			gap = length;
			text++;
		} else if (*text == '\0')
			return false;
	}
	if (gap == SIZE_MAX) return length == 16;
	if (length > 14) return false;
	size_t tail = length - gap;
	memmove(address + 16 - tail, address + gap, tail);
	memset(address + gap, 0, 16 - length);
	return true;
}

size_t a16_address_parse(const char *text, uint8_t address[16]) {
	if (parse_ipv4(text, address)) return 4;
	return parse_ipv6(text, address) ? 16 : 0;
}
