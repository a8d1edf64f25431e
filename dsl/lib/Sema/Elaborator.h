//===- Elaborator.h - From definitions to the elaborated model ------------===//
//
// Evaluates the statements of the model: numbers are folded, kernels and
// functions become scalar graphs, blocks are inlined where they are called.
// One class, in several files by subject:
//   Elaborator.cpp     scopes, messages, calls of definitions
//   Expressions.cpp    names, calls, choices, slices
//   Arithmetic.cpp     operators on numbers, conditions and values
//   Primitives.cpp     operations, norm and the words they take
//   Attention.cpp      attend, its kernels and their decay
//   Weights.cpp        weight tensors, their initial values, linear
//   Embedding.cpp      embed, unembed
//   DeclaredWeights.cpp  weight, and expressions that use them
//   Rows.cpp           row_sum, row_mean, row_max, join, rope
//   Recurrence.cpp     recur, lstm_gates, flatten
//   Statements.cpp     let, assignment, repeat, for, if
//   ModelSettings.cpp  param, context, predict
//   Overrides.cpp      what the command line says of a param
//   Loss.cpp           loss
//   TrainSettings.cpp  train
//   TaskSetting.cpp    task
//   DataTask.cpp       task tokens
//
//===----------------------------------------------------------------------===//
#ifndef IARC_DSL_SEMA_ELABORATOR_H
#define IARC_DSL_SEMA_ELABORATOR_H

#include "Sema/Arguments.h"
#include "Sema/Program.h"
#include "Sema/TaskRules.h"
#include "Sema/Value.h"

#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace iarc::dsl {

/// Ends elaboration; the diagnostic has been reported.
struct ElaborationStopped : std::runtime_error {
  ElaborationStopped() : std::runtime_error("elaboration stopped") {}
};

/// Limits that a model must respect; docs/language.md states them.
namespace limits {
inline constexpr int64_t context = 1 << 14; // a row of attention lies on a thread's stack
inline constexpr int64_t width = 1 << 20;
inline constexpr int64_t heads = 1 << 16;
inline constexpr int64_t symbols = 1 << 20;
inline constexpr int64_t repeat = 1 << 20;
inline constexpr int64_t unrolled = 10000; ///< iterations of a 'for'
inline constexpr int64_t batch = 1 << 24;
inline constexpr int64_t steps = 1000000000000; ///< as many as the program's flags take
inline constexpr int64_t weightElements = int64_t(1) << 40;
inline constexpr int64_t power = 1024;
inline constexpr size_t operations = 100000;
inline constexpr size_t scalarNodes = 100000;
inline constexpr size_t evaluations = 2000000;
inline constexpr int callDepth = 100;
inline constexpr int evaluationDepth = 1500;
} // namespace limits

/// Stands for the weight of a function that is only checked: the parameter ~freePlaceholder.
inline constexpr ValueId freePlaceholder = 1 << 20;

class Elaborator {
public:
  Elaborator(Program &program, const FrontendOptions &options, Diagnostics &diagnostics)
      : program(program), options(options), diagnostics(diagnostics) {}

  std::unique_ptr<Model> run();

private:
  using Expression = ast::Expression;
  using Statement = ast::Statement;
  using Level = std::map<std::string, Value>;

  /// The variables of one body: the innermost level last.
  struct Scope {
    FileUnit *unit = nullptr;
    std::vector<Level> levels = std::vector<Level>(1);
    /// A kernel's or function's: only scalars.
    bool scalar = false;
  };
  /// A call that is being elaborated, for the notes of a message.
  struct Frame {
    std::string name;
    SourceRange where;
  };
  /// The recur whose body is being elaborated.
  struct Recurrence {
    Op *op = nullptr;
    ValueId firstInside = 0;            ///< values below it are from outside
    std::map<ValueId, ValueId> slices;  ///< of a value from outside: the argument that stands for it
    std::optional<int64_t> positions;   ///< of the values from outside
    SourceRange first;                  ///< where the first of them is read
  };
  /// A table of embeddings that a readout may be tied to.
  struct Embedding {
    WeightId weight;
    bool layered; ///< made in a repeat: one for each layer
    SourceRange where;
  };
  /// Positions and features of an elementwise expression, and the operands that determine them:
  /// weights fit any number of positions, one feature fits any number.
  struct Extent {
    int64_t positionCount = 0, featureCount = 0; ///< 0: any
    ValueId positions = -1, features = -1;
  };
  struct WeightDefaults {
    Placement placement = Placement::Shared;
    Initialiser initialiser{Initialiser::Kind::Normal, 0, 0.1};
  };

  // Elaborator.cpp
  Diagnostic &report(Code code, SourceRange where, std::string message);
  void step(SourceRange where);
  Value *find(Scope &scope, const std::string &name);
  Value callBlock(Definition &definition, const Expression &call, const Binding &binding,
                  Scope &caller);
  /// With the arguments as values; what is missing has a default.
  Value callBlock(Definition &definition, SourceRange where,
                  std::vector<std::optional<Value>> given);
  /// Applies a kernel or function to numbers and values.
  Value applyFunction(const FunctionValue &function, std::vector<Value> arguments,
                      SourceRange where, const std::vector<SourceRange> &argumentRanges);
  Value evaluateBody(Definition &definition, const std::vector<Value> &arguments,
                     SourceRange where);
  void checkUncalledFunctions();
  /// The name, after those of the blocks that are being called: "layer.attention.query".
  std::string pathTo(const std::string &name) const;
  /// Names a value, unless that was done.
  void nameValue(const Value &value, const std::string &path);
  void nameValue(ValueId value, const std::string &path);
  void makeValueNamesUnique();
  /// What kind a value is, with its article: "a number", "a value [position 24, feature 20]".
  std::string describe(const Value &value) const;
  /// For editors: what a name or call stands for, and the weights that it made.
  void noteFacts(const Expression &expression, const Value &value, size_t weightsBefore);
  void noteValue(SourceRange where, const Value &value);
  /// The value of the model that it is, without anything to compute.
  static std::optional<ValueId> plainValueOf(const Value &value);

  // Expressions.cpp
  Value evaluate(const Expression &expression, Scope &scope);
  Value leaf(const Expression &expression, Scope &scope);
  Value name(const Expression &expression, Scope &scope);
  Value call(const Expression &expression, Scope &scope);
  Value callFunction(const FunctionValue &function, const Expression &call, Scope &scope);
  Value choice(const Expression &expression, Scope &scope);
  Value slice(const Expression &expression, const Value &base, Scope &scope);
  Value index(const Expression &expression, const Value &base);
  Value placement(const Expression &expression);
  /// The value as one of the model; a pending elementwise graph becomes a Map.
  std::optional<ValueId> tensor(const Value &value, SourceRange where, const char *what);
  std::optional<int64_t> integer(const Value &value, SourceRange where, const std::string &what,
                                 int64_t low, int64_t high, Code code);
  std::optional<double> real(const Value &value, SourceRange where, const std::string &what,
                             Code code);

  // Arithmetic.cpp
  Value unary(const Expression &expression, const Value &operand);
  Value binary(const Expression &expression, const Value &left, const Value &right);
  Value foldNumbers(const Expression &expression, const Value &left, const Value &right);
  Value combine(ScalarOp op, const Value &left, const Value &right, const Expression &expression,
                SourceRange leftRange, SourceRange rightRange);
  Value power(const Expression &expression, const Value &left, const Value &right);
  Value finite(double value, const Expression &expression);
  bool scalarOperand(const Value &value, SourceRange where, SourceRange op,
                     const std::string &opText);
  bool sameShape(const Graph &left, const Graph &right, SourceRange where, SourceRange leftRange,
                 SourceRange rightRange);
  static Graph graphOf(const Value &value);

  // Attention.cpp
  Value attend(const Expression &call, const Binding &binding, Scope &scope);
  /// A kernel as a graph of the score, operand ~0, and the values of its weights, which are made for
  /// queries at so many positions.
  std::optional<Graph> kernel(const Value &value, SourceRange where, int64_t positions);
  /// Attention of the heads begin .. end - 1 with one kernel.
  Value attendWith(Graph kernel, Op op, const Expression &call, const Binding &binding,
                   SourceRange kernelRange, std::optional<double> eps, Scope &scope);
  /// `count` copies of each run of `size` features.
  ValueId repeatedHeads(ValueId value, int64_t size, int64_t count, SourceRange where);
  bool decay(const Value &value, SourceRange where, int64_t heads, std::vector<double> &slopes);

  // Primitives.cpp
  Value primitive(const PrimitiveEntry &entry, const Expression &call, Scope &scope);
  Value linear(const Expression &call, const Binding &binding, Scope &scope);
  Value norm(const Expression &call, const Binding &binding, Scope &scope);
  Value normaliser(Primitive which, const Expression &call, const Binding &binding, Scope &scope);
  Value initialiser(Primitive which, const Expression &call, const Binding &binding,
                    Scope &scope);
  ValueId sliced(ValueId value, int64_t begin, int64_t end, SourceRange where);
  /// The name that a call gives to its weight, or the default; none if it gives no name.
  std::optional<std::string> weightName(const ast::Argument *given, const char *byDefault);
  /// The initialiser that a call gives, or the default.
  std::optional<Initialiser> initialiserOf(const ast::Argument *given, Initialiser byDefault,
                                           Scope &scope);
  /// The initialiser of a bias: no value where there is none; false where what is given is wrong.
  bool biasOf(const ast::Argument *given, Scope &scope, std::optional<Initialiser> &bias);
  /// Makes a weight, or with `isBias` the bias of one, for a value of that many positions.
  WeightId weight(const std::string &name, Placement placement, Initialiser initialiser,
                  bool isBias, int64_t positions, int64_t out, int64_t in, SourceRange where);
  Value operation(Op op, int64_t features, SourceRange where);
  Value operationAt(Op op, int64_t positions, int64_t features, SourceRange where);
  Value badArgument(const std::string &what, const std::string &wanted, const Value &value,
                    SourceRange where, std::string hint = {});
  int64_t features(ValueId value) const {
    return model->valueShapes[static_cast<size_t>(value)][1].size;
  }
  int64_t positions(ValueId value) const {
    return model->valueShapes[static_cast<size_t>(value)][0].size;
  }
  bool fits(ValueId a, ValueId b) const {
    return positions(a) == positions(b) && features(a) == features(b);
  }
  ValueId newValue(int64_t positions, int64_t features, SourceRange origin);
  std::string shapeText(ValueId value) const;
  /// The first axis in which the shapes differ, with both sizes.
  std::string differenceOf(ValueId left, ValueId right) const;
  void noteOrigin(Diagnostic &diagnostic, ValueId value) const;

  // Embedding.cpp
  Value embed(const Expression &call, const Binding &binding, Scope &scope);
  Value unembed(const Expression &call, const Binding &binding, Scope &scope);
  const Embedding *embeddingOf(const Expression &call, const Expression *given);

  // DeclaredWeights.cpp
  /// `owner`: the function that declares it, whose name then begins that of the weight.
  void declareWeight(const Statement &statement, Scope &scope, const std::string &owner = {});
  Value linearBy(const Value &matrix, const Expression &call, const Binding &binding, Scope &scope,
                 ValueId x);
  bool isWeight(ValueId value) const;
  Extent extentOf(const Graph &graph) const;
  ValueId adapted(ValueId value, int64_t positions, int64_t features, SourceRange where);
  /// A value as a variable holds it: what is elementwise has become a Map, but for expressions of
  /// weights alone, which fit any number of positions.
  Value settled(const Value &value, SourceRange where, const char *what, Scope &scope);

  // Rows.cpp
  Value reduce(Primitive which, const Expression &call, const Binding &binding, Scope &scope);
  Value joinValues(const Expression &call, const Binding &binding, Scope &scope);
  Value joined(const std::vector<ValueId> &parts, SourceRange where);
  Value rope(const Expression &call, const Binding &binding, Scope &scope);

  // Recurrence.cpp
  Value flatten(const Expression &call, const Binding &binding, Scope &scope);
  Value lstmGates(const Expression &call, const Binding &binding, Scope &scope);
  void recur(const Statement &statement, Scope &scope);
  /// In the body of a recur, the slice of a value from outside; else the value itself.
  Value seenHere(const Value &value, SourceRange where);
  /// The argument of the body that stands for a value from outside.
  std::optional<ValueId> sliceOf(ValueId outside, SourceRange where);
  void settleState(Value &value, SourceRange where);
  Value notInRecur(SourceRange where, const std::string &what, std::string hint);

  // Statements.cpp
  void execute(const std::vector<const Statement *> &body, Scope &scope);
  void execute(const Statement &statement, Scope &scope);
  void assign(const Statement &statement, Scope &scope, bool isLet);
  void repeat(const Statement &statement, Scope &scope);
  void forEach(const Statement &statement, Scope &scope);
  void branch(const Statement &statement, Scope &scope);
  void collectAssigned(const std::vector<const Statement *> &body, Scope &scope,
                       std::vector<std::string> &names);
  void poisonAssigned(const std::vector<const Statement *> &body, Scope &scope);
  WeightDefaults blockWeights(const std::vector<const Statement *> &body, Scope &scope,
                              WeightDefaults inherited);

  // ModelSettings.cpp
  void settings(Scope &scope);
  void findSettings();
  bool assignedSetting(const std::string &word);
  void parameters(Scope &scope);
  void override(const Statement &statement, Value &value, std::string &text,
                Scope &scope); // Overrides.cpp
  std::string hintForFunction(const std::string &given, const FunctionValue &instead);
  void task(Scope &scope);
  std::optional<std::vector<std::string>> subtasks(const Expression &given, Scope &scope);
  Value subtaskList(const Expression &list);
  std::string wrongSubtasks(const std::vector<std::string> &names) const;
  std::string atLeastOne() const;
  std::optional<int64_t> symbolsOf(const Binding &binding, int64_t controls, Scope &scope,
                                   bool &valid);
  std::optional<std::pair<int64_t, int64_t>> gapOf(const Expression &gap, Scope &scope);
  std::optional<std::string> wordOf(const Expression &given, const std::string &name,
                                    const std::vector<std::string> &words, Scope &scope);
  bool optionOf(const TaskOption &option, const Expression &given, Scope &scope,
                TaskUse::Option &out);
  void unknownTask(const Statement &statement);
  // DataTask.cpp
  /// The task `tokens`, whose stream is a file.
  void dataTask(const Statement &statement, Scope &scope);
  /// The distinct characters of a file, in the order of their numbers; none after an error.
  std::string vocabularyOf(const std::string &path, SourceRange where, int64_t &count);
  void checkUnusedTasks();
  std::optional<WordChoice> choiceOf(const std::string &word) const;
  void context(Scope &scope);
  void loss(Scope &scope); // Loss.cpp
  std::string hintForLoss(const std::string &given);
  Value parameterValue(const Expression &expression, Scope &scope);
  void train(Scope &scope); // TrainSettings.cpp
  void optimiser(const Statement &statement, Scope &scope);
  void schedule(const Expression &node, Scope &scope, bool mayWarm);
  void trainSetting(const ast::Argument &given, Scope &scope);
  /// A number of `train` from `low` to `high`, `high` itself excluded when `below` is set.
  std::optional<double> trainNumber(const Expression &node, Scope &scope, const std::string &name,
                                    double low, double high, bool below, const char *hint);
  void predict(const Statement &statement, Scope &scope);
  void ownLoss(const Statement &statement, ValueId logits, Scope &scope); // Loss.cpp
  const Statement *setting(ast::StatementKind kind) const;

  Program &program;
  const FrontendOptions &options;
  Diagnostics &diagnostics;
  Model *model = nullptr;

  std::vector<Frame> frames;
  std::vector<Region *> regions;  ///< innermost last
  std::vector<int64_t> layers;    ///< counts of the enclosing repeats, outermost first
  std::vector<SourceRange> layerRanges;
  std::vector<SourceRange> origins; ///< by ValueId: where the value came from
  std::vector<bool> isNamed;        ///< by ValueId: by a variable or block
  Recurrence *recurrence = nullptr; ///< null outside of any
  int64_t appliedPositions = 0; ///< of what the outermost function or kernel is applied to; 0: any
  std::set<std::string> weightNames;
  std::map<std::string, int> weightNumbers; ///< the last number behind each name
  std::vector<Embedding> embeddings; ///< of symbols, in the order in which the program calls
  std::map<ValueId, WeightId> weightOfValue; ///< declared vectors and scalars
  Definition *lossBlock = nullptr;           ///< of an own loss
  WeightDefaults weights;
  std::map<ast::StatementKind, const Statement *> found;
  std::optional<ValueId> encoded;
  std::optional<int64_t> symbolCount;
  int64_t controlCount = 0;
  std::optional<TaskDeclaration> declaration; ///< of the model's task
  std::optional<Value> returned;
  bool predicted = false;
  bool settingsReady = false;
  size_t evaluations = 0;
  size_t operations = 0;
  int64_t weightElements = 0;
  int depth = 0;
};

} // namespace iarc::dsl
#endif
