/* The same model exported twice, under two names, in one program. */
#include "model.h"
#include "other.h"

#include <stdio.h>
#include <string.h>

int main(void) {
  static model first, copy;
  static other second;
  int i, symbol = 1;
  model_init(&first);
  other_init(&second);
  for (i = 0; i < 50; ++i) {
    model_push(&first, symbol, -1);
    other_push(&second, symbol, -1);
    symbol = model_predict(&first);
    if (other_predict(&second) != symbol ||
        memcmp(model_logits(&first), other_logits(&second), MODEL_SYMBOLS * sizeof *model_logits(&first)))
      return 1;
    memcpy(&copy, &first, sizeof copy); /* a state is plain data */
    if (model_predict(&copy) != symbol)
      return 2;
  }
  printf("both predict the same\n");
  return 0;
}
