/* What the SDK does not give in the simulator: chance of the operating system, its environment, a steady clock, a look at a port. */

#include "xsmc.h"
#include <stdlib.h>
#if defined(_WIN32)
	#include <windows.h>
	#include <bcrypt.h>
	#pragma comment(lib, "bcrypt.lib")
#else
	#include <errno.h>
	#include <netinet/in.h>
	#include <string.h>
	#include <sys/socket.h>
	#include <time.h>
	#include <unistd.h>
	#if !defined(__APPLE__)
		#include <sys/random.h>
	#endif
#endif

static int fill(uint8_t *bytes, size_t size)
{
#if defined(_WIN32)
	return BCryptGenRandom(NULL, bytes, (ULONG)size, BCRYPT_USE_SYSTEM_PREFERRED_RNG) == 0;
#elif defined(__APPLE__)
	arc4random_buf(bytes, size);
	return 1;
#else
	while (size > 0) {
		ssize_t count = getrandom(bytes, size, 0);
		if (count < 0) {
			if (errno == EINTR)
				continue;
			return 0;
		}
		bytes += count;
		size -= count;
	}
	return 1;
#endif
}

void xs_surroundings_random(xsMachine *the)
{
	xsIntegerValue size = xsmcToInteger(xsArg(0));
	if ((size < 0) || (size > 65536))
		xsRangeError("0 to 65536 bytes");
	xsmcSetArrayBuffer(xsResult, NULL, size);
	if (!fill(xsmcToArrayBuffer(xsResult), size))
		xsUnknownError("no randomness");
}

void xs_surroundings_environment(xsMachine *the)
{
	const char *value = getenv(xsmcToString(xsArg(0)));
	if (value)
		xsmcSetString(xsResult, (xsStringValue)value);
}

void xs_surroundings_monotonic(xsMachine *the)
{
#if defined(_WIN32)
	xsmcSetNumber(xsResult, (double)GetTickCount64());
#else
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	xsmcSetNumber(xsResult, now.tv_sec * 1000.0 + now.tv_nsec / 1000000.0);
#endif
}

/* As the SDK's listener binds it: all interfaces, IPv4. */
void xs_surroundings_canListen(xsMachine *the)
{
	int can = 1;
#if !defined(_WIN32)
	struct sockaddr_in address;
	int yes = 1;
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	memset(&address, 0, sizeof(address));
	address.sin_family = AF_INET;
	address.sin_port = htons((uint16_t)xsmcToInteger(xsArg(0)));
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	can = (listener >= 0) && !bind(listener, (struct sockaddr *)&address, sizeof(address)) && !listen(listener, 1);
	if (listener >= 0)
		close(listener);
#endif
	xsmcSetBoolean(xsResult, can);
}
