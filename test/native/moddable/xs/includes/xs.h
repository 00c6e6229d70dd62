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
	xsSlot scratch;
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
typedef uint16_t xsIdentifier;

#define xsThis (the->frame[3])
#define xsResult (the->frame[1])
#define xsArg(_INDEX) (the->frame[-1 - (_INDEX)])

#define xsVar(_INDEX) (the->frame[-32 - (_INDEX)])
#define xsUndefined (fxUndefined(the, &the->scratch), the->scratch)
#define xsException (the->scratch)

void fxRemember(xsMachine *, xsSlot *);
void fxForget(xsMachine *, xsSlot *);
void fxAccess(xsMachine *, xsSlot *);
#define xsRemember(_SLOT) fxRemember(the, &(_SLOT))
#define xsForget(_SLOT) fxForget(the, &(_SLOT))
#define xsAccess(_SLOT) (fxAccess(the, &(_SLOT)), the->scratch)

void fxUndefined(xsMachine *, xsSlot *);
xsSlot fxCallFunction(xsMachine *, xsSlot function, xsSlot receiver, xsSlot argument);
#define xsCallFunction1(_FUNCTION, _THIS, _SLOT0) fxCallFunction(the, _FUNCTION, _THIS, _SLOT0)

xsMachine *fxBeginHost(xsMachine *);
void fxEndHost(xsMachine *);
#define xsBeginHost(_THE) \
	do { \
		xsMachine *the = fxBeginHost(_THE)
#define xsEndHost(_THE) \
		fxEndHost(the); \
	} while (0)

#define xsTry if (setjmp(*the->jump) == 0)
#define xsCatch else

void fxThrowMessage(xsMachine *, xsStringValue, xsIntegerValue, xsIntegerValue, xsStringValue, ...)
	__attribute__((__format__(printf, 5, 6), __noreturn__));
#define xsUnknownError(...) fxThrowMessage(the, 0, 0, 1, __VA_ARGS__)
#define xsRangeError(...) fxThrowMessage(the, 0, 0, 3, __VA_ARGS__)
