/* Included before every file: functions that invite overflow, hidden state or a shell are compile errors. */
#ifndef SIAP_BANNED_H
#define SIAP_BANNED_H
/* OpenSSL's headers name parameters `rand`, so the word cannot be poisoned: calling it is the error. */
#ifndef _STDLIB_H /* a header that had to come earlier (Makefile: early) has declared it already */
extern int rand(void) __attribute__((error("predictable: use Env.random")));
#endif
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#pragma GCC poison strcpy strcat sprintf vsprintf strtok atoi atol atoll gets strncpy strncat
#pragma GCC poison localtime gmtime ctime asctime system popen srand setlocale tmpnam mktemp
#endif
