import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Console, type Ready, StartingConsole } from "../../../hosts/desktop/console";
import { jsonConsole } from "../../../hosts/desktop/json";
import { describe as describeError } from "../../../hosts/desktop/problem";
import { describeEvent, describeReady, LightChanges, printable } from "../../../hosts/desktop/readable";
import { TerminalConsole } from "../../../hosts/desktop/terminal";
import type { DeviceEvent } from "../../../hosts/host";

const ready: Ready = {
	httpPort: 8080,
	httpsPort: 8443,
	udid: "10000fb38278",
	version: "0.2.0",
	paired: false,
	data: "/home/me/data",
	address: "192.0.2.16",
};
const led = (color: string, effect: string): DeviceEvent & { event: "led" } => {
	const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
	return { event: "led", red: red!, green: green!, blue: blue!, effect };
};
const blue = led("#0000ff", "blink");
const dark = led("#000000", "blink");

function makeTerminal(live: boolean) {
	let output = "";
	const write = (text: string) => {
		output += text;
	};
	const console = new TerminalConsole({ write, live, keys: live, columns: () => 40, hour: () => "14:03:12" });
	return {
		console,
		take() {
			const taken = output;
			output = "";
			return taken;
		},
	};
}

describe("JSON", () => {
	test("ready has exactly its keys, in their order", () => {
		let output = "";
		jsonConsole((text) => {
			output += text;
		}).ready(ready);
		assert.equal(
			output,
			'{"event":"ready","http":"http://127.0.0.1:8080","https":"https://127.0.0.1:8443","udid":"10000fb38278","paired":false}\n',
		);
	});

	test("every event is a line", () => {
		let output = "";
		const console = jsonConsole((text) => {
			output += text;
		});
		const events: DeviceEvent[] = [blue, dark, { event: "problem", message: "a\nb" }, { event: "reset" }];
		for (const event of events) console.event(event);
		const lines = output.trimEnd().split("\n");
		assert.deepEqual(
			lines.map((line) => JSON.parse(line)),
			events,
		);
	});
});

describe("readable lines", () => {
	test("tell every kind of event", () => {
		const request = {
			event: "request",
			secure: true,
			address: "192.0.2.1",
			method: "POST",
			path: "/",
			status: 200,
			commands: ["setColor", "getData"],
		} as const;
		const lines: [DeviceEvent, string | undefined][] = [
			[{ event: "mode", mode: "http" }, "mode     plain HTTP"],
			[{ event: "mode", mode: "https" }, "mode     HTTPS, plain HTTP is closed"],
			[{ event: "pairing", open: true }, "pairing  open"],
			[{ event: "token", token: "uulroqkt" }, "token    uulroqkt"],
			[{ event: "paired", paired: true }, "paired   yes"],
			[{ event: "motion", motion: "left-to-right" }, "motion   left to right"],
			[
				{ ...request, commands: [...request.commands] },
				"request  200 POST / setColor getData (HTTPS, 192.0.2.1)",
			],
			[{ event: "problem", message: "port 8080 is in use" }, "problem  port 8080 is in use"],
			[{ event: "update", state: "checking" }, "update   checking"],
			[
				{ event: "update", state: "downloading", version: "9.1.0", percent: 40, bytes: 400 },
				"update   downloading 9.1.0 40 %",
			],
			[{ event: "update", state: "downloading", version: "9.1.0", percent: 41, bytes: 410 }, undefined],
			[{ event: "update", state: "confirmed", version: "9.1.0" }, "update   confirmed 9.1.0"],
			[
				{ event: "update", state: "failed", error: "no answer in time" },
				"update   failed: no answer in time",
			],
			[{ event: "window", time: 0, readings: {} }, undefined],
		];
		for (const [event, line] of lines) assert.equal(describeEvent(event), line);
	});

	test("nothing that somebody sent can write on the terminal, or over the line's end", () => {
		assert.equal(printable("/\x1b[2J\r\n\u009b\u202e"), "/?[2J????");
		assert.equal(printable("x".repeat(500)).length, 120);
	});

	test("ready tells where, who, whether paired and how to pair", () => {
		const text = describeReady(ready, true);
		for (const part of [
			"http://localhost:8080/",
			"http://192.0.2.16:8080/",
			"https://localhost:8443/",
			"10000fb38278, not paired",
			"/home/me/data",
			"npm run --silent ambient16 -- pair\n",
			"b press",
		])
			assert.ok(text.includes(part), part);
	});

	test("ready tells which version runs, and where that comes from", () => {
		const told = (slot?: Ready["slot"]) =>
			/^ {2}runs {3}(.*)$/m.exec(describeReady({ ...ready, ...(slot && { slot }) }, false))?.[1];
		assert.deepEqual(
			[told(), told("source"), told("b")],
			["version 0.2.0", "version 0.2.0, as it is here", "version 0.2.0, the update in slot b"],
		);
	});

	test("on other ports than the usual ones the command to pair names them", () => {
		const text = describeReady({ ...ready, httpPort: 1, httpsPort: 2 }, false);
		assert.ok(text.includes("ambient16 -- pair --url http://localhost:1 --https https://localhost:2\n"));
	});

	test("ready of a paired device says nothing of pairing, and without keys nothing of keys", () => {
		const text = describeReady({ ...ready, paired: true, address: "fd00::1" }, false);
		assert.ok(text.includes("10000fb38278, paired") && text.includes("http://[fd00::1]:8080/"));
		assert.ok(!text.includes('"pair"') && !text.includes("press"));
	});
});

describe("the light in lines", () => {
	const lines = (...events: (DeviceEvent & { event: "led" })[]) => {
		const changes = new LightChanges();
		return events.map((event) => changes.describe(event)).filter((line) => line !== undefined);
	};

	test("a blink is one line, however often it comes and goes", () => {
		const off = led("#000000", "off");
		assert.deepEqual(lines(blue, dark, blue, dark, blue, off, off), ["#0000ff blink", "off"]);
	});

	test("another color is another line", () => {
		assert.deepEqual(lines(blue, dark, led("#ff0000", "blink"), dark), ["#0000ff blink", "#ff0000 blink"]);
	});

	test("an effect that begins dark is told when it is lit", () => {
		assert.deepEqual(lines(dark, dark, blue), ["#0000ff blink"]);
	});

	test("a signal over the owner's color, and the color again", () => {
		const reset = led("#ff0000", "reset");
		assert.deepEqual(lines(blue, reset, led("#000000", "reset"), reset, dark, blue), [
			"#0000ff blink",
			"#ff0000 reset",
			"#0000ff blink",
		]);
	});

	test("the same order after the light was off is told again", () => {
		assert.deepEqual(lines(blue, led("#000000", "off"), blue), ["#0000ff blink", "off", "#0000ff blink"]);
	});
});

describe("the terminal", () => {
	test("that is none gets lines without any control code", () => {
		const { console, take } = makeTerminal(false);
		console.ready(ready);
		for (const event of [blue, dark, blue]) console.event(event);
		console.glow(0, 0, 255);
		console.event({ event: "window", time: 0, readings: { temperature: 21 } });
		console.close();
		const output = take();
		// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
		assert.doesNotMatch(output, /[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
		assert.match(output, /\n14:03:12 {2}light {4}#0000ff blink\n$/);
	});

	test("that is live gets the color as a patch of 24 bits", () => {
		const { console, take } = makeTerminal(true);
		console.event(blue);
		assert.ok(take().includes("light    \x1b[48;2;0;0;255m    \x1b[0m #0000ff blink\n"));
	});

	test("that is live has a last line that is painted over, not repeated", (t) => {
		t.mock.timers.enable({ apis: ["setTimeout"] });
		const { console, take } = makeTerminal(true);
		console.ready(ready);
		take();
		console.event({ event: "window", time: 0, readings: { temperature: 21.5, co2: 600 } });
		for (let i = 0; i < 10; i++) console.glow(0, 0, i);
		assert.equal(take(), "");
		t.mock.timers.tick(1_000);
		const output = take();
		assert.ok(!output.includes("\n"));
		assert.equal(output.split("\r").length, 2, "painted once");
		assert.ok(output.includes("\x1b[48;2;0;0;9m") && output.includes("21.5 °C, 600 ppm"));
		console.event({ event: "reset" });
		const [line, last] = take().split("\n");
		assert.ok(line!.startsWith("\r\x1b[2K14:03:12  reset"));
		assert.ok(last!.startsWith("\x1b[48;2;0;0;9m"));
		console.close();
	});

	test("the last line is shorter than the terminal is wide", () => {
		const { console, take } = makeTerminal(true);
		console.ready(ready);
		const readings = { temperature: 21.55, humidity: 45.1, pressure: 101_325, illuminance: 140.4, co2: 600 };
		console.event({ event: "window", time: 0, readings });
		console.event({ event: "reset" });
		const last = take().split("\n").at(-1)!;
		// biome-ignore lint/suspicious/noControlCharactersInRegex: they take no room.
		assert.ok(last.replace(/\x1b\[[0-9;]*[mK]|\r/g, "").length < 40);
		console.close();
	});

	test("is clean at the end", () => {
		const { console, take } = makeTerminal(true);
		console.ready(ready);
		take();
		console.close();
		assert.equal(take(), "\r\x1b[2K");
	});
});

describe("a starting device", () => {
	function makeStarting() {
		const said: string[] = [];
		const console: Console = {
			ready: ({ paired, version }) => said.push(`ready ${paired} ${version}`),
			event: ({ event }) => said.push(event),
			glow() {},
			close() {},
		};
		return { said, starting: new StartingConsole(console) };
	}

	test("says ready first, with what it has said of its owner and its version", () => {
		const { said, starting } = makeStarting();
		starting.event({ event: "start", version: "0.2.0", reset: "power" });
		starting.event({ event: "paired", paired: true });
		starting.event({ event: "token", token: "uulroqkt" });
		assert.deepEqual(said, []);
		starting.ready(ready);
		starting.event({ event: "reset" });
		assert.deepEqual(said, ["ready true 0.2.0", "start", "paired", "token", "reset"]);
	});

	test("is ready once", () => {
		const { said, starting } = makeStarting();
		starting.ready(ready);
		starting.ready(ready);
		assert.deepEqual(said, ["ready false "]);
	});

	test("that has a problem says all that it has to say, and is ready later", () => {
		const { said, starting } = makeStarting();
		starting.event({ event: "paired", paired: false });
		starting.event({ event: "problem", message: "port 8080 is in use" });
		starting.event({ event: "reset" });
		starting.ready(ready);
		assert.deepEqual(said, ["paired", "problem", "reset", "ready false "]);
	});
});

describe("what is said of an exception", () => {
	test("is not its message, which may quote what was sent: JSON.parse does", () => {
		try {
			JSON.parse('{"uuid":"01234567-89ab-4def-8123-456789abcdef"');
		} catch (error) {
			assert.match(String(error), /JSON/);
			const said = describeError(error);
			assert.match(said, /^SyntaxError at /);
			assert.ok(!said.includes("0123"));
		}
	});

	test("of the system is its message", () => {
		const error = Object.assign(new Error("ENOSPC: no space left on device"), { errno: -28, code: "ENOSPC" });
		assert.equal(describeError(error), "ENOSPC: no space left on device");
	});

	test("that is not even an Error is said too", () => {
		assert.equal(typeof describeError("01234567-89ab-4def-8123-456789abcdef"), "string");
		assert.ok(!describeError("0123").includes("0123"));
	});
});
