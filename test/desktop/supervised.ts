// npm start with another program in place of the repository, and another time for the trial: SOURCE MS [OPTIONS].
import { supervise } from "../../hosts/desktop/supervisor";
import { isNewer } from "../../modules/update/version";
import { VERSION } from "../../modules/version";

const [source = "", trialTime, ...args] = process.argv.slice(2);
supervise(args, { source: [source], version: VERSION, isNewer, trialTime: Number(trialTime) });
