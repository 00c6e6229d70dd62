import assert from "node:assert/strict";
import type { Group } from "../rule";

const MANY = 64;

export const connections: Group = {
	name: "connections",
	rules: [
		{
			name: `${MANY} connections that send half a request and then nothing do not keep others out`,
			async run(t) {
				const wires = [];
				for (let i = 0; i < MANY; i++)
					wires.push((await t.open()).send("POST / HTTP/1.1\r\nHost: a\r\nContent-Len"));
				for (let i = 0; i < 3; i++) assert.equal((await t.send({ method: "GET" })).status, 200);
				t.subject.capacity = MANY - wires.filter((wire) => wire.isOver).length + 1;
				// One that closes waits for an answer still, as far as the device can tell, and takes the room of others.
				for (const wire of wires) wire.vanish();
			},
		},
	],
};
