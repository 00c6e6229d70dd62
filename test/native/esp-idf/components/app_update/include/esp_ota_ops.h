/* Declared by ourselves as in ESP-IDF v6.0, as far as our C uses it. */
#pragma once

#include "esp_err.h"
#include "esp_flash_partitions.h"
#include "esp_partition.h"

const esp_partition_t *esp_ota_get_running_partition(void);
esp_err_t esp_ota_mark_app_valid_cancel_rollback(void);
esp_err_t esp_ota_mark_app_invalid_rollback_and_reboot(void);
esp_err_t esp_ota_get_state_partition(const esp_partition_t *partition, esp_ota_img_states_t *ota_state);
