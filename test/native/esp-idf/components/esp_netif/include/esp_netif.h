/* Declared by ourselves as in ESP-IDF v6.0, as far as our C uses it. */
#pragma once

#include "esp_err.h"

esp_err_t esp_netif_init(void);
