//===- TaskImporter.h - Builds the function that fills a batch -----*- C++ -*-===//
//
// Every sample is a loop over positions that carries the states of the task, what
// governs and the position of the next control token in registers. Symbols and
// tables lie in the call's scratch memory, the words of random numbers on the
// stack. Rules become the branches that they are: there is nothing to vectorise,
// as every sample takes its own way.
//
//===----------------------------------------------------------------------===//
#ifndef IARC_IMPORT_TASKIMPORTER_H
#define IARC_IMPORT_TASKIMPORTER_H

#include "iarc/dsl/Model.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

#include <array>
#include <set>
#include <vector>

namespace iarc {

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

/// Builds the function for one task and context.
class TaskImporter {
  using ImplicitLocOpBuilder = mlir::ImplicitLocOpBuilder;
  using ModuleOp = mlir::ModuleOp;
  using Type = mlir::Type;
  using TypeRange = mlir::TypeRange;
  using Value = mlir::Value;
  using ValueRange = mlir::ValueRange;
  template <typename T> using SmallVector = llvm::SmallVector<T>;

public:
  TaskImporter(ModuleOp module, const dsl::Task &task, int64_t context)
      : module(module), task(task), context(context), layout(task, context),
        b(module.getLoc(), module.getContext()) {
    for (auto [index, control] : llvm::enumerate(task.controls))
      (control.governs ? governors : modifiers).push_back(index);
  }

  void run();

private:
  /// Fields of iarc_fill_call, each of 64 bits.
  enum Field { Seed, Stream, First, Count, Stride, Symbols, Controls, Governing, Targets, Scratch };

  /// What a rule sees and changes.
  struct Env {
    Value t, governing, index;
    SmallVector<Value> states; ///< by number; null for tables
  };

  // Short forms.
  Value number(int64_t value) {
    return mlir::arith::ConstantOp::create(b, b.getI64IntegerAttr(value));
  }
  Value add(Value x, Value y) { return mlir::arith::AddIOp::create(b, x, y); }
  Value add(Value x, int64_t y) { return y ? add(x, number(y)) : x; }
  Value sub(Value x, Value y) { return mlir::arith::SubIOp::create(b, x, y); }
  Value mul(Value x, Value y) { return mlir::arith::MulIOp::create(b, x, y); }
  Value select(Value c, Value x, Value y) { return mlir::arith::SelectOp::create(b, c, x, y); }
  Value compare(mlir::arith::CmpIPredicate how, Value x, Value y) {
    return mlir::arith::CmpIOp::create(b, how, x, y);
  }
  Value equal(Value x, int64_t y) { return compare(mlir::arith::CmpIPredicate::eq, x, number(y)); }
  Value isTrue(bool value) { return mlir::arith::ConstantOp::create(b, b.getBoolAttr(value)); }
  Value at(Value base, Value index, Type element) {
    return mlir::LLVM::GEPOp::create(b, pointer, element, base,
                                     llvm::ArrayRef<mlir::LLVM::GEPArg>{index});
  }
  Value bytes(Value base, int64_t offset) {
    return mlir::LLVM::GEPOp::create(b, pointer, b.getI8Type(), base,
                                     llvm::ArrayRef<mlir::LLVM::GEPArg>{int32_t(offset)});
  }
  Value load(Value address, Type type) {
    return mlir::LLVM::LoadOp::create(b, type, address, /*alignment=*/type.isInteger(64) ? 8 : 4);
  }
  void store(Value value, Value address) {
    mlir::LLVM::StoreOp::create(b, value, address,
                                /*alignment=*/value.getType().isInteger(64) ? 8 : 4);
  }
  Value field(Field number) {
    Type type = number >= Symbols ? pointer : Type(i64);
    return mlir::LLVM::LoadOp::create(b, type, bytes(call, number * 8), /*alignment=*/8);
  }
  /// A 32-bit element of an array, as 64 bits that are not negative.
  Value loadElement(Value base, Value index) {
    return mlir::arith::ExtUIOp::create(b, i64, load(at(base, index, i32), i32));
  }
  void storeElement(Value value, Value base, Value index) {
    store(mlir::arith::TruncIOp::create(b, i32, value), at(base, index, i32));
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

} // namespace iarc

#endif
