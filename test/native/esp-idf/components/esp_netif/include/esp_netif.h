/* Declared by ourselves as in ESP-IDF v6.0, as far as our C uses it. */
#pragma once

#include "esp_err.h"

typedef struct esp_netif_obj esp_netif_t;

esp_err_t esp_netif_init(void);
esp_err_t esp_netif_set_hostname(esp_netif_t *netif, const char *name);
esp_netif_t *esp_netif_get_handle_from_ifkey(const char *key);
