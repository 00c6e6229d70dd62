import type { Broker, SensorMessage } from "../../broker/broker";

/** A broker that only has what a test says in the place of sensors. */
export function sayingBroker() {
	let listener: (message: SensorMessage) => void = () => {};
	const broker = {
		listen: (heard: typeof listener) => {
			listener = heard;
			return () => {};
		},
	} as Broker;
	return { broker, say: (message: SensorMessage) => listener(message) };
}
