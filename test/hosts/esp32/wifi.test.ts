import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ChipWifi } from "../../../hosts/esp32/wifi";
import type { WifiEvent } from "../../../hosts/host";

const HOME = { ssid: "home", password: "secret secret" };

class Scene {
	/** What the radio was told. */
	readonly calls: string[] = [];
	/** What the rest of the chip was told. */
	readonly told: string[] = [];
	readonly events: WifiEvent[] = [];
	broken = false;
	emit!: (event: WifiEvent) => void;
	readonly wifi = new ChipWifi({
		name: "Ambient16-10000fb38278",
		address: "192.168.4.1",
		radio: (onEvent) => {
			this.emit = onEvent;
			const call = (text: string) => {
				if (this.broken) throw new Error("no radio");
				this.calls.push(text);
			};
			return {
				connect: ({ ssid }) => call(`connect ${ssid}`),
				disconnect: () => call("disconnect"),
				openAccessPoint: (ssid) => call(`open ${ssid}`),
				closeAccessPoint: () => call("close"),
				link: () => ({ ssid: "home", rssi: -50, channel: 6 }),
				scan: (done) => done([{ ssid: "home", rssi: -50, secure: true }]),
			};
		},
		dns: { open: () => this.told.push("dns"), close: () => this.told.push("no dns") },
		onOnline: (joined) => this.told.push(joined ? "joined" : "access point"),
		onOffline: () => this.told.push("offline"),
	});

	constructor() {
		this.wifi.onEvent = (event) => this.events.push(event);
	}
}

describe("ChipWifi", () => {
	test("the device and the rest of the chip hear that it has joined, and that it has lost the network", () => {
		const scene = new Scene();
		scene.wifi.connect(HOME);
		for (const event of ["associated", "joined", "lost"] as const) scene.emit(event);
		assert.deepEqual(scene.events, ["associated", "joined", "lost"]);
		assert.deepEqual(scene.told, ["joined", "offline"]);
		assert.deepEqual(scene.calls, ["connect home"]);
	});

	test("the network that it is in is told while it is in one", () => {
		const scene = new Scene();
		scene.wifi.connect(HOME);
		scene.emit("associated");
		assert.equal(scene.wifi.link(), undefined);
		scene.emit("joined");
		assert.deepEqual(scene.wifi.link(), { ssid: "home", rssi: -50, channel: 6 });
		scene.emit("lost");
		assert.equal(scene.wifi.link(), undefined);
	});

	test("an access point has the device's name, and names are answered there", () => {
		const scene = new Scene();
		scene.wifi.setAccessPoint(true);
		scene.wifi.setAccessPoint(false);
		assert.deepEqual(scene.calls, ["open Ambient16-10000fb38278", "close"]);
		assert.deepEqual(scene.told, ["dns", "access point", "no dns", "offline"]);
	});

	test("with the access point beside, the end of the one is not the end of the other", () => {
		const scene = new Scene();
		scene.wifi.setAccessPoint(true);
		scene.emit("joined");
		scene.emit("lost");
		scene.emit("joined");
		scene.wifi.setAccessPoint(false);
		scene.wifi.disconnect();
		assert.deepEqual(scene.told, [
			"dns",
			"access point",
			"joined",
			"access point",
			"joined",
			"no dns",
			"joined",
			"offline",
		]);
	});

	test("a new address in the same network is told", () => {
		const scene = new Scene();
		scene.emit("joined");
		scene.emit("joined");
		assert.deepEqual(scene.told, ["joined", "joined"]);
	});

	test("what is told late of an attempt that came to nothing is no end of anything", () => {
		const scene = new Scene();
		for (const event of ["lost", "wrong-password", "not-found", "lost"] as const) scene.emit(event);
		assert.deepEqual(scene.told, []);
	});

	test("an access point that does not open is none", () => {
		const scene = new Scene();
		scene.broken = true;
		assert.throws(() => scene.wifi.setAccessPoint(true));
		assert.deepEqual(scene.told, []);
	});
});
