/* Declared by ourselves as in the FreeRTOS of ESP-IDF v6.0, as far as our C uses it. */
#pragma once

#include <stdint.h>

typedef int BaseType_t;
typedef unsigned int UBaseType_t;
typedef uint32_t TickType_t;

#define configTICK_RATE_HZ 1000
#define portMAX_DELAY ((TickType_t)0xffffffffUL)
#define pdTRUE ((BaseType_t)1)
#define pdPASS (pdTRUE)
#define pdMS_TO_TICKS(x) ((TickType_t)(((uint64_t)(x) * configTICK_RATE_HZ) / 1000))
