import { type Action, actionOfLine } from "../simulated/action";
import { tell } from "./surroundings";

/** The controls of the board that the simulator shows; on plain `lin`, `mac` and `win` there is none. */
interface Board {
	LED: {
		Default: new () => {
			makeRGB(red: number, green: number, blue: number): number;
			setPixel(index: number, color: number): void;
			update(): void;
		};
	};
	Button: {
		Default: new (options: { onPush(pressed: 0 | 1): void }) => unknown;
	};
}

export interface PanelOptions {
	/** The button in the simulator's window. */
	onButton(pressed: boolean): void;
	/** A line on standard input, where there is no window. */
	onAction(action: Action): void;
	onProblem(message: string): void;
}

/** What somebody at the desk sees and touches. */
export class PanelWindow {
	/** What the light shows from now on. */
	readonly glow: (red: number, green: number, blue: number) => void;
	/** What its display says from now on, and whoever started it reads. */
	readonly tell: (lines: string[]) => void;

	constructor(options: PanelOptions) {
		const { Host: board, screen } = globalThis as unknown as {
			Host?: Board;
			screen: { onMessage?: unknown; postMessage(message: string): void };
		};
		this.tell = (lines) => {
			for (const line of lines) tell(line);
			screen.postMessage(JSON.stringify({ text: lines }));
		};
		if (board) {
			new board.Button.Default({ onPush: (pressed) => options.onButton(pressed === 1) });
			const led = new board.LED.Default();
			this.glow = (red, green, blue) => {
				led.setPixel(0, led.makeRGB(red, green, blue));
				led.update();
			};
			return;
		}
		this.glow = () => {};
		screen.onMessage = (line: string) => {
			const action = actionOfLine(line);
			if (typeof action === "string") options.onProblem(action);
			else options.onAction(action);
		};
	}
}
