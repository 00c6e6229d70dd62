/* Declared by ourselves as in ESP-IDF v6.0, as far as our C uses it. */
#pragma once

#include <stdint.h>

#include "esp_err.h"
#include "esp_event.h"

extern esp_event_base_t const WIFI_EVENT;

typedef enum {
	WIFI_EVENT_STA_START = 2,
	WIFI_EVENT_STA_DISCONNECTED = 5,
} wifi_event_t;

typedef struct {
	uint8_t ssid[32];
	uint8_t ssid_len;
	uint8_t bssid[6];
	uint8_t reason;
	int8_t rssi;
} wifi_event_sta_disconnected_t;
