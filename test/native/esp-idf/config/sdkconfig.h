/* What ESP-IDF writes for each chip, as far as our C uses it. ESP32 is the SDK's number of the chip. */
#pragma once

#if ESP32 == 1
#define CONFIG_IDF_TARGET "esp32"
#define CONFIG_IDF_TARGET_ESP32 1
#elif ESP32 == 3
#define CONFIG_IDF_TARGET "esp32s3"
#define CONFIG_IDF_TARGET_ESP32S3 1
#elif ESP32 == 4
#define CONFIG_IDF_TARGET "esp32c3"
#define CONFIG_IDF_TARGET_ESP32C3 1
#elif ESP32 == 5
#define CONFIG_IDF_TARGET "esp32c6"
#define CONFIG_IDF_TARGET_ESP32C6 1
#else
#error "no chip of ours"
#endif
