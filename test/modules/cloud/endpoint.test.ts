import assert from "node:assert/strict";
import { test } from "node:test";
import { isHomeAddress, isHomeHost, parseEndpoint } from "../../../modules/cloud/endpoint";

const HTTP = { http: 80, https: 443 };

test("a URL is read into its parts", () => {
	assert.deepEqual(parseEndpoint("https://Influx.Example.org:8086/api", HTTP), {
		secure: true,
		host: "influx.example.org",
		port: 8086,
		path: "/api",
	});
	assert.deepEqual(parseEndpoint("http://192.168.1.5", HTTP), {
		secure: false,
		host: "192.168.1.5",
		port: 80,
		path: "",
	});
	assert.deepEqual(parseEndpoint("https://[fd00::5]/", HTTP), {
		secure: true,
		host: "fd00::5",
		port: 443,
		path: "/",
	});
});

test("anything else is not taken", () => {
	for (const url of [
		"",
		"influx.example.org",
		"ftp://influx.example.org",
		"mqtt://broker.example.org",
		"__proto__://host",
		"https://",
		"https://user:password@influx.example.org",
		"https://influx.example.org:0",
		"https://influx.example.org:65536",
		"https://influx.example.org:8086a",
		"https://influx.example.org/?db=x",
		"https://influx.example.org/#x",
		"https://influx example.org",
		"https://influx.example.org/a b",
		"https://influx.example.org/a?",
		"https://influx.example.org/ä",
		"https://influx.example.org/\0",
		"https://influx.example.org/\x7f",
		"https://influx.example.org\\@home.lan",
		"https://home.lan@influx.example.org",
		"https://influx.example.org/\r\nX: y",
		"https://[::1",
		"https://[zz::1]",
		"https://fd00::5/",
		"https://exämple.org",
	])
		assert.equal(parseEndpoint(url, HTTP), undefined, url);
});

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
		"nas.home.arpa",
		"nas.local.",
		"localhost",
		"192.168.1.1",
		"::1",
	])
		assert.equal(isHomeHost(host), true, host);
	for (const host of [
		"example.org",
		"local",
		"notlocal",
		"nas.local.example.org",
		"nas.localx",
		"8.8.8.8",
		"2001:db8::1",
		"nas",
		"0x7f000001",
		"2130706433",
		"017700000001",
		"127.1",
		"127.0.0.1.",
		"0.0.0.0",
		"::ffff:8.8.8.8",
		"localhost.example.org",
	])
		assert.equal(isHomeHost(host), false, host);
});
