//===- TaskImportRules.cpp - Random numbers and rules of a task --------------===//
#include "TaskImporter.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;

namespace iarc {

// --- random numbers
// ------------------------------------------------------------------------------- Four words of a
// block, how many of them are used, and the number of the next block.

/// 32 random bits, as 64.
Value TaskImporter::word() {
  Value usedAt = bytes(draws, 16), blockAt = bytes(draws, 24);
  Value before = load(usedAt, i64);
  Value used = ifElse(
      equal(before, 4), {i64},
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
  int64_t threshold = known && !constant.isZero()
                          ? (kWords - constant.getSExtValue()) % constant.getSExtValue()
                          : 0;
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
      repeat = ifElse(
          compare(arith::CmpIPredicate::ult, rest, bound), {b.getI1Type()},
          [&] {
            Value limit = arith::RemUIOp::create(b, sub(number(kWords), bound), bound);
            return SmallVector<Value>{compare(arith::CmpIPredicate::ult, rest, limit)};
          },
          [&] { return SmallVector<Value>{isTrue(false)}; })[0];
    scf::ConditionOp::create(b, repeat, ValueRange{drawn});
    b.createBlock(&again.getAfter(), {}, TypeRange{i64}, {b.getLoc()});
    scf::YieldOp::create(b, ValueRange{});
    product = again.getResult(0);
  }
  return arith::ShRUIOp::create(b, product, number(32));
}

// --- rules
// ----------------------------------------------------------------------------------------

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
  SmallVector<Value> results = ifElse(
      values[instruction.operands[0]], types, [&] { return way(instruction.blocks[0]); },
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
  case TaskOp::Constant:
    result = number(i.value);
    break;
  case TaskOp::Time:
    result = env.t;
    break;
  case TaskOp::Governing:
    result = env.governing;
    break;
  case TaskOp::Index:
    result = env.index;
    break;
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
  case TaskOp::Load:
    result = env.states[i.value];
    break;
  case TaskOp::Element:
    result = load(at(table(), first, i64), i64);
    break;
  case TaskOp::Draw:
    result = draw(first);
    break;
  case TaskOp::Add:
    result = add(first, second);
    break;
  case TaskOp::Subtract:
    result = sub(first, second);
    break;
  case TaskOp::Multiply:
    result = mul(first, second);
    break;
  case TaskOp::Divide:
    result = divide(first, second, /*modulo=*/false);
    break;
  case TaskOp::Modulo:
    result = divide(first, second, /*modulo=*/true);
    break;
  case TaskOp::Minimum:
    result = arith::MinSIOp::create(b, first, second);
    break;
  case TaskOp::Maximum:
    result = arith::MaxSIOp::create(b, first, second);
    break;
  case TaskOp::Less:
    result = compare(arith::CmpIPredicate::slt, first, second);
    break;
  case TaskOp::LessEqual:
    result = compare(arith::CmpIPredicate::sle, first, second);
    break;
  case TaskOp::Equal:
    result = compare(arith::CmpIPredicate::eq, first, second);
    break;
  case TaskOp::And:
    result = arith::AndIOp::create(b, first, second);
    break;
  case TaskOp::Or:
    result = arith::OrIOp::create(b, first, second);
    break;
  case TaskOp::Not:
    result = arith::XOrIOp::create(b, first, isTrue(true));
    break;
  case TaskOp::If:
    return branch(i, env);
  case TaskOp::Store:
    env.states[i.value] = first;
    return;
  case TaskOp::StoreElement:
    store(second, at(table(), first, i64));
    return;
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

} // namespace iarc
