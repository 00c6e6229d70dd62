/* Declared by ourselves as in Moddable's SDK 8.2.3, as far as our C uses it. */
#pragma once

#include <setjmp.h>
#include <stdint.h>

typedef struct xsMachineRecord xsMachine;
typedef struct xsSlotRecord xsSlot;

struct xsSlotRecord {
	void *data[4];
};

struct xsMachineRecord {
	xsSlot *frame;
	jmp_buf *jump;
};

enum {
	xsUndefinedType,
	xsNullType,
	xsBooleanType,
	xsIntegerType,
	xsNumberType,
	xsStringType,
	xsStringXType,
	xsSymbolType,
	xsBigIntType,
	xsBigIntXType,
	xsReferenceType
};
typedef char xsType;

typedef int32_t xsBooleanValue;
typedef int32_t xsIntegerValue;
typedef double xsNumberValue;
typedef char *xsStringValue;
typedef uint32_t xsUnsignedValue;

#define xsThis (the->frame[3])
#define xsResult (the->frame[1])
#define xsArg(_INDEX) (the->frame[-1 - (_INDEX)])

#define xsTry if (setjmp(*the->jump) == 0)
#define xsCatch else

void fxThrowMessage(xsMachine *, xsStringValue, xsIntegerValue, xsIntegerValue, xsStringValue, ...)
	__attribute__((__format__(printf, 5, 6), __noreturn__));
#define xsUnknownError(...) fxThrowMessage(the, 0, 0, 1, __VA_ARGS__)
#define xsRangeError(...) fxThrowMessage(the, 0, 0, 3, __VA_ARGS__)
