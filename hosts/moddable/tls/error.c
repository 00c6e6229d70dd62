#include "error.h"

const char *a16_error_text(int error) {
	switch (error) {
		case 0: return "none";
		case A16_ARGUMENT: return "unusable argument";
		case A16_MEMORY: return "out of memory";
		case A16_PROTOCOL: return "broken TLS from the peer";
		case A16_NEGOTIATION: return "no TLS version or cipher suite in common";
		case A16_ALERT: return "refused by the peer";
		case A16_UNTRUSTED: return "certificate not issued by the CA";
		case A16_FINGERPRINT: return "certificate is not the pinned one";
		case A16_NAME: return "certificate is for another host";
		case A16_EXPIRED: return "certificate has expired";
		case A16_NOT_YET_VALID: return "certificate is not valid yet";
		case A16_USAGE: return "certificate is not for a TLS server";
		case A16_KEY: return "key in the certificate chain is too weak or too big";
		case A16_TRUNCATED: return "connection ended without close_notify";
		case A16_CLOSED: return "session is closed";
		case A16_CONSTRAINED: return "certificate is for a name that its issuer may not vouch for";
		case A16_EXTENSION: return "certificate is damaged, or has an extension that cannot be used here";
		case A16_EMPTY: return "no certificate in it";
		case A16_DAMAGED: return "certificate is damaged";
		case A16_AUTHORITY: return "certificate is not an authority's";
		default: return "internal error";
	}
}
