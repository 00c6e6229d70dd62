/*
	Runs the firmware that was built for Moddable's simulator without its window, on Linux.

		headless path/to/mc.so

	What the firmware traces goes to standard output; each line of standard input goes to the firmware as a message
	of the simulator's controls. SIGINT and SIGTERM end it. After an abort of XS the exit code is 100 + its status.

	Compiled by scripts/sim.mjs, with the SDK's screen.h: the simulator's half of what is between it and mc.so.
*/

#include <dlfcn.h>
#include <glib.h>
#include <glib-unix.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#define mxLinux 1
#include "screen.h"

#define WIDTH 240
#define HEIGHT 320
#define LINE 256
#define ABORTED 100

static GMainLoop *loop;
static guint idleTimer;

static void onAbort(txScreen *screen, int status)
{
	fflush(NULL);
	_Exit(ABORTED + status);
}

static void onChanged(txScreen *screen)
{
}

static void onPost(txScreen *screen, char *message, int size)
{
}

static gboolean onIdle(gpointer it)
{
	txScreen *screen = it;
	if (screen->idle)
		screen->idle(screen);
	return G_SOURCE_CONTINUE;
}

static void onStop(txScreen *screen)
{
	if (idleTimer)
		g_source_remove(idleTimer);
	idleTimer = 0;
}

static void onStart(txScreen *screen, double interval)
{
	onStop(screen);
	idleTimer = g_timeout_add((guint)interval, onIdle, screen);
}

static gboolean onInput(GIOChannel *input, GIOCondition condition, gpointer it)
{
	txScreen *screen = it;
	gchar *line = NULL;
	gsize end = 0;
	if (g_io_channel_read_line(input, &line, NULL, &end, NULL) != G_IO_STATUS_NORMAL)
		return G_SOURCE_REMOVE;
	line[end] = 0;
	if (*line && (end < LINE) && screen->invoke)
		screen->invoke(screen, line, 0);
	g_free(line);
	return G_SOURCE_CONTINUE;
}

static gboolean onSignal(gpointer it)
{
	g_main_loop_quit(loop);
	return G_SOURCE_REMOVE;
}

int main(int argc, char **argv)
{
	void *library;
	txScreenLaunchProc launch;
	txScreen *screen;
	GIOChannel *input;

	if (argc != 2) {
		fprintf(stderr, "usage: headless path/to/mc.so\n");
		return 2;
	}
	library = dlopen(argv[1], RTLD_NOW);
	launch = library ? (txScreenLaunchProc)dlsym(library, "fxScreenLaunch") : NULL;
	if (!launch) {
		fprintf(stderr, "%s\n", dlerror());
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	screen = calloc(1, sizeof(txScreen) + (size_t)WIDTH * HEIGHT * screenBytesPerPixel);
	if (!screen)
		return 2;
	screen->width = WIDTH;
	screen->height = HEIGHT;
	screen->abort = onAbort;
	screen->bufferChanged = onChanged;
	screen->formatChanged = onChanged;
	screen->post = onPost;
	screen->start = onStart;
	screen->stop = onStop;
	mxCreateMutex(&screen->workersMutex);

	loop = g_main_loop_new(NULL, FALSE);
	g_unix_signal_add(SIGINT, onSignal, NULL);
	g_unix_signal_add(SIGTERM, onSignal, NULL);
	launch(screen);
	input = g_io_channel_unix_new(0);
	g_io_channel_set_flags(input, G_IO_FLAG_NONBLOCK, NULL);
	g_io_add_watch(input, G_IO_IN | G_IO_HUP, onInput, screen);
	if (!screen->machine)
		return 2;
	g_main_loop_run(loop);
	if (screen->quit)
		screen->quit(screen);
	return 0;
}
