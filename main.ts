import { run } from "#host";
import { Device } from "./modules/device";

run((host) => new Device(host));
