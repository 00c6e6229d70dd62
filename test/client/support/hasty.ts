import { Sensor } from "../../../client/node";
import { type Desk, type Scope, startDesk, temporaryFolder } from "../../support/desk";

/** A paired device whose token is new every two seconds. */
export async function startHasty(scope: Scope): Promise<{ desk: Desk; uuid: string }> {
	const data = temporaryFolder(scope);
	const slow = await startDesk(scope, { data });
	const uuid = await new Sensor(slow.http).pair({ httpsUrl: slow.https });
	await slow.stop();
	return { uuid, desk: await startDesk(scope, { data, args: ["--clock-rate", "1800"] }) };
}
