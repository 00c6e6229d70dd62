import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import { Device } from "../../../modules/device";
import { FakeHost } from "../../fakes/host";
import { FakeOwner, parse, UUID } from "../../fakes/owner";

const HOME = { ssid: "home", password: "correct horse" };
const WRONG = { ssid: "home", password: "wrong horse" };
const MINUTE = 60_000;

let running: Device[] = [];

function start(host = new FakeHost()) {
	host.wifi?.add(HOME.ssid, HOME.password);
	const device = new Device(host);
	running.push(device);
	host.advance(1_000);
	return { host, owner: new FakeOwner(host), device };
}

/** A device with an owner, at home. */
function atHome() {
	const it = start();
	it.owner.pair("https", { uuid: UUID, wifi: HOME });
	it.host.advance(2 * MINUTE);
	assert.equal(it.host.wifi.accessPoint, false);
	return it;
}

/** What a request that is answered later gets. */
function later({ owner, host }: ReturnType<typeof start>, commands: object, signed = false) {
	const message = JSON.stringify({ udid: host.udid, ...commands });
	const peer = signed
		? owner.openSigned(commands, "https")
		: host.network
				.visit("https", owner.address)
				.send(`POST / HTTP/1.1\r\nHost: sensor\r\nContent-Length: ${message.length}\r\n\r\n${message}`);
	host.advance(3_000);
	return parse(peer);
}

afterEach(() => {
	for (const device of running) device.close();
	running = [];
});

describe("setting up", () => {
	test("GET / tells how the joining goes, and where the device is then, as long as the access point is open", () => {
		const { host, owner } = start();
		assert.equal(owner.get().body.wifi, undefined);
		owner.pair("https", { uuid: UUID, wifi: HOME });
		assert.equal(owner.get().body.wifi, "joining");
		host.advance(5_000);
		const { wifi, address } = owner.get().body;
		assert.deepEqual([wifi, address], ["joined", "192.0.2.16"]);
		host.advance(MINUTE);
		assert.equal(host.wifi.accessPoint, false);
		assert.deepEqual([owner.get().body.wifi, owner.get().body.address], [undefined, undefined]);
		assert.equal(host.network.isOpen("https"), false);
	});

	test("after a wrong password the owner tries another one over HTTPS, signed", () => {
		const { host, owner } = start();
		owner.pair("https", { uuid: UUID, wifi: WRONG });
		host.advance(5_000);
		assert.equal(owner.get().body.wifi, "wrong-password");
		assert.equal(host.wifi.accessPoint, true);
		const answer = owner.signed({ setWifi: HOME }, "https");
		assert.deepEqual(answer.body.setWifi, { ssid: "home", state: "joining" });
		// What the one before led to is not what this one does.
		assert.equal(owner.get().body.wifi, "joining");
		host.advance(6_000);
		assert.equal(owner.get().body.wifi, "joined");
	});

	test("an MD5 secret, which others can have heard on plain HTTP, does nothing over its HTTPS", () => {
		const { host, owner } = start();
		owner.pair("https", { uuid: UUID, wifi: WRONG });
		host.advance(5_000);
		for (const command of [
			{ setWifi: HOME },
			{ factoryReset: {} },
			{ getSettings: {} },
			{ setColor: { color: "red" } },
		])
			assert.equal(owner.command(command, "https").body.code, "https-not-begun");
	});

	test("there nobody but the owner is answered", () => {
		const it = start();
		it.owner.pair("https", { uuid: UUID, wifi: WRONG });
		it.host.advance(5_000);
		assert.equal(it.owner.post({ udid: it.host.udid, setWifi: HOME }, "https").status, 409);
		assert.equal(later(it, { scanWifi: {} }).status, 409);
		const stranger = new FakeOwner(it.host);
		stranger.uuid = "fedcba98-7654-4210-8fed-cba987654321";
		assert.equal(stranger.signed({ setWifi: HOME }, "https").status, 401);
		assert.equal(stranger.signed({ scanWifi: {} }, "https").status, 401);
		assert.equal(later(it, { scanWifi: {} }, true).status, 200);
	});

	test("a device with an owner is let into another network by a press of its button", () => {
		const { host, owner } = atHome();
		host.wifi.air.clear();
		host.wifi.add("new", "battery staple");
		host.wifi.lose();
		host.hold(200);
		assert.equal(host.wifi.accessPoint, true);
		owner.signed({ setWifi: { ssid: "new", password: "battery staple" } }, "https");
		host.advance(10_000);
		assert.equal(host.wifi.joined, "new");
		host.advance(2 * MINUTE);
		assert.equal(host.network.isOpen("https"), false);
	});
});

describe("scanWifi", () => {
	test("while the device can be paired everybody may know which networks there are", () => {
		const it = start();
		const { status, body } = later(it, { scanWifi: {} });
		assert.equal(status, 200);
		assert.deepEqual(body.scanWifi, { networks: [{ ssid: "home", rssi: -50, secure: true }] });
	});

	test("over plain HTTP, beside another command, or when pairing has closed it is refused", () => {
		const it = start();
		const scan = { udid: it.host.udid, scanWifi: {} };
		assert.equal(it.owner.post(scan, "http").body.code, "https-only");
		assert.equal(it.owner.post({ ...scan, pair: { uuid: UUID } }, "https").body.code, "pair-alone");
		assert.equal(it.owner.post({ ...scan, getData: {} }, "https").body.code, "not-paired");
		const peer = it.host.network.visit("https", it.owner.address);
		it.host.advance(10 * MINUTE);
		const text = JSON.stringify(scan);
		peer.send(`POST / HTTP/1.1\r\nHost: sensor\r\nContent-Length: ${text.length}\r\n\r\n${text}`);
		assert.ok(!peer.text.includes("networks"));
	});

	test("a radio that cannot look is told, and nothing waits for ever", () => {
		const it = start();
		it.host.wifi.deaf = true;
		const text = JSON.stringify({ udid: it.host.udid, scanWifi: {} });
		const peer = it.host.network
			.visit("https", it.owner.address)
			.send(`POST / HTTP/1.1\r\nHost: sensor\r\nContent-Length: ${text.length}\r\n\r\n${text}`);
		it.host.advance(20_000);
		assert.deepEqual([parse(peer).status, parse(peer).body.code], [503, "wifi-busy"]);
	});
});

describe("setWifi", () => {
	test("is kept because it gave an address, and getSettings tells what was tried", () => {
		const { host, owner } = atHome();
		host.wifi.add("new", "battery staple");
		owner.command({ setHttps: { enabled: true } });
		host.advance(1_000);
		const wanted = { setWifi: { ssid: "new", password: "battery staple" } };
		assert.equal(owner.command(wanted, "https").status, 200);
		assert.equal(owner.command(wanted, "https").body.code, "wifi-busy");
		host.advance(10_000);
		const { wifi } = owner.command({ getSettings: {} }, "https").body.getSettings;
		assert.deepEqual(wifi, { ssid: "new", tried: { ssid: "new", state: "joined" } });
	});

	test("one that does not work leaves the network before, also over a restart", () => {
		const { host, owner, device } = atHome();
		owner.command({ setHttps: { enabled: true } });
		host.advance(1_000);
		owner.command({ setWifi: WRONG }, "https");
		host.advance(20_000);
		const { wifi } = owner.command({ getSettings: {} }, "https").body.getSettings;
		assert.deepEqual(wifi, { ssid: "home", tried: { ssid: "home", state: "wrong-password" } });
		device.close();
		start(host);
		host.advance(10_000);
		assert.equal(host.wifi.joined, "home");
	});

	test("over plain HTTP, without a password, or where there is no Wi-Fi it is refused", () => {
		const { host, owner } = atHome();
		assert.equal(owner.signed({ setWifi: HOME }).body.code, "https-only");
		owner.command({ setHttps: { enabled: true } });
		host.advance(1_000);
		assert.equal(owner.command({ setWifi: { ssid: "home" } }, "https").body.code, "invalid-field");
		const desk = new FakeHost();
		Object.assign(desk, { wifi: undefined });
		const other = start(desk);
		assert.equal(other.owner.post({ udid: desk.udid, scanWifi: {} }, "https").body.code, "no-wifi");
	});
});
