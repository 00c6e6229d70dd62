/* Declared by ourselves as in the FreeRTOS of ESP-IDF v6.0, as far as our C uses it. */
#pragma once

#ifndef portMAX_DELAY
	#error "include FreeRTOS.h before task.h"
#endif

typedef struct tskTaskControlBlock *TaskHandle_t;
typedef void (*TaskFunction_t)(void *);

/* Of this port: `usStackDepth` in bytes. */
BaseType_t xTaskCreate(TaskFunction_t code, const char *name, uint32_t usStackDepth, void *parameters, UBaseType_t priority, TaskHandle_t *created);
void vTaskDelete(TaskHandle_t task);
void vTaskDelay(TickType_t ticks);
BaseType_t xTaskNotifyGive(TaskHandle_t task);
uint32_t ulTaskNotifyTake(BaseType_t clear, TickType_t ticks);
