import { Device } from "../../modules/device";
import { FakeBroker } from "./cloud";
import { FakeHost } from "./host";
import { FakeOwner } from "./owner";

/** A device with an owner, who has set a broker, and which that broker has accepted. */
export function behindBroker() {
	const host = new FakeHost();
	const broker = new FakeBroker();
	Object.assign(host.network, { connect: broker.connect });
	const device = new Device(host);
	host.advance(1);
	const owner = new FakeOwner(host);
	owner.pair();
	host.advance(1);
	owner.command({ setHttps: { enabled: true } });
	host.advance(1);
	owner.command({ setMqtt: { url: "mqtts://broker.example.org" } }, "https");
	owner.command({ setHttps: { enabled: false } }, "https");
	host.advance(1);
	broker.accept();
	return { host, broker, device, owner };
}
