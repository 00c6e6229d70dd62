/* The thread of wait.c: a task of FreeRTOS, or of POSIX with the message that suits the simulator's loop. */
#include "wait.h"

static xsMachine *machine;

#ifdef ESP_PLATFORM

#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "xsHost.h"

/* Bytes: `poll` of lwIP and a post, of which the deepest is some 700. */
#define STACK 2048
/* Just above the machine's own (4), so that it waits again at once: it never works for long. */
#define PRIORITY 5

static TaskHandle_t task;

static void run(void *unused)
{
	(void)unused;
	a16_wait_run();
	vTaskDelete(NULL);
}

int a16_thread_start(xsMachine *the)
{
	machine = the;
	return xTaskCreate(run, "sockets", STACK, NULL, PRIORITY, &task) == pdPASS;
}

/* The machine does not end before the chip. */
void a16_thread_join(void) {}

void a16_thread_go(void)
{
	xTaskNotifyGive(task);
}

void a16_thread_stop(void)
{
	ulTaskNotifyTake(pdTRUE, portMAX_DELAY);
}

void a16_thread_pause(void)
{
	vTaskDelay(pdMS_TO_TICKS(10));
}

static void deliver(void *the, void *unused, uint8_t *message, uint16_t length)
{
	(void)unused, (void)message, (void)length;
	a16_wait_serve(the);
}

void a16_thread_post(void)
{
	/* A debug build does not wait for room in the queue. */
	while (modMessagePostToMachine(machine, NULL, 0, deliver, NULL)) a16_thread_pause();
}

#else

#include <pthread.h>
#include <unistd.h>

static pthread_t thread;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t gone = PTHREAD_COND_INITIALIZER;
static int go;

static void *run(void *unused)
{
	a16_wait_run();
	return unused;
}

int a16_thread_start(xsMachine *the)
{
	machine = the;
	go = 0;
	return pthread_create(&thread, NULL, run, NULL) == 0;
}

void a16_thread_go(void)
{
	pthread_mutex_lock(&mutex);
	go = 1;
	pthread_cond_signal(&gone);
	pthread_mutex_unlock(&mutex);
}

void a16_thread_stop(void)
{
	pthread_mutex_lock(&mutex);
	while (!go) pthread_cond_wait(&gone, &mutex);
	go = 0;
	pthread_mutex_unlock(&mutex);
}

void a16_thread_pause(void)
{
	usleep(10000);
}

#ifdef A16_THREAD_POST

/* A program of its own says how. */
extern void A16_THREAD_POST(void);

void a16_thread_post(void)
{
	A16_THREAD_POST();
}

void a16_thread_join(void)
{
	pthread_join(thread, NULL);
}

#elif defined(__APPLE__)

#include <dispatch/dispatch.h>

static void deliver(void *it)
{
	if (machine == it) a16_wait_serve(machine);
}

void a16_thread_post(void)
{
	dispatch_async_f(dispatch_get_main_queue(), machine, deliver);
}

void a16_thread_join(void)
{
	pthread_join(thread, NULL);
	machine = NULL;
}

#else

#include <glib.h>

static gboolean deliver(gpointer it)
{
	a16_wait_serve(it);
	return G_SOURCE_REMOVE;
}

void a16_thread_post(void)
{
	g_idle_add_full(G_PRIORITY_DEFAULT, deliver, machine, NULL);
}

void a16_thread_join(void)
{
	pthread_join(thread, NULL);
	g_idle_remove_by_data(machine);
}

#endif
#endif
