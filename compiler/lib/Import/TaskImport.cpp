//===- TaskImport.cpp - The function that fills a batch ---------------------===//
#include "TaskImport.h"
#include "TaskImporter.h"
#include "iarc/Dialect/Iarc.h"
#include "iarc/runtime/Descriptor.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

#include <cstddef>

using namespace mlir;

namespace iarc {

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

// --- the stream
// -----------------------------------------------------------------------------------

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
  loop(number(0), number(task.history),
       [&](Value t) { storeElement(draw(number(task.symbols)), x, t); });
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
  loop(number(task.history - 1), number(first + context), carried, [&](Value t, ValueRange now) {
    Env inner = env;
    Value innerDue = due;
    inner.t = t;
    unpack(now, inner, innerDue);
    Value token = control(inner, innerDue);
    Value target = next(inner);
    ifElse(
        compare(arith::CmpIPredicate::sge, t, number(first)), {},
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
  SmallVector<Type> types =
      llvm::map_to_vector(carried, [](Value value) { return value.getType(); });
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
    tokens = ifElse(
        compare(arith::CmpIPredicate::sge, token, number(0)), {i64},
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
  // What the generated code assumes of the call: fields of 64 bits.
  static_assert(sizeof(iarc_fill_call) == 10 * 8 && offsetof(iarc_fill_call, seed) == 0 &&
                    offsetof(iarc_fill_call, scratch) == 9 * 8,
                "the fields are numbered in TaskImporter.h");
  static_assert(offsetof(iarc_fill_call, stride) == Stride * 8 &&
                offsetof(iarc_fill_call, governing) == Governing * 8 &&
                offsetof(iarc_fill_call, targets) == Targets * 8);
  b.setInsertionPointToEnd(module.getBody());
  b.setLoc(FileLineColLoc::get(b.getContext(), task.declared.file, task.declared.line,
                               task.declared.column));
  pointer = LLVM::LLVMPointerType::get(b.getContext());
  i64 = b.getI64Type();
  i32 = b.getI32Type();
  values.resize(task.values);
  auto function = func::FuncOp::create(b, "fill_batch", b.getFunctionType({pointer}, TypeRange{}));
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

void importTask(ModuleOp module, const dsl::Task &task, int64_t context) {
  TaskImporter(module, task, context).run();
}

int64_t taskScratchBytes(const dsl::Task &task, int64_t context) {
  return ScratchLayout(task, context).bytes;
}

} // namespace iarc
