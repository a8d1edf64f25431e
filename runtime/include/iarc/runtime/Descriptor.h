/*===- Descriptor.h - What a compiled model and the runtime share -----------===*
 *
 * The only interface between generated code and the runtime: a descriptor that
 * the compiler emits as constant data under the name `iarc_model_descriptor`,
 * the step functions it points to, and the entry points that generated code
 * calls back. Plain C; no exception crosses it.
 *
 * "real" below is float when element_bytes is 4 and double when it is 8.
 * Batch-innermost layout: samples lie in lane groups of `lanes` samples; sample
 * b is lane b % lanes of group b / lanes. The last group is padded by repeating
 * a real sample whose entry in sample_weights is 0.
 *
 *===----------------------------------------------------------------------===*/
#ifndef IARC_RUNTIME_DESCRIPTOR_H
#define IARC_RUNTIME_DESCRIPTOR_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Raised with every change of a struct below; the runtime refuses another one. */
#define IARC_DESCRIPTOR_VERSION 8

typedef struct iarc_axis {
  const char *name; /* "layer", "position", "pair" ((t, s <= t) at t (t + 1) / 2 + s), "out", "in" */
  int64_t size;
} iarc_axis;

enum iarc_initialiser {
  IARC_INITIALISE_NORMAL = 0,   /* first: mean; second: standard deviation */
  IARC_INITIALISE_UNIFORM = 1,  /* first: lower bound; second: upper bound */
  IARC_INITIALISE_CONSTANT = 2  /* first: the value */
};

/* One weight tensor, dense and row-major in `axes` order. */
typedef struct iarc_weight {
  const char *name;
  const iarc_axis *axes;
  int64_t rank;
  int64_t offset; /* of its first element, in elements, in weights, each state and gradients alike; a multiple of 16 */
  int64_t count;  /* elements: the product of the axes */
  int64_t initialiser; /* enum iarc_initialiser */
  double first, second;
  /* Unless 0, the standard deviation or both bounds are divided by sqrt(fan_in), or where fan_in_grows is 1
     by sqrt(fan_in (t + 1)): t is the row of the pair, or the position of a bias. */
  int64_t fan_in, fan_in_grows;
} iarc_weight;

/* What a call of iarc_task.fill reads and writes: the samples first .. first + count - 1 of a stream of
   random numbers, sample first + b of position t at t * stride + b of each array. */
typedef struct iarc_fill_call {
  uint64_t seed;
  int64_t stream;     /* what the samples are for: 0 training, 1 evaluation */
  uint64_t first;
  int64_t count;
  int64_t stride;
  int32_t *symbols;   /* [context + 1]; -1 where an interspersed control token stands */
  int32_t *controls;  /* [context]: the control index, -1 where there is none */
  int32_t *governing; /* [context]: index of the control token that decides symbol t + 1; -1 of a task without any */
  int32_t *targets;   /* [context]: symbol t + 1, or -1 where it is not to be predicted; only where iarc_task.masked is 1 */
  void *scratch;      /* iarc_task.scratch_bytes bytes, aligned to 64; no content is kept */
} iarc_fill_call;

typedef void (*iarc_fill_function)(const iarc_fill_call *call);

/* A control token in use; its place in the list is its control index. */
typedef struct iarc_control {
  const char *name;  /* such as "I" */
  const char *label; /* what it does, such as "increment"; may be empty */
  int64_t governs;   /* 1: it decides the symbols that follow; 0: it changes what governs */
} iarc_control;

/* A parameter of the task and its value, as text. */
typedef struct iarc_argument {
  const char *name, *value;
} iarc_argument;

enum iarc_data_form {
  IARC_DATA_BYTES = 1,      /* a token is a byte; 256 symbols */
  IARC_DATA_CHARACTERS = 2, /* a token is a character of UTF-8, its symbol the place in the vocabulary */
  IARC_DATA_U8 = 3,         /* tokens are unsigned numbers, little-endian */
  IARC_DATA_U16 = 4,
  IARC_DATA_U32 = 5
};

/* A file from which windows are drawn: docs/data.md. */
typedef struct iarc_data {
  const char *path; /* unless the command line names another file */
  int64_t form;     /* enum iarc_data_form */
  double split;     /* share of the tokens, from the start, that is for training; the rest is for evaluation */
  const char *vocabulary; /* of characters: the symbols' characters one after the other, in UTF-8 */
  int64_t vocabulary_bytes;
} iarc_data;

/* The declared task: docs/task.md. */
typedef struct iarc_task {
  const char *name;
  const iarc_control *controls;
  int64_t control_count;
  const iarc_argument *arguments;
  int64_t argument_count;
  int64_t symbols;      /* N: symbols are 0 .. N - 1 */
  int64_t gap_minimum, gap_maximum; /* distance between control tokens, uniform, in symbols */
  int64_t interspersed; /* 1: a control token is a position of its own, where the symbol is -1; 0: the tape */
  int64_t masked;       /* 1: some positions are not to be predicted though a symbol follows; see iarc_call.targets */
  int64_t scratch_bytes; /* of a call of fill */
  iarc_fill_function fill; /* null where the stream is a file */
  const iarc_data *data;   /* that file; else null */
} iarc_task;

enum iarc_loss {
  IARC_LOSS_CROSS_ENTROPY = 0,
  IARC_LOSS_SQUARED_ERROR = 1,
  IARC_LOSS_OWN = 2 /* written in the program; only the generated code knows it */
};
enum iarc_loss_at { IARC_LOSS_AT_LAST = 0, IARC_LOSS_AT_ALL = 1 };

/* Everything one call of a step function reads and writes. The caller fills it. All arrays are
   aligned to 64 bytes. */
typedef struct iarc_call {
  void *weights;    /* real [weight_elements]; read, and updated by train_step and update */
  void *velocity;   /* real [states][weight_elements]: the optimiser's states, one after the other, read and
                       updated by train_step and update; else may be null */
  void *gradients;  /* real [weight_elements]; written by gradients, read by update; else may be null */
  void *workspace;  /* workspace_bytes + groups * workspace_bytes_per_group bytes; no content is kept */
  const int32_t *symbols;  /* [context + 1][groups][lanes]; -1 where an interspersed control token stands */
  const int32_t *controls; /* [context][groups][lanes]; -1 where there is no control token */
  const void *sample_weights; /* real [groups][lanes]: weight of a sample in the loss; 1 / batch, 0 for padding */
  void *logits;     /* real [predicted_positions][groups][symbols][lanes]; written by forward, and by the other
                       two functions at the positions that the loss reads */
  void *loss;       /* real [1]: sum over samples of sample weight times loss; written by all three */
  int64_t groups;   /* number of lane groups, at least 1 */
  double rate;      /* factor of the change of weights; of adam the learning rate / (1 - beta1^n) in update n = 1 ... */
  double momentum;  /* of adam and lion beta1 */
  void *pool;       /* the runtime's threads, passed on to iarc_parallel */
  int64_t first;    /* of infer: the first position of the window that holds a token, 0 <= first < context */
  const int32_t *targets; /* [context][groups][lanes]: what position t predicts, -1 for nothing; read only where
                             iarc_task.masked is 1, otherwise it is symbol t + 1 */
  /* Of train_step and update, see enum iarc_optimiser. */
  double decay;     /* of sgd the weight decay itself, else 1 - learning rate * weight decay */
  double beta2;     /* of adam and lion */
  double epsilon;   /* of adam */
  double root;      /* of adam: 1 / sqrt(1 - beta2^n) */
  double scale;     /* of update: factor of the gradients */
  int64_t samples;  /* of the batch, 1 <= samples <= groups * lanes; the lanes behind them are padding */
} iarc_call;

typedef void (*iarc_step_function)(const iarc_call *call);

/* Tasks begin <= task < end of one parallel region. `loop` holds the iteration numbers of the
   enclosing repeats, outermost first; null outside of any. */
typedef void (*iarc_region_function)(const iarc_call *call, const int64_t *loop, int64_t begin, int64_t end);

/* What is known about a region function. */
typedef struct iarc_region {
  iarc_region_function function;
  const char *operations; /* what it does, such as "linear 20 -> 80, linear 80 -> 20" */
  const char *place;      /* of it in the source, FILE:LINE; empty where unknown */
  double product_flop;    /* operations of its products for one sample each time that it is run, in the mean of a
                             repeat's iterations; 0 without products */
  double predicted;       /* the share of the peak that the compiler's cost model gives them; 0 where it gives none */
} iarc_region;

/* A loop of independent fused multiply-adds at the target's full vector width that keeps all of
   one core's FMA units busy: the peak that fraction_of_peak refers to. Returns the floating-point
   operations executed (a fused multiply-add counts 2 a lane), about 1e6 times `millions`. */
typedef double (*iarc_peak_function)(int64_t millions);

/* How infer reads a weight tensor; all that is no copy has `lanes` numbers side by side that meet in one
   vector, zero where there is none. Rows are outputs; they come in blocks of `rows`, the last one shorter. */
enum iarc_prepared_form {
  IARC_PREPARED_STORED = 0,    /* as stored */
  IARC_PREPARED_POSITIONS = 1, /* of [position, out, in]: [group][block][in][row][lane], positions in the lanes */
  IARC_PREPARED_PAIRS = 2,     /* of [pair, out, in]: [group of t][block][s < min(T, (group + 1) lanes)][in][row][lane],
                                  positions t in the lanes, zero where s > t */
  IARC_PREPARED_OUTPUTS = 3    /* of [out, in]: [block][in][row][lane]; output (row of the matrix) lanes + lane */
};

/* A tensor of the weights that infer reads, `outer` matrices (or positions, or pairs of them) one after the
   other in both arrays. Of a bias `in` is 1. */
typedef struct iarc_prepared {
  int64_t source;   /* of its first element in iarc_call.weights of the other functions */
  int64_t target;   /* in those of infer */
  int64_t form;     /* enum iarc_prepared_form */
  int64_t outer;
  int64_t elements; /* of one of them, prepared */
  int64_t positions, out, in; /* of one of them, as stored; positions is 1 where it has no such axis */
  int64_t rows, lanes;
} iarc_prepared;

/* The function of inference, see iarc_model.infer, as one kind of processor has it. */
typedef struct iarc_inference {
  const char *target;       /* what `export --target` calls it: TRIPLE or TRIPLE:CPU; empty for the program's own */
  const char *architecture; /* "x86_64" or "aarch64" */
  const char *cpu;          /* what it was generated for */
  const char *features;     /* the extensions that it may use, as in iarc_model.target_features */
  int64_t positions;        /* elements of symbols and of controls */
  int64_t workspace_bytes;
  const iarc_prepared *weights; /* how the weights that it reads are arranged */
  int64_t tensors, weight_elements;
  const char *code; /* assembly text of the function, named iarc_infer, for `export --format c`; empty where
                       iarc_model.infer is null */
} iarc_inference;

/* What train_step and update do with the gradient g of a weight w; v and s are its states, and capital names
   are those of the call. DECAY is there only where iarc_training.decays is 1. */
enum iarc_optimiser {
  IARC_OPTIMISER_SGD = 0,      /* g += DECAY w; v := MOMENTUM v + g; w -= RATE v */
  IARC_OPTIMISER_NESTEROV = 1, /* g += DECAY w; v := MOMENTUM v + g; w -= RATE (g + MOMENTUM v) */
  IARC_OPTIMISER_ADAM = 2,     /* v := MOMENTUM v + (1 - MOMENTUM) g; s := BETA2 s + (1 - BETA2) g^2;
                                  w := DECAY w - RATE v / (ROOT sqrt(s) + EPSILON) */
  IARC_OPTIMISER_ADAMW = 3,    /* the same */
  IARC_OPTIMISER_LION = 4      /* w := DECAY w - RATE sign(MOMENTUM v + (1 - MOMENTUM) g); v := BETA2 v + (1 - BETA2) g */
};

enum iarc_schedule_kind {
  IARC_SCHEDULE_CONSTANT = 0,
  IARC_SCHEDULE_STEP = 1,   /* rate factor^floor(n / every) */
  IARC_SCHEDULE_LINEAR = 2, /* rate + (to - rate) n / N */
  IARC_SCHEDULE_COSINE = 3  /* to + (rate - to) (1 + cos(pi n / N)) / 2 */
};

/* The learning rate after n of N steps, both counted from the end of the warm-up, in whose step n it is (n + 1) /
   warm_up of the first one. */
typedef struct iarc_schedule {
  int64_t kind;   /* enum iarc_schedule_kind */
  double rate, to, factor;
  int64_t every, warm_up; /* steps */
} iarc_schedule;

enum iarc_stop { IARC_STOP_NEVER = 0, IARC_STOP_LOSS = 1, IARC_STOP_ACCURACY = 2 };

/* The declared protocol beside rate, momentum, batch and steps. */
typedef struct iarc_training {
  int64_t optimiser; /* enum iarc_optimiser */
  int64_t states;    /* arrays of the optimiser: 2 of adam and adamw, else 1 */
  int64_t decays;    /* 1: the generated code decays weights; 0: the call's decay is not read */
  double beta2, epsilon, decay;
  iarc_schedule schedule;
  double clip;         /* the longest gradient; 0: any length */
  int64_t accumulate;  /* parts in which a batch is computed */
  int64_t evaluate_every; /* steps; 0: at the end only */
  int64_t stop;        /* enum iarc_stop */
  double stop_at;      /* the loss or accuracy of an evaluation that ends the run */
} iarc_training;

typedef struct iarc_model {
  int64_t version;        /* IARC_DESCRIPTOR_VERSION */
  const char *name;       /* of the model */
  const char *compiler;   /* version of iarcc that made it */
  const char *target_cpu; /* what the code was generated for */
  /* The extensions of the processor that the code may use, separated by commas: names of
     ProcessorFeatures.def. */
  const char *target_features;
  int64_t element_bytes;  /* 4 or 8 */
  int64_t lanes;          /* samples in a lane group */
  int64_t context;        /* T: positions in a window */
  int64_t width;          /* features of a token: symbols + subtasks */
  int64_t predicted_positions; /* context, or 1: the logits are those of the last position only */
  iarc_task task;
  int64_t loss;           /* enum iarc_loss */
  int64_t loss_at;        /* enum iarc_loss_at */
  const iarc_weight *weights;
  int64_t weight_tensors;
  int64_t weight_elements; /* length of the weights array, alignment gaps included */
  int64_t workspace_bytes; /* fixed part */
  int64_t workspace_bytes_per_group;
  double rate, momentum;   /* the declared protocol; a run may override all four */
  int64_t batch, steps;
  /* Useful floating-point operations of one training step for one sample, with nothing skipped
     (multiply and add count one each): products of weights with activations, and attention. */
  double product_flop, attention_flop;
  /* The products' operations that the generated train_step really executes. */
  double executed_product_flop;
  iarc_step_function forward;    /* logits and loss */
  iarc_step_function gradients;  /* logits, loss and the gradient of every weight */
  iarc_step_function train_step; /* logits and loss before the update, then the update */
  iarc_peak_function peak;
  /* Inference: one window on one core. infer is called with `weights` arranged as the field inference says, a
     workspace of its workspace_bytes, `symbols` and `controls` of its positions each, -1 before `first` and
     from the context on, and `logits` of [infer_rows][symbols]; it reads and writes nothing else. The logits
     are those of the last position where infer_rows is 1, else of all from `first` on. What comes before `first` is absent: not seen by attention nor by weights across
     positions, no step of a recurrence, and zero where a window is flattened. Null where the compiler could
     not make it. */
  int64_t infer_rows;
  iarc_inference inference;
  iarc_step_function infer;
  const iarc_inference *exports; /* the same function for other processors, which only `export` looks at */
  int64_t export_count;
  /* What the model computes, as JSON; empty where the compiler did not know it (a lowered module):
       {"version": 1, "shapes": [[T, F]...], "names": [name...], "body": REGION}, shapes and names by value;
       a name is empty where the value is another one's under a second number
       REGION: {"arguments": [value...], "ops": [OP...], "yields": [value...]}
       OP: {"op": name, "operands": [value...], "results": [value...], ...} with the fields of dsl::Op, weights by
       name; scalar functions: {"nodes": [[name, operands..., index or value]...], "result": node} */
  const char *graph;
  iarc_training training;
  iarc_step_function update; /* one step of the optimiser by given gradients, times the call's scale */
  const iarc_region *regions; /* those that the functions above run: what `bench --profile` shows */
  int64_t region_count;
} iarc_model;

/* Emitted by the compiler. */
extern const iarc_model iarc_model_descriptor;

/* --- entry points of the runtime that generated code calls --- */

/* Runs body over the tasks 0 .. tasks - 1 on the threads of call->pool and returns when all are
   done. How tasks map to threads is unspecified; the generated code's results do not depend on it. */
void iarc_parallel(const iarc_call *call, iarc_region_function body, const int64_t *loop, int64_t tasks);

/* The same, but each thread takes its tasks from the last one to the first. Where a loop runs a region again and again
   on more data than a cache holds, every other time in this order, the data used last are still there. */
void iarc_parallel_backward(const iarc_call *call, iarc_region_function body, const int64_t *loop, int64_t tasks);

/* The four words of a block of random numbers: see docs/task.md. */
void iarc_random_block(uint64_t seed, int64_t stream, uint64_t sample, int64_t block, uint32_t *words);

/* c = a b of real matrices in rows, c being m x n and k the summed size; a is stored k x m where
   transpose_a is 1, b n x k where transpose_b is 1. By OpenBLAS, on the calling thread: a program that calls
   it is linked with OpenBLAS. The sizes must fit 32 bits. */
void iarc_blas_product(int64_t element_bytes, int64_t transpose_a, int64_t transpose_b, int64_t m, int64_t n,
                       int64_t k, const void *a, int64_t lda, const void *b, int64_t ldb, void *c, int64_t ldc);

#ifdef __cplusplus
}
#endif
#endif
