import assert from "node:assert/strict";
import { test } from "node:test";
import { isHomeAddress, isHomeHost } from "../../../modules/net/home";

test("private, link-local and loopback addresses are home", () => {
	for (const address of [
		"10.0.0.1",
		"172.16.0.1",
		"172.31.255.255",
		"192.168.0.1",
		"169.254.1.1",
		"127.0.0.1",
		"::1",
		"fe80::1",
		"fe80::1%eth0",
		"febf::1",
		"fd12:3456::1",
		"fc00::",
		"::ffff:192.168.0.1",
		"0:0:0:0:0:ffff:10.1.2.3",
	])
		assert.equal(isHomeAddress(address), true, address);
});

test("all others are not", () => {
	for (const address of [
		"8.8.8.8",
		"172.15.0.1",
		"172.32.0.1",
		"192.169.0.1",
		"169.253.1.1",
		"11.0.0.1",
		"0.0.0.0",
		"010.0.0.1",
		"0x7f.0.0.1",
		"127.1",
		"2130706433",
		"192.168.1.1.",
		"::127.0.0.1",
		"::ffff:0:10.0.0.1",
		"64:ff9b::10.0.0.1",
		"::ffff:010.0.0.1",
		"10.0.0.256",
		"10.0.0",
		"::",
		"::2",
		"2001:db8::1",
		"fec0::1",
		"::ffff:8.8.8.8",
		"1::192.168.0.1",
		"fe80:::1",
		"1:2:3:4:5:6:7:8:9",
		"",
		"home",
	])
		assert.equal(isHomeAddress(address), false, address);
});

test("names of the home are those that no public server can have", () => {
	for (const host of [
		"nas.local",
		"nas.lan",
		"nas.home",
		"nas.home.arpa",
		"nas.internal",
		"nas.localdomain",
		"nas.fritz.box",
		"fritz.nas.local",
		"NAS.Local",
		"nas.local.",
		"localhost",
		"localhost.",
		"nas",
		"homeassistant",
		"192.168.1.1",
		"::1",
	])
		assert.equal(isHomeHost(host), true, host);
	for (const host of [
		"",
		".",
		".local",
		"example.org",
		"notlocal.example",
		"nas.xlocal",
		"nas.local.example.org",
		"nas.localx",
		"fritz.box.example.org",
		"nasfritz.box",
		"8.8.8.8",
		"2001:db8::1",
		"0x7f000001",
		"0X7F000001",
		"2130706433",
		"017700000001",
		"127.1",
		"127.0.0.1.",
		"0.0.0.0",
		"::ffff:8.8.8.8",
		"localhost.example.org",
		"[::1]",
	])
		assert.equal(isHomeHost(host), false, host);
});
