import type { DeskAction } from "../action";
import { readFiles } from "./files";
import { Panel, type PanelOptions } from "./panel";
import { PanelServer } from "./server";

export interface OpenPanelOptions extends PanelOptions {
	/** 0: any free one. */
	port: number;
}

/** A panel with the server that shows it. */
export interface OpenPanel {
	panel: Panel;
	/** Another one than wanted if that was taken. */
	port: number;
	/** Set by the desk. */
	onAction: (action: DeskAction) => void;
	close(): void;
}

/** Opens a panel; undefined if it cannot be: the device does without. */
export async function openPanel(options: OpenPanelOptions): Promise<OpenPanel | undefined> {
	const panel = new Panel(options);
	try {
		const server = new PanelServer({
			files: readFiles(),
			whole: () => {
				panel.flush();
				return panel.whole();
			},
			onAction: (action) => open.onAction(action),
			// A finger that nobody can lift any more.
			onLeft: () => open.onAction({ pressed: false }),
		});
		panel.onMessage = (message) => server.send(message);
		const port = await server.open(options.port, [options.httpPort, options.httpsPort]);
		const open: OpenPanel = { panel, port, onAction: () => {}, close: () => server.close() };
		return open;
	} catch {
		return undefined;
	}
}
