/* What the SDK does not give in the simulator: chance of the operating system, its environment, a steady clock. */

#include "xsmc.h"
#include <stdio.h>
#include <stdlib.h>
#if defined(_WIN32)
	#include <windows.h>
	#include <bcrypt.h>
	#pragma comment(lib, "bcrypt.lib")
#else
	#include <errno.h>
	#include <time.h>
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

void xs_surroundings_tell(xsMachine *the)
{
	fprintf(stderr, "%s\n", xsmcToString(xsArg(0)));
	fflush(stderr);
}

void xs_surroundings_giveUp(xsMachine *the)
{
	(void)the;
	fflush(NULL);
	_Exit(1);
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
