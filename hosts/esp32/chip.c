#include "xsmc.h"
#include "xsHost.h"

/* The SDK's makefile looks in few folders of ESP-IDF; for the others it looks in the folder of all components. */
#include "app_update/include/esp_ota_ops.h"
#include "esp_attr.h"
#include "esp_event.h"
#include "esp_mac.h"
#include "esp_netif.h"
#include "esp_random.h"
#include "esp_system.h"
#include "esp_wifi.h"
#include "sdkconfig.h"

#define RANDOM_MAX 65536
#define MAC_BYTES 6
#define HOST_NAME 32

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

/* Kept over a reset, and noise after the power came: the firmware has ended this run because it was told to. */
static RTC_NOINIT_ATTR uint32_t wanted;
#define WANTED 0x16a16a16

void xs_chip_restart(xsMachine *the)
{
	(void)the;
	wanted = WANTED;
	esp_restart();
}

void xs_chip_reset(xsMachine *the)
{
	const char *reason = "unknown";
	switch (esp_reset_reason()) {
	case ESP_RST_POWERON:
		reason = "power";
		break;
	case ESP_RST_SW:
		/* XS restarts the chip by itself when it cannot go on. */
		reason = (WANTED == wanted) ? "restart" : "crash";
		break;
	case ESP_RST_PANIC:
	case ESP_RST_CPU_LOCKUP:
		reason = "crash";
		break;
	case ESP_RST_INT_WDT:
	case ESP_RST_TASK_WDT:
	case ESP_RST_WDT:
		reason = "watchdog";
		break;
	case ESP_RST_BROWNOUT:
	case ESP_RST_PWR_GLITCH:
		reason = "brownout";
		break;
	case ESP_RST_EXT:
	case ESP_RST_USB:
	case ESP_RST_JTAG:
		reason = "external";
		break;
	default:
		break;
	}
	wanted = 0;
	xsmcSetString(xsResult, (xsStringValue)reason);
}

void xs_chip_heapFree(xsMachine *the)
{
	xsmcSetInteger(xsResult, esp_get_free_heap_size());
}

void xs_chip_heapLeast(xsMachine *the)
{
	xsmcSetInteger(xsResult, esp_get_minimum_free_heap_size());
}

void xs_chip_isDebugged(xsMachine *the)
{
#ifdef mxDebug
	xsmcSetBoolean(xsResult, true);
#else
	xsmcSetBoolean(xsResult, false);
#endif
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
	wanted = WANTED;
	esp_ota_mark_app_invalid_rollback_and_reboot();
	xsUnknownError("there is no other firmware");
}

static char hostName[HOST_NAME];
/* Written by ESP-IDF's event task, before the SDK tells XS of the same event. */
static volatile int disconnectReason;

static void onWifiEvent(void *argument, esp_event_base_t base, int32_t id, void *data)
{
	(void)argument;
	(void)base;
	if (WIFI_EVENT_STA_START == id)
		esp_netif_set_hostname(esp_netif_get_handle_from_ifkey("WIFI_STA_DEF"), hostName);
	else if (WIFI_EVENT_STA_DISCONNECTED == id)
		disconnectReason = ((wifi_event_sta_disconnected_t *)data)->reason;
}

void xs_chip_watchWifi(xsMachine *the)
{
	xsmcToStringBuffer(xsArg(0), hostName, sizeof(hostName));
	esp_netif_init();
	/* The SDK makes it, too, and does not mind. */
	esp_err_t error = esp_event_loop_create_default();
	if ((ESP_OK != error) && (ESP_ERR_INVALID_STATE != error))
		xsUnknownError("no event loop");
	if (ESP_OK != esp_event_handler_register(WIFI_EVENT, ESP_EVENT_ANY_ID, onWifiEvent, NULL))
		xsUnknownError("no Wi-Fi events");
}

void xs_chip_wifiReason(xsMachine *the)
{
	xsmcSetInteger(xsResult, disconnectReason);
}
