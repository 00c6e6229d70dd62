import { hash, verify } from "@node-rs/argon2";
import { dictionary } from "@zxcvbn-ts/language-common";
import { HASHES, PASSWORD } from "../limits";
import { Refusal } from "../refusal";

/** Argon2id with what OWASP's Password Storage Cheat Sheet recommends: 19 MiB, two passes. */
const ARGON2 = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

const COMMON = new Set(dictionary["passwords-common"]);

/** Of no password: what is compared with where there is no account, so that it takes as long. */
const NOBODY =
	"$argon2id$v=19$m=19456,t=2,p=1$wX9/BRvkWM+DhTm2YSNK+g$UOhWyoJODEMA0jDZl7CiMLnkfej44mGWd3SRP8YG6oo";

let running = 0;

/** Throws a Refusal for what is no good password for an account of this name. */
export function judgePassword(password: string, name: string): void {
	if ([...password].length < PASSWORD.least)
		throw new Refusal(400, `A password has ${PASSWORD.least} characters at least.`);
	if (password.length > PASSWORD.most)
		throw new Refusal(400, `A password has ${PASSWORD.most} characters at most.`);
	const plain = password.toLowerCase();
	if (COMMON.has(plain) || plain === name || plain === "ambient16")
		throw new Refusal(400, "This password is one of the first that somebody would try. Choose another.");
}

/** The hash of a password, in the PHC string format. */
export function hashPassword(password: string): Promise<string> {
	return bounded(() => hash(password, ARGON2));
}

/** Whether it is the password. Takes as long if there is no hash to compare with. */
export async function checkPassword(password: string, stored: string | undefined): Promise<boolean> {
	if (password.length > PASSWORD.most) return false;
	const isRight = await bounded(() => verify(stored ?? NOBODY, password));
	return isRight && stored !== undefined;
}

async function bounded<T>(task: () => Promise<T>): Promise<T> {
	if (running >= HASHES) throw new Refusal(503, "Too many people sign in at the moment. Try again soon.");
	running++;
	try {
		return await task();
	} finally {
		running--;
	}
}
