//===- Task.h - An elaborated task -----------------------------------------===//
//
// What a declared task becomes once its parameters, symbols and control tokens
// are known: rules as straight-line code on 64-bit integers with structured
// branches and without loops, so that every rule ends. docs/task.md says what a
// task means and in which order its random numbers are drawn.
//
// Arithmetic wraps at 64 bits. What could leave its range (a divisor, the bound
// of a draw, an index of a table, the next symbol) has been proved to stay in it.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_DSL_TASK_H
#define IARC_DSL_TASK_H

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace iarc::dsl {

/// What one instruction computes. `a`, `b` stand for its operands in order.
enum class TaskOp {
  Constant,     ///< the number `value`
  Time,         ///< t, the position of the newest symbol; -1 before the first
  Governing,    ///< control index of what governs
  Symbol,       ///< x[a]; 0 unless 0 <= a <= t. `value` is 1 where a has been proved to be
  Load,         ///< the state number `value`, one number
  Element,      ///< element a of the table that is state number `value`
  Index,        ///< in the initial value of a table: the element that is being made
  Draw,         ///< uniform on 0 .. a - 1
  Add,
  Subtract,
  Multiply,
  Divide,       ///< rounded down; b >= 1
  Modulo,       ///< 0 .. b - 1; b >= 1
  Minimum,
  Maximum,
  Less,         ///< a < b, a condition
  LessEqual,
  Equal,
  And,
  Or,
  Not,
  If,           ///< blocks[0] where the condition a holds, else blocks[1]; the result is theirs
  Store,        ///< state number `value` := a
  StoreElement, ///< element a of the table that is state number `value` := b
};

struct TaskInstruction;

/// Instructions in order, and the value that the block gives: -1 for none.
struct TaskBlock {
  std::vector<TaskInstruction> instructions;
  int32_t result = -1;
};

struct TaskInstruction {
  TaskOp op = TaskOp::Constant;
  std::array<int32_t, 2> operands = {-1, -1}; ///< results of earlier instructions; -1 where absent
  int32_t result = -1;                        ///< unique in the task; -1: it gives no value
  int64_t value = 0;
  int32_t place = 0;                          ///< index into Task::places
  std::vector<TaskBlock> blocks;              ///< of If: two
};

/// A number, or a table of numbers, that a sample keeps from position to position.
struct TaskState {
  std::string name;
  int64_t size = 0;  ///< elements of a table; 0: one number
  TaskBlock initial; ///< evaluated once, or for each element in order
};

/// A control token in use; its place in the list is its control index.
struct TaskControl {
  std::string name;
  std::string label;  ///< a word that says what it does; may be empty
  bool governs = true; ///< decides the symbols that follow; otherwise it changes what governs
  TaskBlock rule;     ///< runs when the token comes
};

} // namespace iarc::dsl
#endif
