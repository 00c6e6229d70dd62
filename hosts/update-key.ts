/**
 * The public half of the key that updates are signed with: SubjectPublicKeyInfo of a P-256 key, DER in base64.
 * `npm run keygen` writes it. Empty: this firmware takes no updates.
 */
export const UPDATE_KEY = "";
