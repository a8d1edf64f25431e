//===- Emitter.cpp - Loops, memory and arithmetic of a region ---------------===//
#include "Emitter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"

#include <numeric>

using namespace mlir;

namespace iarc {

Emitter::Emitter(ImplicitLocOpBuilder &builder, const Plan &plan, const Layout &layout,
                 const Target &target, Type element, SharedCode &shared, Value call, Value loop)
    : b(builder), layout(layout), target(target), element(element),
      vector(VectorType::get({layout.lanes}, element)),
      integers(VectorType::get({layout.lanes}, builder.getI32Type())), plan(plan), shared(shared),
      call(call), loop(loop) {
  auto pointer = LLVM::LLVMPointerType::get(b.getContext());
  for (unsigned number :
       {Weights, Velocity, Gradients, Workspace, Symbols, Controls, SampleWeights, LogitsField})
    fields[number] = field(number, pointer);
  groupCount = layout.groups ? index(layout.groups) : field(Groups, b.getI64Type());
  prologueEnd = groupCount.getDefiningOp();
}

//===----------------------------------------------------------------------===//
// Numbers and loops
//===----------------------------------------------------------------------===//

Value Emitter::index(int64_t value) {
  return arith::ConstantOp::create(b, b.getI64IntegerAttr(value));
}
Value Emitter::add(Value x, Value y) { return b.createOrFold<arith::AddIOp>(x, y); }
Value Emitter::mul(Value x, Value y) { return b.createOrFold<arith::MulIOp>(x, y); }
Value Emitter::sub(Value x, Value y) { return b.createOrFold<arith::SubIOp>(x, y); }
Value Emitter::minimum(Value x, Value y) { return b.createOrFold<arith::MinSIOp>(x, y); }
Value Emitter::splat(double value) {
  return arith::ConstantOp::create(
      b, DenseElementsAttr::get(vector, ArrayRef<Attribute>(b.getFloatAttr(element, value))));
}
Value Emitter::splat(Value scalar) { return vector::BroadcastOp::create(b, vector, scalar); }

Value Emitter::table(ArrayRef<double> numbers) {
  auto module = call.getParentRegion()->getParentOfType<ModuleOp>();
  SmallVector<Attribute> values;
  for (double number : numbers)
    values.push_back(b.getFloatAttr(element, number));
  auto type = RankedTensorType::get({int64_t(numbers.size())}, element);
  auto content = DenseElementsAttr::get(type, values);
  std::string &name = shared.tables[content];
  if (name.empty()) {
    name = ("iarc_table_" + Twine(shared.tables.size() - 1)).str();
    OpBuilder atModule = OpBuilder::atBlockBegin(module.getBody());
    LLVM::GlobalOp::create(atModule, b.getLoc(), LLVM::LLVMArrayType::get(element, numbers.size()),
                           /*isConstant=*/true, LLVM::Linkage::Private, name, content,
                           /*alignment=*/64);
  }
  return LLVM::AddressOfOp::create(b, LLVM::LLVMPointerType::get(b.getContext()), name);
}

void Emitter::forLoop(Value begin, Value end, int64_t step, Body body) {
  auto loop = scf::ForOp::create(b, begin, end, index(step));
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  body(loop.getInductionVar());
}

SmallVector<Value> Emitter::forLoop(Value begin, Value end, int64_t step, ValueRange inits,
                                    CarryBody body) {
  auto loop = scf::ForOp::create(b, begin, end, index(step), inits);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  SmallVector<Value> next = body(loop.getInductionVar(), loop.getRegionIterArgs());
  if (!inits.empty()) // else the builder has made the terminator
    scf::YieldOp::create(b, next);
  return SmallVector<Value>(loop.getResults());
}

void Emitter::ifThen(Value condition, function_ref<void()> body) {
  auto branch = scf::IfOp::create(b, condition, /*withElseRegion=*/false);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(branch.thenBlock());
  body();
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

Value Emitter::field(unsigned number, Type type) {
  // Every field of iarc_call is 8 bytes wide.
  Value place = LLVM::GEPOp::create(b, LLVM::LLVMPointerType::get(b.getContext()), b.getI64Type(),
                                    call, ArrayRef<LLVM::GEPArg>{int32_t(number)});
  auto load = LLVM::LoadOp::create(b, type, place, /*alignment=*/8);
  load.setInvariant(true);
  return load;
}

Value Emitter::address(mlir::Value value) {
  auto [known, fresh] = addresses.try_emplace(value);
  if (!fresh)
    return known->second;
  if (kernelTensors) {
    kernelTensors->push_back(value);
    Block *entry = call.getParentBlock();
    return known->second = entry->addArgument(call.getType(), b.getLoc());
  }
  Value pointer = address(plan.buffers.find(value)->second);
  return addresses[value] = pointer;
}

Value Emitter::address(const Buffer &buffer) {
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointAfter(prologueEnd);
  Value base, elements = index(buffer.offset);
  for (const LoopTerm &term : buffer.terms) {
    Value place = LLVM::GEPOp::create(b, LLVM::LLVMPointerType::get(b.getContext()), b.getI64Type(),
                                      loop, ArrayRef<LLVM::GEPArg>{int32_t(term.depth)});
    Value slot = LLVM::LoadOp::create(b, b.getI64Type(), place, /*alignment=*/8);
    if (term.executed) {
      if (term.countdown)
        slot = sub(index(term.count - 1), slot);
      slot = add(slot, index(term.ahead));
      if (term.slots <= term.count)
        slot = arith::RemSIOp::create(b, slot, index(term.slots));
    }
    elements = add(elements, mul(slot, term.stride));
  }
  switch (buffer.storage) {
  case Storage::Weights:
    base = fields[Weights];
    break;
  case Storage::Velocity:
    base = fields[Velocity];
    break;
  case Storage::Gradients:
    base = fields[Gradients];
    break;
  case Storage::Fixed:
    base = fields[Workspace];
    break;
  case Storage::PerGroup:
    base = offset(fields[Workspace], plan.fixedElements);
    elements = mul(elements, groupCount);
    break;
  case Storage::Logits:
    base = fields[LogitsField];
    elements = mul(elements, groupCount); // of a slice, such as a position that a recur reads
    break;
  }
  Value pointer = offset(base, elements);
  prologueEnd = pointer.getDefiningOp();
  return pointer;
}

Value Emitter::offset(Value pointer, Value elements) {
  return LLVM::GEPOp::create(b, pointer.getType(), element, pointer,
                             ArrayRef<LLVM::GEPArg>{elements});
}

Value Emitter::load(Value pointer) {
  return LLVM::LoadOp::create(b, vector, pointer, layout.lanes * layout.elementBytes);
}
void Emitter::store(Value value, Value pointer) {
  LLVM::StoreOp::create(b, value, pointer, layout.lanes * layout.elementBytes);
}
Value Emitter::loadUnaligned(Value pointer) {
  return LLVM::LoadOp::create(b, vector, pointer, layout.elementBytes);
}
void Emitter::storeUnaligned(Value value, Value pointer) {
  LLVM::StoreOp::create(b, value, pointer, layout.elementBytes);
}
Value Emitter::loadPiece(Value pointer, int64_t count) {
  Type type = count == 1 ? element : VectorType::get({count}, element);
  return LLVM::LoadOp::create(b, type, pointer, layout.elementBytes);
}

Value Emitter::loadFirst(Value pointer, int64_t count) {
  SmallVector<bool> bits(layout.lanes, false);
  std::fill_n(bits.begin(), count, true);
  auto type = VectorType::get({layout.lanes}, b.getI1Type());
  Value mask = arith::ConstantOp::create(b, DenseElementsAttr::get(type, ArrayRef<bool>(bits)));
  return LLVM::MaskedLoadOp::create(b, vector, pointer, mask, splat(0.0),
                                    uint32_t(layout.elementBytes));
}
Value Emitter::loadScalar(Value pointer) {
  return LLVM::LoadOp::create(b, element, pointer, layout.elementBytes);
}
void Emitter::storeScalar(Value scalar, Value pointer) {
  LLVM::StoreOp::create(b, scalar, pointer, layout.elementBytes);
}
Value Emitter::loadIntegers(Value pointer) {
  return LLVM::LoadOp::create(b, integers, pointer, layout.lanes * 4);
}

Value Emitter::tokens(unsigned fieldNumber, Value t, Value g) {
  Value elements = mul(add(mul(t, groupCount), g), layout.lanes);
  Type pointer = fields[Symbols].getType();
  Value array = fieldNumber == Targets ? field(Targets, pointer) : fields[fieldNumber];
  return LLVM::GEPOp::create(b, pointer, b.getI32Type(), array, ArrayRef<LLVM::GEPArg>{elements});
}

Value Emitter::sampleWeights(Value g) {
  return load(offset(fields[SampleWeights], mul(g, layout.lanes)));
}

Value Emitter::scratch(int64_t vectors) {
  // At the function's entry: an allocation inside a loop would grow the stack and keep LLVM
  // from promoting it.
  OpBuilder::InsertionGuard guard(b);
  auto function = b.getInsertionBlock()->getParentOp()->getParentOfType<LLVM::LLVMFuncOp>();
  if (!function)
    function = cast<LLVM::LLVMFuncOp>(b.getInsertionBlock()->getParentOp());
  b.setInsertionPointToStart(&function.front());
  return LLVM::AllocaOp::create(b, LLVM::LLVMPointerType::get(b.getContext()), vector,
                                index(vectors), /*alignment=*/64);
}

Value Emitter::sharedScratch(int64_t vectors) {
  if (!common) {
    common = scratch(vectors).getDefiningOp<LLVM::AllocaOp>();
  } else if (vectors > commonVectors) {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPoint(common);
    common.getArraySizeMutable().assign(index(vectors));
  }
  commonVectors = std::max(commonVectors, vectors);
  return common;
}

Value Emitter::row(Value base, int64_t features, Value p, Value g) {
  return offset(base, mul(add(mul(p, groupCount), g), features * layout.lanes));
}

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

Value Emitter::truth(bool value) { return arith::ConstantOp::create(b, b.getBoolAttr(value)); }
Value Emitter::fma(Value x, Value y, Value sum) { return vector::FMAOp::create(b, x, y, sum); }
Value Emitter::addF(Value x, Value y) { return arith::AddFOp::create(b, x, y); }
Value Emitter::subF(Value x, Value y) { return arith::SubFOp::create(b, x, y); }
Value Emitter::mulF(Value x, Value y) { return arith::MulFOp::create(b, x, y); }
Value Emitter::divF(Value x, Value y) { return arith::DivFOp::create(b, x, y); }
Value Emitter::expF(Value x) { return math::ExpOp::create(b, x); }
Value Emitter::maxF(Value x, Value y) { return arith::MaximumFOp::create(b, x, y); }
Value Emitter::select(Value condition, Value yes, Value no) {
  return arith::SelectOp::create(b, condition, yes, no);
}
SmallVector<Value> Emitter::inlineRegion(Block &block, ValueRange arguments) {
  IRMapping mapping;
  for (auto [argument, value] : llvm::zip(block.getArguments(), arguments))
    mapping.map(argument, value);
  auto vectorOf = [&](Type type) { return VectorType::get({layout.lanes}, type); };
  auto mapConstant = [&](arith::ConstantOp constant) {
    auto values = DenseElementsAttr::get(vectorOf(constant.getType()),
                                         ArrayRef(Attribute(constant.getValue())));
    mapping.map(constant.getResult(), arith::ConstantOp::create(b, values).getResult());
  };
  // Passes may have moved a constant out of the region.
  block.walk([&](Operation *op) {
    for (Value operand : op->getOperands())
      if (auto constant = operand.getDefiningOp<arith::ConstantOp>();
          constant && constant->getBlock() != &block && !mapping.contains(operand))
        mapConstant(constant);
  });
  // Divisions are the slowest arithmetic: what divides twice, as in a function and its derivative,
  // becomes one reciprocal.
  DenseMap<Value, unsigned> quotients;
  DenseMap<Value, Value> reciprocals;
  for (auto division : block.getOps<arith::DivFOp>())
    ++quotients[division.getRhs()];
  for (Operation &op : block.without_terminator()) {
    if (auto constant = dyn_cast<arith::ConstantOp>(op)) {
      mapConstant(constant);
      continue;
    }
    if (auto division = dyn_cast<arith::DivFOp>(op);
        division && quotients.lookup(division.getRhs()) > 1) {
      Value &reciprocal = reciprocals[division.getRhs()];
      if (!reciprocal)
        reciprocal = divF(splat(1.0), mapping.lookup(division.getRhs()));
      bool isReciprocal = matchPattern(division.getLhs(), m_OneFloat());
      mapping.map(division.getResult(),
                  isReciprocal ? reciprocal : mulF(mapping.lookup(division.getLhs()), reciprocal));
      continue;
    }
    // Ops of arith and math work on vectors as on numbers.
    Operation *clone = b.clone(op, mapping);
    for (OpResult result : clone->getResults())
      result.setType(vectorOf(result.getType()));
  }
  SmallVector<Value> yielded;
  for (Value value : block.getTerminator()->getOperands())
    yielded.push_back(mapping.lookup(value));
  return yielded;
}

/// The bits of a number below `bound` from the last to the first.
static int64_t reverseBits(int64_t number, int64_t bound) {
  int64_t reversed = 0;
  for (int64_t bit = 1; bit < bound; bit *= 2)
    if (number & bit)
      reversed |= bound / 2 / bit;
  return reversed;
}

SmallVector<Value> Emitter::sumLanes(ArrayRef<Value> vectors) {
  SmallVector<Value> sums;
  for (size_t first = 0; first < vectors.size(); first += layout.lanes) {
    size_t count = std::min<size_t>(layout.lanes, vectors.size() - first);
    sums.push_back(sumPieces(vectors.slice(first, count), layout.lanes, SumOrder::Vectors));
  }
  return sums;
}

Value Emitter::sumPieces(ArrayRef<Value> vectors, int64_t width, SumOrder order) {
  int64_t lanes = layout.lanes, pieces = lanes / width;
  // Halve the pieces of each vector and put two into one, until one holds a sum a lane: n - 1
  // additions for n vectors instead of n log n. What stays in its lane is blended, which processors
  // do in more units than they shuffle in. Vector i ends in the lane whose bits are those of i from
  // the last to the first.
  SmallVector<Value> level(vectors);
  if (order == SumOrder::Pieces) {
    level.clear();
    for (int64_t i = 0; i < width; ++i)
      level.push_back(vectors[std::min<size_t>(reverseBits(i, width), vectors.size() - 1)]);
  }
  for (int64_t distance = width / 2; distance >= 1; distance /= 2) {
    SmallVector<int64_t> stay, cross;
    for (int64_t lane = 0; lane < lanes; ++lane) {
      bool isSecond = lane & distance;
      stay.push_back(isSecond ? lanes + lane : lane);
      cross.push_back(isSecond ? lanes + lane - distance : lane + distance);
    }
    SmallVector<Value> next;
    for (size_t i = 0; i < level.size(); i += 2) {
      Value x = level[i], y = level[i + 1 < level.size() ? i + 1 : i];
      next.push_back(addF(vector::ShuffleOp::create(b, x, y, stay),
                          vector::ShuffleOp::create(b, x, y, cross)));
    }
    level = next;
  }
  if (order == SumOrder::Pieces)
    return level.front();
  SmallVector<int64_t> places(lanes);
  for (int64_t i = 0; i < width; ++i)
    for (int64_t piece = 0; piece < pieces; ++piece)
      places[i * pieces + piece] = piece * width + reverseBits(i, width);
  return vector::ShuffleOp::create(b, level.front(), level.front(), places);
}

SmallVector<Value> Emitter::transposeLanes(ArrayRef<Value> rows) {
  SmallVector<Value> vectors(rows);
  int64_t lanes = layout.lanes;
  for (int64_t distance = lanes / 2; distance >= 1; distance /= 2) {
    SmallVector<int64_t> low, high;
    for (int64_t lane = 0; lane < lanes; ++lane) {
      bool isSecond = lane & distance;
      low.push_back(isSecond ? lanes + lane - distance : lane);
      high.push_back(isSecond ? lanes + lane : lane + distance);
    }
    for (int64_t i = 0; i < lanes; ++i)
      if (!(i & distance)) {
        Value x = vectors[i], y = vectors[i + distance];
        vectors[i] = vector::ShuffleOp::create(b, x, y, low);
        vectors[i + distance] = vector::ShuffleOp::create(b, x, y, high);
      }
  }
  return vectors;
}

Value Emitter::piece(Value vector, int64_t first, int64_t count) {
  if (count == layout.lanes)
    return vector;
  if (count == 1)
    return vector::ExtractOp::create(b, vector, ArrayRef<int64_t>{first});
  SmallVector<int64_t> lanes;
  for (int64_t lane = first; lane < first + count; ++lane)
    lanes.push_back(lane);
  return vector::ShuffleOp::create(b, vector, vector, lanes);
}

Value Emitter::concatenate(ArrayRef<Value> pieces) {
  SmallVector<Value> parts(pieces);
  for (; parts.size() > 1; parts.truncate(parts.size() / 2)) {
    SmallVector<int64_t> both(2 * cast<VectorType>(parts.front().getType()).getNumElements());
    std::iota(both.begin(), both.end(), 0);
    for (size_t i = 0; i < parts.size() / 2; ++i)
      parts[i] = vector::ShuffleOp::create(b, parts[2 * i], parts[2 * i + 1], both);
  }
  return parts.front();
}

Value Emitter::repeatPiece(Value piece) {
  int64_t count = cast<VectorType>(piece.getType()).getNumElements();
  if (count == layout.lanes)
    return piece;
  SmallVector<int64_t> lanes;
  for (int64_t lane = 0; lane < layout.lanes; ++lane)
    lanes.push_back(lane % count);
  return vector::ShuffleOp::create(b, piece, piece, lanes);
}

Value Emitter::updates() {
  Value null = LLVM::ZeroOp::create(b, fields[Velocity].getType());
  return LLVM::ICmpOp::create(b, LLVM::ICmpPredicate::ne, fields[Velocity], null);
}

} // namespace iarc
