/* Declared by ourselves as in ESP-IDF v6.0, as far as our C uses it. */
#pragma once

typedef int esp_err_t;

#define ESP_OK 0
#define ESP_FAIL -1
#define ESP_ERR_INVALID_STATE 0x103
