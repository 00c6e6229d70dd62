#include "constraints.h"

#define CONTEXT MBEDTLS_ASN1_CONTEXT_SPECIFIC
#define SEQUENCE (MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE)
#define PERMITTED (CONTEXT | MBEDTLS_ASN1_CONSTRUCTED | 0)
#define EXCLUDED (CONTEXT | MBEDTLS_ASN1_CONSTRUCTED | 1)

/* Tags of a GeneralName (RFC 5280, 4.2.1.6). */
#define DNS_NAME (CONTEXT | 2)
#define DIRECTORY_NAME (CONTEXT | MBEDTLS_ASN1_CONSTRUCTED | 4)
#define IP_ADDRESS (CONTEXT | 7)

static const unsigned char name_constraints[] = {0x55, 0x1d, 0x1e};
static const unsigned char common_name[] = {0x55, 0x04, 0x03};

typedef struct {
	const unsigned char *p, *end;
} Span;

static size_t length(Span span) {
	return (size_t)(span.end - span.p);
}

static bool is_oid(const mbedtls_x509_buf *oid, const unsigned char bytes[3]) {
	return oid->len == 3 && memcmp(oid->p, bytes, 3) == 0;
}

bool a16_constraints_is_oid(const mbedtls_x509_buf *oid) {
	return is_oid(oid, name_constraints);
}

/* Takes the first element off `from`; false if there is none that is whole. `content` may be `from` itself. */
static bool take(Span *from, int *tag, Span *content) {
	unsigned char *p = (unsigned char *)from->p;
	size_t size;
	if (p == from->end) return false;
	*tag = *p++;
	if (mbedtls_asn1_get_len(&p, from->end, &size)) return false;
	from->p = p + size;
	*content = (Span){p, p + size};
	return true;
}

/* Takes the first element, whose tag is known. */
static bool take_tag(Span *from, int wanted, Span *content) {
	int tag;
	return take(from, &tag, content) && tag == wanted;
}

static char lower(unsigned char c) {
	return (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

/* Whether `name` is `base`, or so many labels more. A leading dot, which some write, wants one at least. */
static bool is_within(Span name, Span base) {
	size_t more = length(name) - length(base);
	if (length(base) > length(name)) return false;
	if (more && length(base) && *base.p != '.' && name.p[more - 1] != '.') return false;
	for (size_t i = 0; i < length(base); i++)
		if (lower(name.p[more + i]) != lower(base.p[i])) return false;
	return true;
}

static bool matches_dns(Span name, Span base, bool excluded) {
	if (length(name) && name.end[-1] == '.') name.end--;
	if (is_within(name, base)) return true;
	/* It may stand for a name that is excluded. */
	bool wildcard = length(name) > 2 && name.p[0] == '*' && name.p[1] == '.';
	return excluded && wildcard && is_within(base, (Span){name.p + 2, name.end});
}

static bool matches_ip(Span address, Span base) {
	size_t size = length(address);
	if (length(base) != 2 * size) return false;
	for (size_t i = 0; i < size; i++)
		if ((address.p[i] ^ base.p[i]) & base.p[size + i]) return false;
	return true;
}

static bool begins_with(Span name, Span base) {
	return length(base) <= length(name) && memcmp(name.p, base.p, length(base)) == 0;
}

static bool matches(int form, Span name, Span base, bool excluded) {
	switch (form) {
		case DNS_NAME: return matches_dns(name, base, excluded);
		case IP_ADDRESS: return matches_ip(name, base);
		/* One text can be written in many ways, so that another one is no proof of another name. */
		case DIRECTORY_NAME: return excluded || begins_with(name, base);
		default: return excluded;
	}
}

static bool is_valid_dns(Span base) {
	for (; base.p < base.end; base.p++) {
		char c = lower(*base.p);
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_'))
			return false;
	}
	return true;
}

/* A mask is ones and then zeros (RFC 4632). */
static bool is_valid_ip(Span base) {
	size_t size = length(base) / 2;
	if (length(base) != 8 && length(base) != 32) return false;
	bool zeros = false;
	for (size_t i = 0; i < size; i++)
		for (int bit = 0x80; bit; bit >>= 1) {
			bool one = base.p[size + i] & bit;
			if (one && zeros) return false;
			zeros = !one;
		}
	return true;
}

/* The base of a GeneralSubtree. One with a minimum or a maximum is not valid in a certificate. */
static bool read_subtree(Span subtree, int *form, Span *base) {
	if (!take(&subtree, form, base) || length(subtree)) return false;
	switch (*form) {
		case DNS_NAME: return is_valid_dns(*base);
		case IP_ADDRESS: return is_valid_ip(*base);
		case DIRECTORY_NAME: {
			Span inner = *base;
			return take_tag(&inner, SEQUENCE, base) && !length(inner);
		}
		default: return true;
	}
}

/* Reads all of `constraints`, so that what is malformed allows no name, and none of form 0. */
static bool allows(Span constraints, int form, Span name, unsigned *comparisons) {
	bool restricted = false, permitted = false;
	if (!length(constraints)) return false;
	while (length(constraints)) {
		int tag;
		Span subtrees;
		if (!take(&constraints, &tag, &subtrees) || (tag != PERMITTED && tag != EXCLUDED) || !length(subtrees))
			return false;
		while (length(subtrees)) {
			int base_form;
			Span subtree, base;
			if (++*comparisons > A16_COMPARISONS || !take_tag(&subtrees, SEQUENCE, &subtree) ||
				!read_subtree(subtree, &base_form, &base))
				return false;
			if (base_form != form) continue;
			bool match = matches(form, name, base, tag == EXCLUDED);
			if (tag == EXCLUDED && match) return false;
			if (tag == PERMITTED) {
				restricted = true;
				permitted |= match;
			}
		}
	}
	return !restricted || permitted;
}

/* The content of the extension; empty, which is not valid in it, if it is there twice or cannot be read. */
static bool find(const mbedtls_x509_crt *certificate, Span *constraints) {
	const mbedtls_x509_buf *raw = &certificate->v3_ext;
	bool found = false;
	Span extensions = {raw->p, raw->p ? raw->p + raw->len : NULL};
	if (!raw->p || !take_tag(&extensions, SEQUENCE, &extensions)) return false;
	while (length(extensions)) {
		int tag;
		Span extension, oid, value;
		if (!take_tag(&extensions, SEQUENCE, &extension)) return false;
		if (!take_tag(&extension, MBEDTLS_ASN1_OID, &oid) || length(oid) != 3 ||
			memcmp(oid.p, name_constraints, 3))
			continue;
		*constraints = (Span){NULL, NULL};
		if (found) return true;
		found = true;
		if (!take(&extension, &tag, &value)) return true;
		if (tag == MBEDTLS_ASN1_BOOLEAN && !take(&extension, &tag, &value)) return true;
		Span content;
		if (tag == MBEDTLS_ASN1_OCTET_STRING && take_tag(&value, SEQUENCE, &content) && !length(value))
			*constraints = content;
	}
	return found;
}

static Span span_of(const mbedtls_x509_buf *buffer) {
	return (Span){buffer->p, buffer->p + buffer->len};
}

bool a16_constraints_allow(const mbedtls_x509_crt *authority, const mbedtls_x509_crt *certificate, bool leaf,
	unsigned *comparisons) {
	Span constraints, subject = span_of(&certificate->subject_raw);
	if (!find(authority, &constraints)) return true;
	if (!allows(constraints, 0, subject, comparisons) || !take_tag(&subject, SEQUENCE, &subject)) return false;
	if (length(subject) && !allows(constraints, DIRECTORY_NAME, subject, comparisons)) return false;

	const mbedtls_x509_sequence *name = &certificate->subject_alt_names;
	/* It is what the library compares with the host where there is no other. */
	if (leaf && !name->buf.p)
		for (const mbedtls_x509_name *part = &certificate->subject; part; part = part->next)
			if (is_oid(&part->oid, common_name) &&
				!allows(constraints, DNS_NAME, span_of(&part->val), comparisons))
				return false;
	for (; name && name->buf.p; name = name->next) {
		Span value = span_of(&name->buf);
		Span inner = value;
		if (name->buf.tag == DIRECTORY_NAME && !take_tag(&inner, SEQUENCE, &value)) return false;
		if (!allows(constraints, name->buf.tag, value, comparisons)) return false;
	}
	return true;
}
