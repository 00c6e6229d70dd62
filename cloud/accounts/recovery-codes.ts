import { RECOVERY_CODES } from "../limits";
import { digest } from "../secrets/tokens";
import type { Services } from "../services";

/** Crockford's base 32: without letters that look like digits. */
const LETTERS = "0123456789abcdefghjkmnpqrstvwxyz";
/** Of 5 bits each: 120 bits, which need no slow hash (OWASP ASVS 6.5.2). */
const LENGTH = 24;

/** New codes for an account, in place of those that it has, to be shown once. */
export async function makeRecoveryCodes({ database, random }: Services, account: string): Promise<string[]> {
	const codes = Array.from({ length: RECOVERY_CODES }, () =>
		[...random(LENGTH)].map((byte) => LETTERS[byte & 31]).join(""),
	);
	await database.transaction().execute(async (change) => {
		await change.deleteFrom("recovery_codes").where("account", "=", account).execute();
		await change
			.insertInto("recovery_codes")
			.values(codes.map((code) => ({ code: digestOf(account, code), account })))
			.execute();
	});
	return codes.map((code) => (code.match(/.{4}/g) ?? []).join("-"));
}

/** Whether the text is a code of this account. It is none any more then. */
export async function useRecoveryCode(
	{ database }: Services,
	account: string,
	text: string,
): Promise<boolean> {
	// As somebody copies it from paper.
	const code = text.toLowerCase().replace(/[\s-]/g, "").replaceAll("o", "0").replace(/[il]/g, "1");
	const { numDeletedRows } = await database
		.deleteFrom("recovery_codes")
		.where("code", "=", digestOf(account, code))
		.where("account", "=", account)
		.executeTakeFirst();
	return numDeletedRows > 0n;
}

/** How many are left. */
export async function countRecoveryCodes({ database }: Services, account: string): Promise<number> {
	const { count } = await database
		.selectFrom("recovery_codes")
		.select((row) => row.fn.countAll<number>().as("count"))
		.where("account", "=", account)
		.executeTakeFirstOrThrow();
	return Number(count);
}

const digestOf = (account: string, code: string) => digest(`${account} ${code}`);
