/* robot.c - a control loop with an exported model that switches tasks on the fly.
 *
 *   ./cisformer_expressive export --format c --weights w.safetensors --out model.c
 *   cc -O2 robot.c model.c -o robot -lm
 *   ./robot              what the model says next, while the task changes every seven tokens
 *   ./robot latency      microseconds from a token to its prediction, on this core
 *   ./robot tokens < F   lines "symbol control" (-1: none), each answered by the prediction and the logits
 */
#define _POSIX_C_SOURCE 199309L
#include "model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static model state; /* all that the model needs: nothing is allocated while the loop runs */

static double microseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return 1e6 * (double)now.tv_sec + 1e-3 * (double)now.tv_nsec;
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* The model talks to itself; every seven tokens it is told to do something else. */
static void switch_tasks(void) {
  int token, symbol = 3;
  for (token = 0; token < 42; ++token) {
    int control = token % 7 == 0 && MODEL_CONTROLS > 0 ? token / 7 % MODEL_CONTROLS : -1;
    model_push(&state, symbol, control);
    symbol = model_predict(&state);
    if (control >= 0)
      printf("%stask %d:", token ? "\n" : "", control);
    printf(" %d", symbol);
  }
  printf("\n");
}

static void latency(void) {
  enum { TOKENS = 20000, WARM = 100 };
  static double times[TOKENS];
  int token, symbol = 3;
  for (token = -WARM; token < TOKENS; ++token) {
    int control = token % 7 == 0 && MODEL_CONTROLS > 0 ? abs(token) / 7 % MODEL_CONTROLS : -1;
    double begin = microseconds();
    model_push(&state, symbol, control);
    symbol = model_predict(&state);
    if (token >= 0)
      times[token] = microseconds() - begin;
  }
  qsort(times, TOKENS, sizeof *times, ascending);
  printf("%d tokens: median %.1f us, best %.1f us, 99.9 %% within %.1f us\n", TOKENS, times[TOKENS / 2],
         times[0], times[TOKENS - TOKENS / 1000 - 1]);
}

static int tokens(void) {
  int symbol, control, s;
  while (scanf("%d %d", &symbol, &control) == 2) {
    if (model_push(&state, symbol, control) != 0) {
      printf("no token\n");
      continue;
    }
    printf("%d", model_predict(&state));
    for (s = 0; s < MODEL_SYMBOLS; ++s)
      printf(" %.17g", (double)model_logits(&state)[s]);
    printf("\n");
  }
  return 0;
}

int main(int argc, char **argv) {
  if (model_init(&state) != 0) {
    fprintf(stderr, "this processor lacks what the model's code was made for\n");
    return 1;
  }
  if (argc > 1 && strcmp(argv[1], "tokens") == 0)
    return tokens();
  if (argc > 1 && strcmp(argv[1], "latency") == 0)
    latency();
  else
    switch_tasks();
  return 0;
}
