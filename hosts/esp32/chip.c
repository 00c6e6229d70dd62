#include "xsmc.h"
#include "xsHost.h"

#include "esp_mac.h"
#include "esp_random.h"
#include "esp_system.h"

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
	esp_restart();
}
