import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Wire } from "../conformance/wire";
import { Bench, type Measure, type Scope } from "./bench";
import { HEAP } from "./heap";
import { GET, pairedOwner, post, type BenchOwner, UDID } from "./owner";

/** What was measured, in numbers that do not depend on the speed of the machine. */
export interface Figure {
	name: string;
	value: number;
	unit: string;
	/** The most that is allowed. */
	budget: number;
}

const MOST_CONNECTIONS = 4;

/** Requests between which nothing may grow. */
const MANY = 20_000;

async function open(owner: BenchOwner, count: number): Promise<Wire[]> {
	const wires: Wire[] = [];
	for (let i = 0; i < count; i++) wires.push(await owner.open());
	return wires;
}

async function repeat(wire: Wire, count: number, next: () => string): Promise<void> {
	for (let i = 0; i < count; i++) {
		const { status, text } = await wire.send(next()).response();
		assert.equal(status, 200, text);
	}
}
