#include "xsmc.h"
#include "xsHost.h"

/* The SDK's makefile looks in few folders of ESP-IDF; for the others it looks in the folder of all components. */
#include "app_update/include/esp_ota_ops.h"
#include "esp_mac.h"
#include "esp_random.h"
#include "esp_system.h"
#include "sdkconfig.h"

#define RANDOM_MAX 65536
#define MAC_BYTES 6

void xs_chip_random(xsMachine *the)
{
	xsIntegerValue count = xsmcToInteger(xsArg(0));
	if ((count < 0) || (count > RANDOM_MAX))
		xsRangeError("random: 0 to 65536 bytes");
	xsmcSetArrayBuffer(xsResult, NULL, count);
	esp_fill_random(xsmcToArrayBuffer(xsResult), count);
}

void xs_chip_mac(xsMachine *the)
{
	static const char digits[] = "0123456789abcdef";
	uint8_t mac[MAC_BYTES];
	char text[2 * MAC_BYTES + 1];

	if (ESP_OK != esp_read_mac(mac, ESP_MAC_WIFI_STA))
		xsUnknownError("no MAC address");
	for (int i = 0; i < MAC_BYTES; i++) {
		text[2 * i] = digits[mac[i] >> 4];
		text[2 * i + 1] = digits[mac[i] & 15];
	}
	text[2 * MAC_BYTES] = 0;
	xsmcSetString(xsResult, text);
}

void xs_chip_restart(xsMachine *the)
{
	(void)the;
	esp_restart();
}

void xs_chip_target(xsMachine *the)
{
	xsmcSetString(xsResult, CONFIG_IDF_TARGET);
}

void xs_chip_isOnTrial(xsMachine *the)
{
	esp_ota_img_states_t state;
	xsmcSetBoolean(xsResult, (ESP_OK == esp_ota_get_state_partition(esp_ota_get_running_partition(), &state)) &&
		(ESP_OTA_IMG_PENDING_VERIFY == state));
}

void xs_chip_confirm(xsMachine *the)
{
	if (ESP_OK != esp_ota_mark_app_valid_cancel_rollback())
		xsUnknownError("the firmware cannot be confirmed");
}

void xs_chip_rollBack(xsMachine *the)
{
	esp_ota_mark_app_invalid_rollback_and_reboot();
	xsUnknownError("there is no other firmware");
}
