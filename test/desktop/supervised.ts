// npm start with another program in place of the repository, and another time for the trial: SOURCE MS [OPTIONS].
import { supervise } from "../../hosts/desktop/supervisor";

const [source = "", trialTime, ...args] = process.argv.slice(2);
supervise(args, { source: [source], trialTime: Number(trialTime) });
