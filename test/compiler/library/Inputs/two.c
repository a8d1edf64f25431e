/* Two models as static libraries in one C program. */
#include "narrow.h"
#include "robot.h"

#include <math.h>
#include <stdio.h>

#define CHECK(condition)                                                                           \
  do {                                                                                             \
    if (!(condition)) {                                                                            \
      printf("line %d: " #condition "; robot: %s; narrow: %s\n", __LINE__, robot_error(),          \
             narrow_error());                                                                      \
      return 1;                                                                                    \
    }                                                                                              \
  } while (0)

static int32_t symbols[4 * (ROBOT_CONTEXT + 1)], controls[4 * ROBOT_CONTEXT];
static robot_real logits[4 * ROBOT_POSITIONS * ROBOT_SYMBOLS], shares[ROBOT_SYMBOLS];

static void refused(const char *what, int result) {
  printf("%s: %s%s\n", what, result == -1 ? "" : "NOT REFUSED ", robot_error());
}

int main(int argc, char **argv) {
  double loss = 0, again = 0, accuracy = 0, all = 0;
  robot_model *robot = robot_open(NULL, 1, 0, 1);
  narrow_model *narrow = narrow_open(NULL, 1, 0, 2);
  int64_t shape[8], tensor, i;
  robot_real *weight, before;
  double sum = 0;
  int symbol;
  CHECK(argc == 2 && robot && narrow);
  CHECK(robot_abi() == ROBOT_ABI && narrow_abi() == NARROW_ABI);
  printf("positions %d and %d, controls %d, the second being %d\n", ROBOT_CONTEXT, NARROW_CONTEXT,
         ROBOT_CONTROLS, ROBOT_CONTROL_A);
  printf("info %.16s\n", robot_info());
  for (tensor = 0; tensor < robot_tensors(); ++tensor)
    printf("tensor %s of rank %d\n", robot_tensor_name(tensor),
           (int)robot_tensor_shape(tensor, shape));

  /* Training: the bits of the program's own. */
  CHECK(robot_train(robot, 7, &loss) == 0 && robot_steps(robot) == 7);
  CHECK(robot_save(robot, argv[1]) == 0);
  CHECK(narrow_train(narrow, 3, &again) == 0 && again != loss);

  /* Gradients and an update by hand. */
  CHECK(robot_draw(robot, 1, 0, 4, symbols, controls, NULL) == 0);
  CHECK(robot_forward(robot, symbols, controls, NULL, 4, logits, &loss) == 0);
  CHECK(robot_gradients(robot, symbols, controls, NULL, 4, NULL, &again) == 0);
  CHECK(fabs(loss - again) < 1e-6);
  CHECK(robot_update(robot) == 0 && robot_steps(robot) == 8);
  CHECK(robot_forward(robot, symbols, controls, NULL, 4, NULL, &again) == 0);
  printf("an update %s the loss\n", again < loss ? "lowers" : "DOES NOT LOWER");
  CHECK(robot_set_steps(robot, 7) == 0 && robot_steps(robot) == 7);
  CHECK(robot_load(robot, argv[1]) == 0);
  CHECK(robot_forward(robot, symbols, controls, NULL, 4, NULL, &again) == 0 && again == loss);
  CHECK(robot_evaluate(robot, 100, &loss, &accuracy, &all) == 0);
  CHECK(accuracy >= 0 && accuracy <= 1);

  /* A weight written is a weight read. */
  CHECK(robot_push(robot, 3, ROBOT_CONTROL_I) == 0 && robot_push(robot, 4, -1) == 0);
  CHECK(robot_predict(robot, shares) >= 0);
  for (symbol = 0; symbol < ROBOT_SYMBOLS; ++symbol)
    sum += shares[symbol];
  CHECK(fabs(sum - 1) < 1e-5);
  before = shares[0];
  weight = robot_weight(robot, robot_tensors() - 1);
  CHECK(weight);
  CHECK(robot_tensor_shape(robot_tensors() - 1, shape) == 4);
  for (i = 0; i < shape[0] * shape[1] * shape[2] * shape[3]; ++i)
    weight[i] += 1;
  robot_weights_changed(robot);
  CHECK(robot_predict(robot, shares) >= 0);
  printf("another weight, %s prediction\n", shares[0] != before ? "another" : "THE SAME");
  robot_reset(robot);

  /* Wrong calls. */
  refused("symbol", robot_push(robot, ROBOT_SYMBOLS, -1));
  refused("control", robot_push(robot, 0, ROBOT_CONTROLS));
  refused("no token", robot_predict(robot, NULL));
  refused("no model", robot_train(NULL, 1, NULL));
  refused("tensor", robot_weight(robot, 99) ? 0 : -1);
  refused("name", robot_tensor_name(-1) ? 0 : -1);
  refused("shape", (int)robot_tensor_shape(99, NULL));
  refused("state", robot_state(robot, 0, 5) ? 0 : -1);
  refused("stream", robot_draw(robot, 2, 0, 1, symbols, controls, NULL));
  refused("count", robot_forward(robot, symbols, controls, NULL, 1000, NULL, NULL));
  refused("null", robot_forward(robot, NULL, controls, NULL, 1, NULL, NULL));
  refused("targets", robot_forward(robot, symbols, controls, controls, 1, NULL, NULL));
  symbols[2] = -7;
  refused("batch", robot_forward(robot, symbols, controls, NULL, 1, NULL, NULL));
  refused("steps", robot_train(robot, -1, NULL));
  refused("windows", robot_evaluate(robot, 0, NULL, NULL, NULL));
  refused("data", robot_set_data("corpus.txt"));
  refused("load", robot_load(robot, "none.safetensors"));
  refused("save", robot_save(robot, "none/none.safetensors"));
  refused("open", robot_open("none.safetensors", 1, 0, 0) ? 0 : -1);
  refused("batch size", robot_open(NULL, 1, -1, 0) ? 0 : -1);
  refused("threads", robot_open(NULL, 1, 0, 1000) ? 0 : -1);
  robot_close(robot);
  robot_close(NULL);
  narrow_close(narrow);
  return 0;
}
