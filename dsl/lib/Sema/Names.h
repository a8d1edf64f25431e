//===- Names.h - Predefined names -----------------------------------------===//
//
// What the language itself provides. Everything else is defined in `.iarc`.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_DSL_SEMA_NAMES_H
#define IARC_DSL_SEMA_NAMES_H

#include "iarc/dsl/Scalar.h"

#include <string>
#include <vector>

namespace iarc::dsl {

/// A parameter of something that can be called.
struct Formal {
  std::string name;
  bool required = true;
  bool namedOnly = false; ///< must be given as `name: value`
  bool isList = false;    ///< takes a list, `[x, y]`
};

using Formals = std::vector<Formal>;

/// Scalar functions that become one node.
struct Intrinsic {
  std::string name;
  ScalarOp op;
  int arity;
};

/// The intrinsic of that name, or null.
const Intrinsic *findIntrinsic(const std::string &name);

/// The intrinsics of so many arguments.
std::vector<std::string> intrinsicNames(int arity);

/// Primitives that the elaborator knows by name.
enum class Primitive { Linear, Attend, Norm, Width, Sum, AbsoluteSum, Normal, Uniform, Constant, Flatten,
                       LstmGates, RowSum, RowMean, RowMax, Join, Rope, Embed, Unembed };

struct PrimitiveEntry {
  std::string name;
  Primitive primitive;
  Formals formals;
};

const PrimitiveEntry *findPrimitive(const std::string &name);

/// Whether the argument of that name is the name of a weight, not an expression.
bool namesWeight(const PrimitiveEntry &entry, const std::string &argument);

/// Words that stand for themselves: causal, none, alibi, shared, sum, absolute_sum, fan_in,
/// one_hot, added.
bool isWord(const std::string &name);

/// The words of a setting, which a param may hold. They are words only there, so that a program
/// may use them as names.
struct WordChoice {
  std::string what; ///< with its article: "a loss"
  std::vector<std::string> words;
};

/// The setting that takes the word `name`, such as cross_entropy, last or tape, or null.
const WordChoice *findChoice(const std::string &name);

/// encode and symbols: values that the task gives.
bool isTaskValue(const std::string &name);

bool isPredefined(const std::string &name);

/// All predefined names that may stand in an expression, for suggestions.
const std::vector<std::string> &predefinedNames();

/// Those that can be called.
std::vector<std::string> predefinedCallees();

/// Arguments of `train` with this optimiser, or null where there is none of this name.
const Formals *optimiserFormals(const std::string &name);
std::vector<std::string> optimiserNames();

/// Arguments of this schedule of the learning rate, or null where there is none of this name.
const Formals *scheduleFormals(const std::string &name);

} // namespace iarc::dsl
#endif
