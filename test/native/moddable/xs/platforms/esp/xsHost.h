/* Declared by ourselves as in Moddable's SDK 8.2.3, as far as our C uses it. */
#pragma once

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
