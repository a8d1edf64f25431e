/*===- Library.h - A compiled model as a library --------------------------------===*
 *
 * The functions of a library made by `iarcc --emit=library`, in C. The header that
 * iarcc writes beside a library is this one: `iarc_library` is then the library's own
 * name, so that one program can use several, and iarc_library_real float or double.
 *
 *   NAME_model *model = NAME_open("weights.safetensors", 1, 0, 0);
 *   NAME_train(model, 1000, &loss);
 *   NAME_save(model, "more.safetensors");
 *   NAME_close(model);
 *
 * A function that fails returns NULL or -1, and NAME_error() says why; nothing is then
 * changed unless it says so. It prints nothing, ends no process and takes no signal.
 * A model is used by one thread at a time; different models at once. Pointers that a
 * model gives are valid until it is closed.
 *
 * Arrays are dense and row-major. Symbols are 0 .. SYMBOLS - 1; -1 where an interspersed
 * control token stands. Controls are 0 .. CONTROLS - 1; -1 where there is no control token.
 */
#ifndef IARC_LIBRARY_H
#define IARC_LIBRARY_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Raised when a function below changes its meaning; functions are only added to it otherwise. */
#define IARC_LIBRARY_ABI 1
/* @constants@ */

typedef IARC_LIBRARY_REAL iarc_library_real;
typedef struct iarc_library_model iarc_library_model;

/* IARC_LIBRARY_ABI of the library. */
int iarc_library_abi(void);

/* Why the last call on this thread that failed did; "" before any. Valid until the next call that fails. */
const char *iarc_library_error(void);

/* What `info --json` of the compiled program prints. */
const char *iarc_library_info(void);

/* The file that a task of data draws its windows from, in place of the declared one; before the first draw.
   It holds for all models of this library. */
int iarc_library_set_data(const char *path);

/* A model with its threads, weights, the optimiser's states (zero) and room for batches.
   weights  a safetensors file, or NULL for the declared initialisation by `seed`
   seed     also decides what the task draws
   batch    the windows of a training step, and the most that are computed at once; 0: as declared
   threads  0: the cores of the process. Results do not depend on it. */
iarc_library_model *iarc_library_open(const char *weights, uint64_t seed, int64_t batch, int64_t threads);

/* Frees all of it; NULL is allowed. */
void iarc_library_close(iarc_library_model *model);

/* --- weights --- */

/* The number of weight tensors; they are counted from 0. */
int64_t iarc_library_tensors(void);

/* Name of a tensor, such as "layers.query"; NULL for a number that there is not. */
const char *iarc_library_tensor_name(int64_t tensor);

/* The rank, -1 for a number that there is not. Writes the sizes of the axes, as many, unless `shape` is NULL. */
int64_t iarc_library_tensor_shape(int64_t tensor, int64_t *shape);

/* The tensor itself, to read and to write. Whoever writes says so by NAME_weights_changed before the next
   prediction. */
iarc_library_real *iarc_library_weight(iarc_library_model *model, int64_t tensor);
void iarc_library_weights_changed(iarc_library_model *model);

/* The tensor's gradient that NAME_gradients computed last. */
iarc_library_real *iarc_library_gradient(iarc_library_model *model, int64_t tensor);

/* One of the optimiser's states for the tensor: state 0 is the velocity or mean, state 1 of adam and adamw the
   mean square. */
iarc_library_real *iarc_library_state(iarc_library_model *model, int64_t tensor, int64_t state);

/* Reads all weights of a safetensors file, or writes them to one. */
int iarc_library_load(iarc_library_model *model, const char *path);
int iarc_library_save(iarc_library_model *model, const char *path);

/* --- batches --- */

/* Draws the windows first .. first + count - 1 of the task: those of training (stream 0) or of evaluation
   (stream 1). Writes symbols [count][CONTEXT + 1], controls [count][CONTEXT] and, unless NULL, targets
   [count][CONTEXT]: what each position predicts, -1 for nothing. */
int iarc_library_draw(iarc_library_model *model, int stream, uint64_t first, int64_t count, int32_t *symbols,
                      int32_t *controls, int32_t *targets);

/* The loss of given windows, their mean, and unless NULL their logits [count][POSITIONS][SYMBOLS].
   symbols [count][CONTEXT + 1], the last one of each being what the last position predicts; controls
   [count][CONTEXT], NULL for none; targets [count][CONTEXT] of a task that leaves positions out, else NULL. */
int iarc_library_forward(iarc_library_model *model, const int32_t *symbols, const int32_t *controls,
                         const int32_t *targets, int64_t count, iarc_library_real *logits, double *loss);

/* The same, and the gradient of the loss by every weight. Where the loss reads the last position only, logits
   cost a forward pass more. */
int iarc_library_gradients(iarc_library_model *model, const int32_t *symbols, const int32_t *controls,
                           const int32_t *targets, int64_t count, iarc_library_real *logits, double *loss);

/* One step of the declared optimiser by the gradients as they are; they may have been changed. A schedule
   goes by the number of steps that were done. */
int iarc_library_update(iarc_library_model *model);

/* Whole steps of the declared protocol on fresh windows of the task, as `train` does them, bit for bit. Writes
   unless NULL the mean loss of these steps. A loss that is not finite ends it with -1, after that step. */
int iarc_library_train(iarc_library_model *model, int64_t steps, double *loss);

/* The number of updates done; it may be set, to go on from saved weights and states. */
int64_t iarc_library_steps(const iarc_library_model *model);
int iarc_library_set_steps(iarc_library_model *model, int64_t steps);

/* Evaluates on windows of the evaluation stream. Each may be NULL: the mean loss, the accuracy at the last
   position, that over all positions (NaN where only the last is predicted). */
int iarc_library_evaluate(iarc_library_model *model, int64_t windows, double *loss, double *accuracy,
                          double *accuracy_all);

/* --- token by token, on one core --- */

/* Empties the window of tokens. */
void iarc_library_reset(iarc_library_model *model);

/* Adds the newest token; the window keeps the last CONTEXT. On the tape a symbol, with a control token or -1;
   interspersed a symbol with control -1 or a control token with symbol -1. */
int iarc_library_push(iarc_library_model *model, int symbol, int control);

/* The most probable next symbol. Writes unless NULL the probabilities [SYMBOLS]. */
int iarc_library_predict(iarc_library_model *model, iarc_library_real *probabilities);

#ifdef __cplusplus
}
#endif
#endif
