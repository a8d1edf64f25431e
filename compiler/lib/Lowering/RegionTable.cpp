//===- RegionTable.cpp - What is said about the regions of a program ---------===//
#include "RegionTable.h"

#include "Descriptor.h"
#include "PlanRemarks.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"

using namespace mlir;

namespace iarc {

/// "linear 20 -> 80", "weight_gradient 80x20", or just the op's name.
static std::string describeShortly(Operation *op) {
  StringRef name = op->getName().stripDialect();
  if (auto linear = dyn_cast<LinearOp>(op))
    return llvm::formatv("{0} {1} -> {2}", name, linear.getReduced(), linear.getProduced());
  if (isa<WeightGradientOp, SumPositionsOp>(op)) {
    // Of a bias there is no "in".
    auto type = cast<WeightType>(op->getResult(0).getType());
    std::string sizes;
    for (const Axis &axis : type.getAxes())
      if (axis.name == "out" || axis.name == "in")
        sizes += (sizes.empty() ? " " : "x") + std::to_string(axis.size);
    return name.str() + sizes;
  }
  return name.str();
}

/// The ops in their order, those that read alike once and counted: "3 linear 20 -> 20, norm".
static std::string describeShortly(ArrayRef<Operation *> ops) {
  SmallVector<std::pair<std::string, unsigned>> counts;
  for (Operation *op : ops) {
    std::string one = describeShortly(op);
    auto place = llvm::find_if(counts, [&](const auto &known) { return known.first == one; });
    if (place == counts.end())
      counts.push_back({one, 1});
    else
      ++place->second;
  }
  std::string text;
  llvm::raw_string_ostream out(text);
  llvm::interleaveComma(counts, out, [&](const auto &entry) {
    if (entry.second > 1)
      out << entry.second << ' ';
    out << entry.first;
  });
  return text;
}

/// Without its folder, which is that of whoever compiles.
static std::string placeOf(Operation *op) {
  auto place = op->getLoc()->findInstanceOf<FileLineColLoc>();
  if (!place)
    return "";
  return llvm::formatv("{0}:{1}", llvm::sys::path::filename(place.getFilename()), place.getLine());
}

void RegionTable::add(LLVM::LLVMFuncOp function, ArrayRef<Operation *> ops, const Plan &plan,
                      const Layout &layout, const Target &target) {
  auto [known, isNew] = entries.try_emplace(function.getSymNameAttr());
  if (!isNew)
    return;
  Entry &entry = known->second;
  entry.operations = describeShortly(ops);
  entry.place = placeOf(ops.front());
  double seconds = 0; // at a peak of one operation a second
  bool isPredicted = true;
  for (Operation *op : ops) {
    double flop = productFlop(op);
    if (!flop)
      continue;
    flop *= computedShare(op, plan.live);
    entry.productFlop += flop;
    std::optional<BlockPrediction> prediction = predictProduct(op, layout, target);
    isPredicted &= prediction.has_value();
    seconds += prediction ? flop / prediction->share : 0;
  }
  if (isPredicted && seconds)
    entry.predicted = entry.productFlop / seconds;
}

void RegionTable::add(LLVM::LLVMFuncOp function, StringRef task, Operation *op) {
  entries[function.getSymNameAttr()] = {task.str(), op ? placeOf(op) : "", 0, 0};
}

ArrayAttr RegionTable::describe() const {
  Builder b(context);
  SmallVector<Attribute> list;
  for (const auto &[function, entry] : entries)
    list.push_back(
        b.getDictionaryAttr({b.getNamedAttr("function", function),
                             b.getNamedAttr("operations", b.getStringAttr(entry.operations)),
                             b.getNamedAttr("place", b.getStringAttr(entry.place)),
                             b.getNamedAttr("product_flop", b.getF64FloatAttr(entry.productFlop)),
                             b.getNamedAttr("predicted", b.getF64FloatAttr(entry.predicted))}));
  return b.getArrayAttr(list);
}

} // namespace iarc
