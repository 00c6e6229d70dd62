import type { Services } from "../services";
import type { Account } from "./who";

/** What an account has beside itself, of one part of the server. */
export interface Belonging {
	/** Its name in the exported file. */
	name: string;
	/** For the exported file, as JSON; without what is good for nothing elsewhere, such as digests. */
	describe(services: Services, account: Account): Promise<unknown>;
	/** Erases what does not go with the row of the account. */
	erase?(services: Services, account: Account): Promise<void>;
}
