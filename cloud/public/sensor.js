import uPlot from "/assets/uplot.js";
import { isNewer, listen } from "./live.js";
import { ago, format, keepUp } from "./time.js";

/** @typedef {{ time: number[], mean: number[], min: number[], max: number[] }} Columns */

const HEIGHT = 150;
/** ms between two looks at what is new, at least: samples are of a minute or longer. */
const LEAST = 60_000;
/** s; a span that is longer shows how far values went within each sample. */
const DAY = 86_400;

const place = /** @type {HTMLElement} */ (document.querySelector("#plots"));
const { sensor = "", span = "day" } = place.dataset;
const step = Number(place.dataset.step);
const length = Number(place.dataset.to) - Number(place.dataset.from);
const isLive = place.dataset.live !== undefined;

/** Marks of the time axis, and the words for one time under the cursor. */
const [mark, moment] =
	/** @type {Record<string, [Intl.DateTimeFormatOptions, Intl.DateTimeFormatOptions]>} */ ({
		day: [
			{ hour: "2-digit", minute: "2-digit" },
			{ weekday: "short", hour: "2-digit", minute: "2-digit" },
		],
		week: [
			{ weekday: "short", day: "numeric" },
			{ weekday: "short", hour: "2-digit", minute: "2-digit" },
		],
		year: [{ month: "short" }, { weekday: "short", day: "numeric", month: "short", year: "numeric" }],
	})[span].map(format);
const day = format({ day: "numeric", month: "short", year: "numeric" });

/** The time that is shown: seconds. */
function times() {
	const to = isLive ? Math.floor(Date.now() / 1000) : Number(place.dataset.to);
	return { from: to - length, to };
}

const color = (/** @type {Element} */ element, /** @type {string} */ name) =>
	getComputedStyle(element).getPropertyValue(name);

class Plot {
	/** @type {HTMLElement} */
	figure;
	#digits;
	#divisor;
	#hasBand;
	#value;
	#range;
	#plot;
	/** What is said while no time is pointed at. */
	#summary = "";
	#latest = "–";

	/** @param {HTMLElement} figure */
	constructor(figure) {
		this.figure = figure;
		this.#digits = Number(figure.dataset.decimals);
		this.#divisor = Number(figure.dataset.divisor);
		this.#value = /** @type {HTMLElement} */ (figure.querySelector(".value"));
		this.#range = /** @type {HTMLElement} */ (figure.querySelector(".range"));
		this.#latest = this.#value.textContent ?? "–";
		const root = /** @type {HTMLElement} */ (figure.querySelector(".plot"));
		const axis = {
			stroke: () => color(figure, "--muted"),
			grid: { stroke: () => color(figure, "--line"), width: 1 },
			ticks: { show: false },
			font: "12px system-ui, sans-serif",
		};
		const edge = { stroke: "transparent", width: 0, points: { show: false } };
		// How far single movements go says nothing.
		this.#hasBand = span !== "day" && figure.dataset.quantity !== "motion";
		const area = () => `${color(figure, "--ink")}${this.#hasBand ? "30" : "20"}`;
		this.#plot = new uPlot(
			{
				width: root.clientWidth,
				height: HEIGHT,
				padding: [8, 18, 0, 0],
				legend: { show: false },
				cursor: { y: false, sync: { key: "time" }, drag: { x: false }, points: { size: 7 } },
				scales: { x: { time: true, auto: false }, y: { range: rangeOf(this.#digits) } },
				axes: [
					{ ...axis, size: 26, space: span === "day" ? 60 : 44, values: (_plot, all) => all.map(mark) },
					{ ...axis, size: 50, space: 30, values: (_plot, all) => all.map((value) => `${value}`) },
				],
				series: [
					{},
					{
						stroke: () => color(figure, "--ink"),
						width: 1.75,
						points: { show: false },
						...(!this.#hasBand && { fill: area }),
					},
					{ ...edge },
					{ ...edge },
				],
				bands: this.#hasBand ? [{ series: [3, 2], fill: area }] : [],
				hooks: { setCursor: [() => this.#point()] },
			},
			[[], [], [], []],
			root,
		);
		this.#follow();
		new ResizeObserver(() => this.#plot.setSize({ width: root.clientWidth, height: HEIGHT })).observe(root);
	}

	/** @param {Columns | undefined} columns @param {{ from: number, to: number }} span */
	show(columns, { from, to }) {
		const { time = [], mean = [], min = [], max = [] } = columns ?? {};
		const edges = this.#hasBand ? [min, max] : [mean, mean];
		this.figure.classList.toggle("none", time.length === 0);
		/** @type {(number | null)[][]} */
		const data = [[], [], [], []];
		time.forEach((at, index) => {
			// Where nothing was measured the line ends.
			const before = time[index - 1];
			if (before !== undefined && at - before > step * 2.5) push(data, before + step, [null, null, null]);
			push(
				data,
				at,
				[mean, ...edges].map((column) => column[index] / this.#divisor),
			);
		});
		this.#plot.batch(() => {
			this.#plot.setData(/** @type {uPlot.AlignedData} */ (data), false);
			this.#plot.setScale("x", { min: from, max: to });
		});
		const [least, most] = [Math.min(...edges[0]), Math.max(...edges[1])].map((value) =>
			this.#text(value / this.#divisor),
		);
		this.#summary = time.length === 0 ? "not measured in this time" : `${least} to ${most}`;
		this.#point();
	}

	/** @param {number | undefined} value */
	latest(value) {
		if (value === undefined) return;
		this.#latest = this.#text(value / this.#divisor);
		this.#point();
	}

	/** A finger points as a mouse does, which uPlot alone looks at. */
	#follow() {
		const { over } = this.#plot;
		const point = (/** @type {PointerEvent} */ { pointerType, clientX, clientY }) => {
			if (pointerType === "mouse") return;
			const { left, top } = over.getBoundingClientRect();
			this.#plot.setCursor({ left: clientX - left, top: clientY - top });
		};
		for (const event of ["pointerdown", "pointermove"])
			over.addEventListener(event, /** @type {EventListener} */ (point));
		for (const event of ["pointerup", "pointercancel"])
			over.addEventListener(event, () => this.#plot.setCursor({ left: -10, top: -10 }));
	}

	/** Says what is under the cursor. */
	#point() {
		const { idx } = this.#plot?.cursor ?? {};
		const at = typeof idx === "number" ? idx : -1;
		const [time, mean, min, max] = (this.#plot?.data ?? []).map((column) => column[at]);
		const isThere = typeof time === "number" && typeof mean === "number";
		this.#value.textContent = isThere ? this.#text(mean) : this.#latest;
		this.#range.textContent = !isThere
			? this.#summary
			: !this.#hasBand
				? moment(time)
				: `${moment(time)}: ${this.#text(/** @type {number} */ (min))} to ${this.#text(/** @type {number} */ (max))}`;
	}

	/** @param {number} value */
	#text(value) {
		return value.toFixed(this.#digits);
	}

	repaint() {
		this.#plot.redraw(false);
	}
}

/** @param {(number | null)[][]} data @param {number} time @param {(number | null)[]} values */
function push([times, ...columns], time, values) {
	times.push(time);
	columns.forEach((column, index) => {
		column.push(values[index]);
	});
}

/** Some room around the values, and no noise drawn large. @param {number} digits */
function rangeOf(digits) {
	const least = 20 * 10 ** -digits;
	return (/** @type {uPlot} */ _plot, /** @type {number} */ min, /** @type {number} */ max) => {
		if (min === null) return /** @type {uPlot.Range.MinMax} */ ([0, 1]);
		const room = Math.max((max - min) * 0.08, (least - (max - min)) / 2);
		// Quantities that begin at 0 do not reach below.
		return /** @type {uPlot.Range.MinMax} */ ([min >= 0 && min < room * 2 ? 0 : min - room, max + room]);
	};
}

const plots = [...place.querySelectorAll("figure")].map((figure) => new Plot(figure));
const note = /** @type {HTMLElement} */ (document.querySelector("#note"));
let asked = 0;

/** Asks for all that is shown. */
async function load() {
	asked = Date.now();
	const { from, to } = times();
	try {
		const response = await fetch(`/sensors/${sensor}/readings?from=${from}&to=${to}&step=${step}`);
		if (!response.ok) throw new Error(`${response.status}`);
		const { quantities } = await response.json();
		for (const plot of plots) plot.show(quantities[plot.figure.dataset.quantity ?? ""], { from, to });
		note.textContent = "";
	} catch {
		note.textContent = "The readings cannot be loaded at present.";
	}
}

/** Asks again when there can be a new sample. */
function refresh() {
	if (isLive && !document.hidden && Date.now() - asked >= Math.max(LEAST, Math.min(step, DAY) * 1000))
		void load();
}

const when = /** @type {HTMLElement} */ (document.querySelector(".when"));
const { from, to } = times();
if (!isLive) when.textContent = length > DAY ? `${day(from)} to ${day(to)}` : `until ${moment(to)}`;
keepUp();
void load();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
	for (const plot of plots) plot.repaint();
});
document.addEventListener("visibilitychange", refresh);
listen((point) => {
	if (point.sensor !== sensor) return;
	refresh();
	if (!isNewer(place, document.querySelector(".heard"), point)) return;
	for (const plot of plots) plot.latest(point.values[plot.figure.dataset.quantity ?? ""]);
}, moved);

/** @param {import("./live.js").Motion} motion */
function moved({ sensor: of, direction, time }) {
	if (of !== sensor) return;
	const text = `Movement from ${direction.replaceAll("-", " ")} ${ago(Date.now() / 1000 - time)}`;
	/** @type {HTMLElement} */ (document.querySelector("#motion")).textContent = text;
}
