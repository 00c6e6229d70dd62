import { ACCOUNTS, NAME } from "../limits";
import { Refusal } from "../refusal";
import { createId } from "../secrets/tokens";
import type { Services } from "../services";
import { hashPassword, judgePassword } from "./passwords";
import { makeUuid } from "./uuid";
import type { Account } from "./who";

/** The name as it is kept and compared. Throws a Refusal for what is none. */
export function readName(text: string): string {
	const name = text.normalize("NFKC").trim().toLowerCase();
	if (name === "" || name.length > NAME) throw new Refusal(400, `A name has 1 to ${NAME} characters.`);
	if (/\p{C}/u.test(name)) throw new Refusal(400, "A name has no control characters.");
	return name;
}

/** Makes an account with a UUID of its own. Throws a Refusal if the name is taken, or the password no good. */
export async function createAccount(services: Services, text: string, password: string): Promise<Account> {
	const { database, clock, random } = services;
	const name = readName(text);
	judgePassword(password, name);
	const { count } = await database
		.selectFrom("accounts")
		.select((row) => row.fn.countAll<number>().as("count"))
		.executeTakeFirstOrThrow();
	if (Number(count) >= ACCOUNTS) throw new Refusal(403, "This server takes no more accounts.");
	const id = createId(random);
	const { numInsertedOrUpdatedRows } = await database
		.insertInto("accounts")
		.values({
			id,
			name,
			password: await hashPassword(password),
			uuid: makeUuid(services, id),
			created: clock(),
		})
		.onConflict((conflict) => conflict.column("name").doNothing())
		.executeTakeFirst();
	if (numInsertedOrUpdatedRows !== 1n) throw new Refusal(409, "This name is taken. Choose another.");
	return { id, name };
}

/** The account of this name, with the hash of its password. */
export function findAccount({ database }: Services, name: string) {
	return database
		.selectFrom("accounts")
		.select(["id", "name", "password"])
		.where("name", "=", name)
		.executeTakeFirst();
}

/** Gives an account another password. Throws a Refusal if it is no good. */
export async function setPassword(
	{ database }: Services,
	{ id, name }: Account,
	password: string,
): Promise<void> {
	judgePassword(password, name);
	const hashed = await hashPassword(password);
	await database.updateTable("accounts").set({ password: hashed }).where("id", "=", id).execute();
}
