//===- Model.h - The elaborated model --------------------------------------===//
//
// What semantic analysis hands to the compiler: parameters substituted, blocks
// inlined, every value typed by named axes, every weight listed once. `repeat`
// stays a region, so that its size does not grow with the number of iterations.
// This header is the whole boundary between `dsl/` and `compiler/`: standard
// types only.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_DSL_MODEL_H
#define IARC_DSL_MODEL_H

#include "iarc/dsl/Scalar.h"
#include "iarc/dsl/Task.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace iarc::dsl {

/// A place in a source file. Lines and columns count from 1; columns are bytes.
struct Location {
  std::string file;
  uint32_t line = 0;
  uint32_t column = 0;
};

struct Axis {
  std::string name; ///< "position", "feature"; of a weight also "layer", "pair", "out", "in"
  int64_t size = 0;
};

/// Axes from the slowest to the fastest varying. The batch is not one of them.
using Shape = std::vector<Axis>;

/// Which positions share one matrix.
enum class Placement {
  Shared,          ///< one matrix for all positions
  PerPosition,     ///< W_t
  AcrossPositions, ///< W_ts for s <= t
};

struct Initialiser {
  enum class Kind { Normal, Uniform, Constant };
  Kind kind = Kind::Normal;
  double first = 0;  ///< Normal: mean; Uniform: lower bound; Constant: the value
  double second = 0; ///< Normal: standard deviation; Uniform: upper bound
  /// Unless 0, the deviation or both bounds are divided by the square root of the number of inputs
  /// that one output of the linear map sums: fanIn, or fanIn (t + 1) for row t where it grows.
  int64_t fanIn = 0;
  bool fanInGrows = false; ///< across positions
};

/// One weight tensor. Its axes are, in this order and where they apply: one "layer" axis for
/// each enclosing repeat (outermost first), "position" or, placed across positions, "pair" of size
/// T (T + 1) / 2 in which (t, s <= t) lies at t (t + 1) / 2 + s counted from 0, "out", "in".
/// A bias has no "in", and "position" in the place of "pair". Of an embedding "out" are the tokens
/// and "in" the features, as of the readout that it may be tied to.
struct Weight {
  std::string name; ///< unique in the model, a valid identifier
  Shape shape;
  Initialiser initialiser;
  Location location;
};

using ValueId = int32_t;  ///< index of an SSA value, unique in the model
using WeightId = int32_t; ///< index into Model::weights

enum class OpKind {
  Encode,    ///< one-hot symbols joined with the control tape: [position T, feature N + Nc]
  Embed,     ///< row of `weight` of the symbol at each position, or of the control token with
             ///< `ofControls`; zero where there is none. A result with more features than the weight
             ///< has inputs holds the one-hot control token behind them
  Linear,    ///< y[o] = sum_i W[o, i] x[i], by placement
  Attention, ///< operands query, key, value: [position, feature] each
  Map,       ///< elementwise `scalar` of its operands (same shape)
  Norm,      ///< (x - mean) / sqrt(variance + eps) over the features
  Slice,     ///< features begin .. end - 1
  Flatten,   ///< [position T, feature F] as [position 1, feature T F]; (t, f) at t F + f
  LstmGates, ///< operands z of 4 h features (input, forget, candidate, output) and the cell of h:
             ///< c' = sigmoid(forget) c + sigmoid(input) tanh(candidate), then
             ///< h' = sigmoid(output) tanh(c'); the result's 2 h features are h', then c'
  Broadcast, ///< `weight`, without inputs, at every position: [position T, feature out]
  Spread,    ///< one feature as many: the features of the result
  Reduce,    ///< the features of a position as one: their sum, or where `largest` their maximum
  Join,      ///< the features of the operands, one after the other
  Rotate,    ///< rotary position embedding: pairs of each run of `size` features turned by the
             ///< angle t base^(-2 i / size)
  Target,    ///< one-hot symbol to be predicted, all zero where there is none; of a result of one
             ///< position that of the last
  Recur,     ///< `body` position by position; results: what it carries, at every position
  Repeat,    ///< `body`, `count` times; operands are the initial values of what it carries
};

/// How the weights of a row of attention are normalised.
enum class Normalise {
  None,        ///< not at all
  Sum,         ///< by eps + their sum
  AbsoluteSum, ///< by eps + the sum of their absolute values
};

struct Region;

/// One operation. Fields that a kind does not name are left at their default.
struct Op {
  OpKind kind = OpKind::Encode;
  std::vector<ValueId> operands;
  std::vector<ValueId> results;  ///< one, except Repeat: one for each carried value
  Location location;

  // Embed
  bool ofControls = false;

  // Embed, Linear
  WeightId weight = -1;

  // Linear
  WeightId bias = -1; ///< added to every output; -1: none
  Placement placement = Placement::Shared;

  // Attention. weight_ij = kernel(scale * q_i . k_j) * exp(-slope_h |i - j|) over the visible j
  int64_t heads = 1;
  double scale = 1;
  bool causal = true;            ///< j <= i is visible; otherwise every j
  std::vector<double> slopes;    ///< one a head, >= 0; empty: no decay
  Normalise normalise = Normalise::Sum;
  double eps = 0;                ///< of Attention's normaliser and of Norm's variance

  std::string kernel; ///< Attention: the kernel as called, "expressive" or "polynomial(power: 4)"

  // Attention (the kernel of the score, then of the operands after query, key and value, one
  // feature each: its parameters) and Map (one argument an operand). A kernel whose root
  // is exp is kept as such: the compiler shifts it by the row maximum.
  ScalarFunction scalar;

  // Slice
  int64_t begin = 0, end = 0;

  bool largest = false; ///< Reduce
  int64_t size = 0;     ///< Rotate
  double base = 0;      ///< Rotate

  // Repeat
  int64_t count = 0;

  // Repeat, Recur. The operands of a Recur are the values of which its body reads one position.
  std::unique_ptr<Region> body;
};

/// Operations in order. Of a repeat: `arguments` are the carried values at the start of an
/// iteration, `yields` those at its end, position by position. A body may use values from
/// outside. Of a Recur: `arguments` are what is carried, which is zero before the first position,
/// then one argument for each operand; all values of its body have the axis [position 1]; it uses
/// none from outside, and weights made in it are shared by the positions.
struct Region {
  std::vector<ValueId> arguments;
  std::vector<Op> ops;
  std::vector<ValueId> yields;
};

enum class LossKind {
  CrossEntropy,
  SquaredError,
  Own, ///< `lossValue`
};
enum class LossAt { Last, All };

/// What the tokens of a file are.
enum class DataForm { None, Bytes, Characters, U8, U16, U32 };

/// A file from which the program draws its windows; see docs/data.md.
struct TaskData {
  DataForm form = DataForm::None;
  std::string path;       ///< absolute; the program's default
  double split = 0.9;     ///< share of the tokens that is for training, from the start
  std::string vocabulary; ///< of Characters: those of the file in UTF-8, symbol after symbol
};

/// The task with its arguments; see docs/task.md.
struct Task {
  std::string name;
  int64_t symbols = 0;              ///< N
  std::vector<TaskControl> controls; ///< in use, in the order of the control tape
  int64_t gapMinimum = 1, gapMaximum = 1; ///< distance between control tokens; of a task with any
  int64_t history = 0;              ///< uniform symbols that a stream begins with
  int64_t warmUp = 0;               ///< tokens between them and the window
  bool interspersed = false;        ///< control tokens are positions of their own, not a tape
  std::vector<std::pair<std::string, std::string>> arguments; ///< its own parameters as text
  std::vector<TaskState> states;
  TaskBlock next;                   ///< the next symbol
  TaskBlock target;                 ///< whether it is to be predicted; no result: always
  int32_t values = 0;               ///< results of instructions: 0 .. values - 1
  TaskData data;                    ///< of the task tokens, which has no states and rules
  std::vector<Location> places;     ///< of instructions
  Location location;                ///< of the statement
  Location declared;                ///< of the declaration

  /// The names of the control tokens in order: "IARC", or with a longer one "push pop".
  std::string controlNames() const {
    bool letters = true;
    for (const TaskControl &control : controls)
      letters = letters && control.name.size() == 1;
    std::string text;
    for (const TaskControl &control : controls)
      text += (text.empty() || letters ? "" : " ") + control.name;
    return text;
  }
};

enum class Optimiser { Sgd, Nesterov, Adam, AdamW, Lion };

enum class ScheduleKind { Constant, Step, Linear, Cosine };

/// The learning rate of every step; see docs/language.md.
struct Schedule {
  ScheduleKind kind = ScheduleKind::Constant;
  double rate = 0.02;  ///< at the start, after the warm-up
  double to = 0;       ///< Linear, Cosine: at the end of the run
  double factor = 1;   ///< Step: of the rate
  int64_t every = 1;   ///< Step: steps from one to the next
  int64_t warmUp = 0;  ///< steps in which the rate grows
};

enum class Stop { Never, Loss, Accuracy };

struct Train {
  Optimiser optimiser = Optimiser::Sgd;
  Schedule rate;
  double momentum = 0.8; ///< of adam, adamw and lion beta1
  double beta2 = 0, epsilon = 0, decay = 0;
  int64_t batch = 200;
  int64_t steps = 8000;
  double clip = 0;           ///< longest gradient; 0: any length
  int64_t accumulate = 1;    ///< parts in which a batch is computed
  int64_t evaluateEvery = 0; ///< steps; 0: at the end only
  Stop stop = Stop::Never;   ///< what an evaluation must reach to end the run
  double stopAt = 0;
  Location location;
};

struct Parameter {
  std::string name;
  std::string value; ///< after overriding, as written
};

struct Model {
  std::string name;
  Location location;
  std::vector<Parameter> parameters;
  Task task;
  int64_t context = 0;              ///< T
  std::vector<Weight> weights;
  std::vector<Shape> valueShapes;   ///< by ValueId; [position T, feature F], or [position 1, ...]
  /// By ValueId: what people call it, unique. The blocks that are called and the variable to which it is
  /// first given, "layer.attention.query", the block that returns it, "layer.attention", or in place of a
  /// variable its weight or operation; ".in" is what an iteration or step begins with. Empty for what is a
  /// value of a body under another number, such as the results of Repeat and Recur.
  std::vector<std::string> valueNames;
  /// body.yields holds one value: the logits [position T, feature N], or [position 1, feature N]
  /// which predict the symbol after the last position only.
  Region body;
  Location predictLocation;
  LossKind loss = LossKind::CrossEntropy;
  ValueId lossValue = -1;           ///< of an own loss: [position T or 1, feature 1]
  LossAt lossAt = LossAt::Last;
  Location lossLocation;
  Train train;
};

} // namespace iarc::dsl
#endif
