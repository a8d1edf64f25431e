//===- TaskImport.cpp - The function that fills a batch ---------------------===//
//
// Every sample is a loop over positions that carries the states of the task, what
// governs and the position of the next control token in registers. Symbols and
// tables lie in the call's scratch memory, the words of random numbers on the
// stack. Rules become the branches that they are: there is nothing to vectorise,
// as every sample takes its own way.
//
//===----------------------------------------------------------------------===//
#include "TaskImport.h"
#include "iarc/Dialect/Iarc.h"
#include "iarc/runtime/Descriptor.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/Matchers.h"

#include <cstddef>
#include <set>

using namespace mlir;

namespace iarc {
namespace {

// What the generated code assumes of the call: fields of 64 bits.
static_assert(sizeof(iarc_fill_call) == 10 * 8 && offsetof(iarc_fill_call, seed) == 0 &&
                  offsetof(iarc_fill_call, scratch) == 9 * 8,
              "the fields are numbered below");
enum Field { Seed, Stream, First, Count, Stride, Symbols, Controls, Governing, Targets, Scratch };
static_assert(offsetof(iarc_fill_call, stride) == Stride * 8 &&
              offsetof(iarc_fill_call, governing) == Governing * 8 &&
              offsetof(iarc_fill_call, targets) == Targets * 8);

/// Where things lie in the scratch memory, in bytes.
struct ScratchLayout {
  ScratchLayout(const dsl::Task &task, int64_t context) {
    auto place = [&](int64_t size) {
      int64_t at = bytes;
      bytes += (size + 63) / 64 * 64;
      return at;
    };
    // A stream ends at the latest one symbol beyond its window.
    int64_t tokens = task.warmUp + context + 3;
    symbols = place((task.history + tokens) * 4);
    for (const dsl::TaskState &state : task.states)
      tables.push_back(state.size ? place(state.size * 8) : 0);
    for (int64_t &column : columns)
      column = task.interspersed ? place(tokens * 4) : 0;
  }
  int64_t bytes = 0, symbols = 0;
  std::vector<int64_t> tables;
  /// Of interspersed tokens: symbol, control index, what governs, target.
  std::array<int64_t, 4> columns{};
};

class TaskImporter {
public:
  TaskImporter(ModuleOp module, const dsl::Task &task, int64_t context)
      : module(module), task(task), context(context), layout(task, context),
        b(module.getLoc(), module.getContext()) {
    for (auto [index, control] : llvm::enumerate(task.controls))
      (control.governs ? governors : modifiers).push_back(index);
  }

  void run();

private:
  /// What a rule sees and changes.
  struct Env {
    Value t, governing, index;
    SmallVector<Value> states; ///< by number; null for tables
  };

  // Short forms.
  Value number(int64_t value) {
    return arith::ConstantOp::create(b, b.getI64IntegerAttr(value));
  }
  Value add(Value x, Value y) { return arith::AddIOp::create(b, x, y); }
  Value add(Value x, int64_t y) { return y ? add(x, number(y)) : x; }
  Value sub(Value x, Value y) { return arith::SubIOp::create(b, x, y); }
  Value mul(Value x, Value y) { return arith::MulIOp::create(b, x, y); }
  Value select(Value c, Value x, Value y) { return arith::SelectOp::create(b, c, x, y); }
  Value compare(arith::CmpIPredicate how, Value x, Value y) {
    return arith::CmpIOp::create(b, how, x, y);
  }
  Value equal(Value x, int64_t y) { return compare(arith::CmpIPredicate::eq, x, number(y)); }
  Value isTrue(bool value) { return arith::ConstantOp::create(b, b.getBoolAttr(value)); }
  Value at(Value base, Value index, Type element) {
    return LLVM::GEPOp::create(b, pointer, element, base, ArrayRef<LLVM::GEPArg>{index});
  }
  Value bytes(Value base, int64_t offset) {
    return LLVM::GEPOp::create(b, pointer, b.getI8Type(), base,
                               ArrayRef<LLVM::GEPArg>{int32_t(offset)});
  }
  Value load(Value address, Type type) {
    return LLVM::LoadOp::create(b, type, address, /*alignment=*/type.isInteger(64) ? 8 : 4);
  }
  void store(Value value, Value address) {
    LLVM::StoreOp::create(b, value, address,
                          /*alignment=*/value.getType().isInteger(64) ? 8 : 4);
  }
  Value field(Field number) {
    Type type = number >= Symbols ? pointer : Type(i64);
    return LLVM::LoadOp::create(b, type, bytes(call, number * 8), /*alignment=*/8);
  }
  /// A 32-bit element of an array, as 64 bits that are not negative.
  Value loadElement(Value base, Value index) {
    return arith::ExtUIOp::create(b, i64, load(at(base, index, i32), i32));
  }
  void storeElement(Value value, Value base, Value index) {
    store(arith::TruncIOp::create(b, i32, value), at(base, index, i32));
  }
  /// for (i = begin; i < end; ++i) with carried values.
  SmallVector<Value> loop(Value begin, Value end, ValueRange carried,
                          llvm::function_ref<SmallVector<Value>(Value, ValueRange)> body);
  SmallVector<Value> loop(Value begin, Value end, llvm::function_ref<void(Value)> body) {
    return loop(begin, end, ValueRange{}, [&](Value i, ValueRange) {
      body(i);
      return SmallVector<Value>{};
    });
  }
  SmallVector<Value> ifElse(Value condition, TypeRange types,
                            llvm::function_ref<SmallVector<Value>()> yes,
                            llvm::function_ref<SmallVector<Value>()> no);

  // Random numbers.
  Value word();
  Value draw(Value bound);

  // Rules.
  Value runBlock(const dsl::TaskBlock &block, Env &env);
  void instruction(const dsl::TaskInstruction &instruction, Env &env);
  void branch(const dsl::TaskInstruction &instruction, Env &env);
  Value divide(Value a, Value b, bool modulo);
  static void collectStores(const dsl::TaskBlock &block, std::set<int64_t> &stores);
  static bool givesCondition(const dsl::TaskBlock &block);

  // The stream.
  void sample(Value place);
  void begin(Env &env, Value &due);
  Value control(Env &env, Value &due);
  void tape(Env env, Value due, Value place);
  void interspersed(Env env, Value due, Value place);
  /// The states that are registers, what governs and the position of the next control token.
  SmallVector<Value> pack(const Env &env, Value due) const;
  void unpack(ValueRange carried, Env &env, Value &due) const;
  Value next(Env &env);

  ModuleOp module;
  const dsl::Task &task;
  int64_t context;
  ScratchLayout layout;
  ImplicitLocOpBuilder b;
  SmallVector<int64_t> governors, modifiers;
  Type pointer, i64, i32;
  Value call, seed, stream, sampleNumber, draws, x, scratch, stride;
  Value symbolsOut, controlsOut, governingOut, targetsOut;
  std::vector<Value> values; ///< of instructions
};

SmallVector<Value>
TaskImporter::loop(Value begin, Value end, ValueRange carried,
                   llvm::function_ref<SmallVector<Value>(Value, ValueRange)> body) {
  auto loop = scf::ForOp::create(b, begin, end, number(1), carried);
  OpBuilder::InsertionGuard guard(b);
  Block *block = loop.getBody();
  if (carried.empty())
    b.setInsertionPoint(block->getTerminator());
  else
    b.setInsertionPointToEnd(block);
  SmallVector<Value> yields = body(loop.getInductionVar(), loop.getRegionIterArgs());
  if (!carried.empty())
    scf::YieldOp::create(b, yields);
  return SmallVector<Value>(loop.getResults());
}

SmallVector<Value> TaskImporter::ifElse(Value condition, TypeRange types,
                                        llvm::function_ref<SmallVector<Value>()> yes,
                                        llvm::function_ref<SmallVector<Value>()> no) {
  auto made = scf::IfOp::create(b, types, condition, /*addThenBlock=*/true, /*addElseBlock=*/true);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToEnd(&made.getThenRegion().front());
  scf::YieldOp::create(b, yes());
  b.setInsertionPointToEnd(&made.getElseRegion().front());
  scf::YieldOp::create(b, no());
  return SmallVector<Value>(made.getResults());
}

// --- random numbers -------------------------------------------------------------------------------
// Four words of a block, how many of them are used, and the number of the next block.

/// 32 random bits, as 64.
Value TaskImporter::word() {
  Value usedAt = bytes(draws, 16), blockAt = bytes(draws, 24);
  Value before = load(usedAt, i64);
  Value used = ifElse(equal(before, 4), {i64},
                      [&] {
                        Value block = load(blockAt, i64);
                        store(add(block, 1), blockAt);
                        func::CallOp::create(b, "iarc_random_block", TypeRange{},
                                             ValueRange{seed, stream, sampleNumber, block, draws});
                        return SmallVector<Value>{number(0)};
                      },
                      [&] { return SmallVector<Value>{before}; })[0];
  Value result = loadElement(draws, used);
  store(add(used, 1), usedAt);
  return result;
}

/// Uniform on 0 .. bound - 1: the high half of word * bound, where words whose low half falls into
/// the incomplete interval are drawn again.
Value TaskImporter::draw(Value bound) {
  constexpr int64_t kWords = int64_t(1) << 32;
  APInt constant;
  bool known = matchPattern(bound, m_ConstantInt(&constant));
  int64_t threshold =
      known && !constant.isZero() ? (kWords - constant.getSExtValue()) % constant.getSExtValue() : 0;
  auto low = [&](Value product) {
    return arith::AndIOp::create(b, product, number(kWords - 1)).getResult();
  };
  Value product;
  if (known && threshold == 0) {
    product = mul(word(), bound);
  } else {
    auto again = scf::WhileOp::create(b, TypeRange{i64}, ValueRange{});
    OpBuilder::InsertionGuard guard(b);
    b.createBlock(&again.getBefore());
    Value drawn = mul(word(), bound), rest = low(drawn), repeat;
    if (known)
      repeat = compare(arith::CmpIPredicate::ult, rest, number(threshold));
    else
      repeat = ifElse(compare(arith::CmpIPredicate::ult, rest, bound), {b.getI1Type()},
                      [&] {
                        Value limit = arith::RemUIOp::create(b, sub(number(kWords), bound), bound);
                        return SmallVector<Value>{
                            compare(arith::CmpIPredicate::ult, rest, limit)};
                      },
                      [&] { return SmallVector<Value>{isTrue(false)}; })[0];
    scf::ConditionOp::create(b, repeat, ValueRange{drawn});
    b.createBlock(&again.getAfter(), {}, TypeRange{i64}, {b.getLoc()});
    scf::YieldOp::create(b, ValueRange{});
    product = again.getResult(0);
  }
  return arith::ShRUIOp::create(b, product, number(32));
}

// --- rules ----------------------------------------------------------------------------------------

void TaskImporter::collectStores(const dsl::TaskBlock &block, std::set<int64_t> &stores) {
  for (const dsl::TaskInstruction &instruction : block.instructions) {
    if (instruction.op == dsl::TaskOp::Store)
      stores.insert(instruction.value);
    for (const dsl::TaskBlock &inner : instruction.blocks)
      collectStores(inner, stores);
  }
}

bool TaskImporter::givesCondition(const dsl::TaskBlock &block) {
  for (const dsl::TaskInstruction &instruction : llvm::reverse(block.instructions)) {
    if (instruction.result != block.result)
      continue;
    switch (instruction.op) {
    case dsl::TaskOp::Less:
    case dsl::TaskOp::LessEqual:
    case dsl::TaskOp::Equal:
    case dsl::TaskOp::And:
    case dsl::TaskOp::Or:
    case dsl::TaskOp::Not:
      return true;
    case dsl::TaskOp::If:
      return givesCondition(instruction.blocks[0]);
    default:
      return false;
    }
  }
  return false;
}

/// Rounded down, or the remainder in 0 .. b - 1; b is positive.
Value TaskImporter::divide(Value first, Value second, bool modulo) {
  APInt constant;
  if (modulo && matchPattern(second, m_ConstantInt(&constant)) && constant.isPowerOf2())
    return arith::AndIOp::create(b, first, number(constant.getSExtValue() - 1));
  Value rest = arith::RemSIOp::create(b, first, second);
  Value isNegative = compare(arith::CmpIPredicate::slt, rest, number(0));
  if (modulo)
    return select(isNegative, add(rest, second), rest);
  Value quotient = arith::DivSIOp::create(b, first, second);
  return select(isNegative, add(quotient, -1), quotient);
}

void TaskImporter::branch(const dsl::TaskInstruction &instruction, Env &env) {
  std::set<int64_t> stores;
  for (const dsl::TaskBlock &block : instruction.blocks)
    collectStores(block, stores);
  bool gives = instruction.result >= 0;
  SmallVector<Type> types;
  if (gives)
    types.push_back(givesCondition(instruction.blocks[0]) ? Type(b.getI1Type()) : i64);
  types.append(stores.size(), i64);
  auto way = [&](const dsl::TaskBlock &block) {
    Env inner = env;
    Value result = runBlock(block, inner);
    SmallVector<Value> yields;
    if (gives)
      yields.push_back(result);
    for (int64_t state : stores)
      yields.push_back(inner.states[state]);
    return yields;
  };
  SmallVector<Value> results = ifElse(values[instruction.operands[0]], types,
                                      [&] { return way(instruction.blocks[0]); },
                                      [&] { return way(instruction.blocks[1]); });
  size_t place = 0;
  if (gives)
    values[instruction.result] = results[place++];
  for (int64_t state : stores)
    env.states[state] = results[place++];
}

void TaskImporter::instruction(const dsl::TaskInstruction &i, Env &env) {
  using dsl::TaskOp;
  const dsl::Location &where = task.places[i.place];
  b.setLoc(FileLineColLoc::get(b.getContext(), where.file, where.line, where.column));
  Value first = i.operands[0] >= 0 ? values[i.operands[0]] : Value();
  Value second = i.operands[1] >= 0 ? values[i.operands[1]] : Value();
  auto table = [&] { return bytes(scratch, layout.tables[i.value]); };
  Value result;
  switch (i.op) {
  case TaskOp::Constant: result = number(i.value); break;
  case TaskOp::Time: result = env.t; break;
  case TaskOp::Governing: result = env.governing; break;
  case TaskOp::Index: result = env.index; break;
  case TaskOp::Symbol: {
    if (i.value == 1) {
      result = loadElement(x, first);
      break;
    }
    Value exists = compare(arith::CmpIPredicate::ult, first, add(env.t, 1));
    Value symbol = loadElement(x, select(exists, first, number(0)));
    result = select(exists, symbol, number(0));
    break;
  }
  case TaskOp::Load: result = env.states[i.value]; break;
  case TaskOp::Element: result = load(at(table(), first, i64), i64); break;
  case TaskOp::Draw: result = draw(first); break;
  case TaskOp::Add: result = add(first, second); break;
  case TaskOp::Subtract: result = sub(first, second); break;
  case TaskOp::Multiply: result = mul(first, second); break;
  case TaskOp::Divide: result = divide(first, second, /*modulo=*/false); break;
  case TaskOp::Modulo: result = divide(first, second, /*modulo=*/true); break;
  case TaskOp::Minimum: result = arith::MinSIOp::create(b, first, second); break;
  case TaskOp::Maximum: result = arith::MaxSIOp::create(b, first, second); break;
  case TaskOp::Less: result = compare(arith::CmpIPredicate::slt, first, second); break;
  case TaskOp::LessEqual: result = compare(arith::CmpIPredicate::sle, first, second); break;
  case TaskOp::Equal: result = compare(arith::CmpIPredicate::eq, first, second); break;
  case TaskOp::And: result = arith::AndIOp::create(b, first, second); break;
  case TaskOp::Or: result = arith::OrIOp::create(b, first, second); break;
  case TaskOp::Not: result = arith::XOrIOp::create(b, first, isTrue(true)); break;
  case TaskOp::If: return branch(i, env);
  case TaskOp::Store: env.states[i.value] = first; return;
  case TaskOp::StoreElement: store(second, at(table(), first, i64)); return;
  }
  values[i.result] = result;
}

Value TaskImporter::runBlock(const dsl::TaskBlock &block, Env &env) {
  Location outer = b.getLoc();
  for (const dsl::TaskInstruction &each : block.instructions)
    instruction(each, env);
  b.setLoc(outer);
  return block.result >= 0 ? values[block.result] : Value();
}

// --- the stream -----------------------------------------------------------------------------------

SmallVector<Value> TaskImporter::pack(const Env &env, Value due) const {
  SmallVector<Value> carried;
  for (auto [state, value] : llvm::zip(task.states, env.states))
    if (state.size == 0)
      carried.push_back(value);
  if (!task.controls.empty()) {
    carried.push_back(env.governing);
    carried.push_back(due);
  }
  return carried;
}

void TaskImporter::unpack(ValueRange carried, Env &env, Value &due) const {
  size_t place = 0;
  for (auto [state, value] : llvm::zip(task.states, env.states))
    if (state.size == 0)
      value = carried[place++];
  if (!task.controls.empty()) {
    env.governing = carried[place++];
    due = carried[place++];
  }
}

/// History, states, what governs at first and the distance to the first control token.
void TaskImporter::begin(Env &env, Value &due) {
  loop(number(0), number(task.history), [&](Value t) {
    storeElement(draw(number(task.symbols)), x, t);
  });
  env.t = number(task.history - 1);
  env.governing = number(-1);
  env.states.assign(task.states.size(), Value());
  for (auto [index, state] : llvm::enumerate(task.states)) {
    if (state.size == 0) {
      env.states[index] = runBlock(state.initial, env);
      continue;
    }
    loop(number(0), number(state.size), [&](Value element) {
      Env inner = env;
      inner.index = element;
      Value value = runBlock(state.initial, inner);
      store(value, at(bytes(scratch, layout.tables[index]), element, i64));
    });
  }
  if (task.controls.empty())
    return;
  Value drawn = draw(number(governors.size()));
  env.governing = number(governors.back());
  for (size_t i = governors.size() - 1; i-- > 0;)
    env.governing = select(equal(drawn, i), number(governors[i]), env.governing);
  due = add(add(env.t, task.gapMinimum), draw(number(task.gapMaximum - task.gapMinimum + 1)));
}

/// Draws the control token where one is due and lets it take effect; its index, or -1.
Value TaskImporter::control(Env &env, Value &due) {
  if (task.controls.empty())
    return number(-1);
  SmallVector<Value> carried = pack(env, due);
  carried.push_back(number(-1));
  SmallVector<Value> after = ifElse(
      compare(arith::CmpIPredicate::eq, env.t, due), TypeRange(ValueRange(carried)),
      [&] {
        Env inner = env;
        Value drawn = draw(number(task.controls.size()));
        Value distance = draw(number(task.gapMaximum - task.gapMinimum + 1));
        Value nextDue = add(add(due, task.gapMinimum), distance);
        for (auto [index, control] : llvm::enumerate(task.controls)) {
          if (control.rule.instructions.empty())
            continue;
          std::set<int64_t> stores;
          collectStores(control.rule, stores);
          SmallVector<Type> types(stores.size(), i64);
          SmallVector<Value> results = ifElse(
              equal(drawn, index), types,
              [&] {
                Env rule = inner;
                runBlock(control.rule, rule);
                SmallVector<Value> yields;
                for (int64_t state : stores)
                  yields.push_back(rule.states[state]);
                return yields;
              },
              [&] {
                SmallVector<Value> yields;
                for (int64_t state : stores)
                  yields.push_back(inner.states[state]);
                return yields;
              });
          for (auto [state, value] : llvm::zip(stores, results))
            inner.states[state] = value;
        }
        Value governing = drawn;
        for (int64_t modifier : modifiers)
          governing = select(equal(drawn, modifier), inner.governing, governing);
        inner.governing = governing;
        SmallVector<Value> yields = pack(inner, nextDue);
        yields.push_back(drawn);
        return yields;
      },
      [&] { return carried; });
  unpack(after, env, due);
  return after.back();
}

/// Makes x[t + 1]; its target, or -1 where it is not to be predicted.
Value TaskImporter::next(Env &env) {
  Value symbol = runBlock(task.next, env);
  storeElement(symbol, x, add(env.t, 1));
  if (task.target.result < 0)
    return symbol;
  Value predicted = runBlock(task.target, env);
  return select(predicted, symbol, number(-1));
}

void TaskImporter::tape(Env env, Value due, Value place) {
  int64_t first = task.history + task.warmUp;
  SmallVector<Value> carried = pack(env, due);
  loop(number(task.history - 1), number(first + context), carried,
       [&](Value t, ValueRange now) {
         Env inner = env;
         Value innerDue = due;
         inner.t = t;
         unpack(now, inner, innerDue);
         Value token = control(inner, innerDue);
         Value target = next(inner);
         ifElse(compare(arith::CmpIPredicate::sge, t, number(first)), {},
                [&] {
                  Value to = add(mul(add(t, -first), stride), place);
                  storeElement(loadElement(x, t), symbolsOut, to);
                  storeElement(token, controlsOut, to);
                  storeElement(inner.governing, governingOut, to);
                  if (task.target.result >= 0)
                    storeElement(target, targetsOut, to);
                  return SmallVector<Value>{};
                },
                [] { return SmallVector<Value>{}; });
         return pack(inner, innerDue);
       });
  storeElement(loadElement(x, number(first + context)), symbolsOut,
               add(mul(number(context), stride), place));
}

/// Writes tokens down in order, then the window, which begins one token later where its last would
/// be a control token.
void TaskImporter::interspersed(Env env, Value due, Value place) {
  std::array<Value, 4> columns;
  for (auto [column, offset] : llvm::zip(columns, layout.columns))
    column = bytes(scratch, offset);
  auto write = [&](Value token, Value symbol, Value control, Value governing, Value target) {
    storeElement(symbol, columns[0], token);
    storeElement(control, columns[1], token);
    storeElement(governing, columns[2], token);
    storeElement(target, columns[3], token);
  };
  SmallVector<Value> carried = pack(env, due);
  carried.push_back(number(task.history - 1)); // t
  carried.push_back(number(0));                // tokens
  SmallVector<Type> types = llvm::map_to_vector(carried, [](Value value) { return value.getType(); });
  SmallVector<Location> locations(types.size(), b.getLoc());
  auto steps = scf::WhileOp::create(b, types, carried);
  {
    OpBuilder::InsertionGuard guard(b);
    Block *before = b.createBlock(&steps.getBefore(), {}, types, locations);
    Value open = compare(arith::CmpIPredicate::sle, before->getArguments().back(),
                         number(task.warmUp + context));
    scf::ConditionOp::create(b, open, before->getArguments());
    Block *body = b.createBlock(&steps.getAfter(), {}, types, locations);
    Env inner = env;
    Value innerDue = due, tokens = body->getArguments().back();
    unpack(body->getArguments(), inner, innerDue);
    inner.t = body->getArgument(body->getNumArguments() - 2);
    Value token = control(inner, innerDue);
    tokens = ifElse(compare(arith::CmpIPredicate::sge, token, number(0)), {i64},
                    [&] {
                      Value none = number(-1);
                      write(tokens, none, token, inner.governing, none);
                      return SmallVector<Value>{add(tokens, 1)};
                    },
                    [&] { return SmallVector<Value>{tokens}; })[0];
    Value target = next(inner);
    write(tokens, loadElement(x, add(inner.t, 1)), number(-1), inner.governing, target);
    SmallVector<Value> yields = pack(inner, innerDue);
    yields.push_back(add(inner.t, 1));
    yields.push_back(add(tokens, 1));
    scf::YieldOp::create(b, yields);
  }
  Value lastControl = load(at(columns[1], number(task.warmUp + context), i32), i32);
  Value zero = arith::ConstantOp::create(b, b.getI32IntegerAttr(0));
  Value late = compare(arith::CmpIPredicate::sge, lastControl, zero);
  Value first = select(late, number(task.warmUp + 1), number(task.warmUp));
  auto copy = [&](Value from, Value column, Value out, Value to) {
    store(load(at(column, from, i32), i32), at(out, to, i32));
  };
  loop(number(0), number(context), [&](Value w) {
    Value from = add(first, w), to = add(mul(w, stride), place);
    copy(from, columns[0], symbolsOut, to);
    copy(from, columns[1], controlsOut, to);
    copy(add(from, 1), columns[2], governingOut, to);
    if (task.target.result >= 0)
      copy(add(from, 1), columns[3], targetsOut, to);
  });
  copy(add(first, context), columns[0], symbolsOut, add(mul(number(context), stride), place));
}

void TaskImporter::sample(Value place) {
  sampleNumber = add(field(First), place);
  store(number(4), bytes(draws, 16));
  store(number(0), bytes(draws, 24));
  Env env;
  Value due;
  begin(env, due);
  if (task.interspersed)
    interspersed(env, due, place);
  else
    tape(env, due, place);
}

void TaskImporter::run() {
  b.setInsertionPointToEnd(module.getBody());
  b.setLoc(FileLineColLoc::get(b.getContext(), task.declared.file, task.declared.line,
                               task.declared.column));
  pointer = LLVM::LLVMPointerType::get(b.getContext());
  i64 = b.getI64Type();
  i32 = b.getI32Type();
  values.resize(task.values);
  auto function =
      func::FuncOp::create(b, "fill_batch", b.getFunctionType({pointer}, TypeRange{}));
  auto block = func::FuncOp::create(b, "iarc_random_block",
                                    b.getFunctionType({i64, i64, i64, i64, pointer}, TypeRange{}));
  block.setPrivate();
  Block *entry = function.addEntryBlock();
  b.setInsertionPointToEnd(entry);
  call = entry->getArgument(0);
  draws = LLVM::AllocaOp::create(b, pointer, i64, number(4), /*alignment=*/16);
  seed = field(Seed);
  stream = field(Stream);
  stride = field(Stride);
  symbolsOut = field(Symbols);
  controlsOut = field(Controls);
  governingOut = field(Governing);
  targetsOut = field(Targets);
  scratch = field(Scratch);
  x = bytes(scratch, layout.symbols);
  loop(number(0), field(Count), [&](Value place) { sample(place); });
  func::ReturnOp::create(b);
}

} // namespace

void importTask(ModuleOp module, const dsl::Task &task, int64_t context) {
  TaskImporter(module, task, context).run();
}

int64_t taskScratchBytes(const dsl::Task &task, int64_t context) {
  return ScratchLayout(task, context).bytes;
}

} // namespace iarc
