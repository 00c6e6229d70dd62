import type { Migration } from "kysely";
import * as accounts from "./0001-accounts";
import * as sensors from "./0002-sensors";
import * as services from "./0004-services";

/** In the order of their names. One that was released is never changed. */
export const migrations: Record<string, Migration> = {
	"0001-accounts": accounts,
	"0002-sensors": sensors,
	"0004-services": services,
};
