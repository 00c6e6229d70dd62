/* Declared by ourselves as in Moddable's SDK 8.2.3, as far as our C uses it. */
#pragma once

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef void (*modMessageDeliver)(void *the, void *refcon, uint8_t *message, uint16_t messageLength);
int modMessagePostToMachine(xsMachine *the, uint8_t *message, uint16_t messageLength, modMessageDeliver callback, void *refcon);
