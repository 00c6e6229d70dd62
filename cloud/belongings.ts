import type { Belonging } from "./accounts/belonging";
import { belonging as sensors } from "./sensors/belonging";
import { belonging as services } from "./services/belonging";

/** All that is exported and deleted with an account. */
export const BELONGINGS: Belonging[] = [sensors, services];
