#include "internal.h"

size_t a16_queue_put(A16Queue *queue, const uint8_t *bytes, size_t count) {
	if (count > sizeof queue->bytes - queue->end && queue->start) {
		queue->end -= queue->start;
		memmove(queue->bytes, queue->bytes + queue->start, queue->end);
		queue->start = 0;
	}
	size_t room = sizeof queue->bytes - queue->end;
	if (count > room) count = room;
	if (count) memcpy(queue->bytes + queue->end, bytes, count);
	queue->end += count;
	return count;
}

size_t a16_queue_take(A16Queue *queue, uint8_t *bytes, size_t size) {
	size_t count = queue->end - queue->start;
	if (count > size) count = size;
	if (count) memcpy(bytes, queue->bytes + queue->start, count);
	queue->start += count;
	if (queue->start == queue->end) queue->start = queue->end = 0;
	return count;
}
