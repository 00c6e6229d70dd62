/* Declared by ourselves as in ESP-IDF v6.0, as far as our C uses it. */
#pragma once

#define RTC_NOINIT_ATTR __attribute__((section(".rtc_noinit")))
