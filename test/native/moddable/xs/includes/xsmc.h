/* Declared by ourselves as in Moddable's SDK 8.2.3, as far as our C uses it. */
#pragma once

#include "xs.h"

xsType fxTypeOf(xsMachine *, xsSlot *);
xsIntegerValue fxToInteger(xsMachine *, xsSlot *);
xsNumberValue fxToNumber(xsMachine *, xsSlot *);
xsStringValue fxToString(xsMachine *, xsSlot *);
xsStringValue fxToStringBuffer(xsMachine *, xsSlot *, xsStringValue, xsIntegerValue);
void *fxToArrayBuffer(xsMachine *, xsSlot *);
void *fxGetHostData(xsMachine *, xsSlot *);
void fxSetHostData(xsMachine *, xsSlot *, void *);
xsIntegerValue fxIncrementalVars(xsMachine *, xsIntegerValue);
void _xsSet(xsMachine *, xsSlot *, xsIdentifier, xsSlot *);
void _xsCall(xsMachine *, xsSlot *, xsSlot *, xsIdentifier, ...);
void fxBoolean(xsMachine *, xsSlot *, xsBooleanValue);
void fxInteger(xsMachine *, xsSlot *, xsIntegerValue);
void fxNumber(xsMachine *, xsSlot *, xsNumberValue);
void fxString(xsMachine *, xsSlot *, xsStringValue);
void *fxArrayBuffer(xsMachine *, xsSlot *, void *, xsIntegerValue, xsIntegerValue);
xsIntegerValue _xsArgc(xsMachine *);
xsIntegerValue _xsmcGetBuffer(xsMachine *, xsSlot *, void **, xsUnsignedValue *, xsBooleanValue);

#define xsmcVars(_COUNT) fxIncrementalVars(the, _COUNT)
#define xsmcSet(_THIS, _ID, _SLOT) _xsSet(the, &_THIS, _ID, &_SLOT)
#define xsmcCall_noResult(_THIS, _ID, ...) _xsCall(the, NULL, &_THIS, _ID, __VA_ARGS__)
#define xsmcArgc _xsArgc(the)
#define xsmcTypeOf(_SLOT) fxTypeOf(the, &_SLOT)
#define xsmcToInteger(_SLOT) fxToInteger(the, &_SLOT)
#define xsmcToNumber(_SLOT) fxToNumber(the, &_SLOT)
#define xsmcToString(_SLOT) fxToString(the, &_SLOT)
#define xsmcToStringBuffer(_SLOT, _BUFFER, _SIZE) fxToStringBuffer(the, &_SLOT, _BUFFER, _SIZE)
#define xsmcToArrayBuffer(_SLOT) fxToArrayBuffer(the, &_SLOT)
#define xsmcGetHostData(_SLOT) fxGetHostData(the, &_SLOT)
#define xsmcSetHostData(_SLOT, _DATA) fxSetHostData(the, &_SLOT, _DATA)
#define xsmcSetUndefined(_SLOT) fxUndefined(the, &_SLOT)
#define xsmcSetBoolean(_SLOT, _VALUE) fxBoolean(the, &_SLOT, _VALUE)
#define xsmcSetInteger(_SLOT, _VALUE) fxInteger(the, &_SLOT, _VALUE)
#define xsmcSetNumber(_SLOT, _VALUE) fxNumber(the, &_SLOT, _VALUE)
#define xsmcSetString(_SLOT, _VALUE) fxString(the, &_SLOT, _VALUE)
#define xsmcSetArrayBuffer(_SLOT, _BUFFER, _SIZE) fxArrayBuffer(the, &_SLOT, _BUFFER, _SIZE, -1)
#define xsmcGetBufferReadable(_SLOT, _DATA, _COUNT) _xsmcGetBuffer(the, &_SLOT, _DATA, _COUNT, 0)
