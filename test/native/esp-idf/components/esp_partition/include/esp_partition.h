/* Declared by ourselves as in ESP-IDF v6.0, as far as our C uses it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

typedef struct {
	uint32_t address;
	uint32_t size;
	uint32_t erase_size;
	char label[17];
	bool encrypted;
	bool readonly;
} esp_partition_t;
