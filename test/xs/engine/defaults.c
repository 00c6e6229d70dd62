/* The SDK's linker leaves out `length` and `name` of functions, which nothing reads: two slots for each closure. */
#include "xsAll.h"
#define fxNewFunctionLength C_NULL
#define fxNewFunctionName C_NULL
#include "xsDefaults.c"
