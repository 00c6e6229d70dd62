/* Declared by ourselves as in ESP-IDF v6.0, as far as our C uses it. */
#pragma once

void esp_restart(void) __attribute__((__noreturn__));
