/* In place of what the SDK's linker makes: the names that our C asks for. */
#pragma once

enum { xsID_onReadable = 1, xsID_onWritable, xsID_onError, xsID_onConnection, xsID_address, xsID_port };
