//===- AdjointTest.cpp - Every op has an adjoint or a reason ----------------===//
//
// Walks the registered ops of the dialect. An op that was added without thinking of its adjoint
// fails here, and so does one that claims an adjoint and inherits the interface's default, which
// builds none.
//
//===----------------------------------------------------------------------===//
#include "iarc/Dialect/Iarc.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "gtest/gtest.h"

#include <map>
#include <string>
#include <vector>

using namespace mlir;

namespace {

struct OpFacts {
  bool hasInterface; ///< AdjointOpInterface
  bool hasReason;    ///< overrides getNoAdjointReason
  bool hasAdjoint;   ///< overrides buildAdjoint
  llvm::StringRef reason;
};

/// A member of the op itself belongs to the op's class; one that it inherits, to the interface's
/// trait. The class that a member pointer names tells the two apart.
template <typename Op, typename Result, typename Class, typename... Arguments>
constexpr bool isOwn(Result (Class::*)(Arguments...)) {
  return std::is_same_v<Op, Class>;
}

template <typename Op> OpFacts factsOf() {
  OpFacts facts{};
  facts.hasInterface = Op::template hasTrait<iarc::AdjointOpInterface::Trait>();
  if constexpr (Op::template hasTrait<iarc::AdjointOpInterface::Trait>()) {
    facts.hasReason = isOwn<Op>(&Op::getNoAdjointReason);
    facts.hasAdjoint = isOwn<Op>(&Op::buildAdjoint);
    facts.reason = Op().getNoAdjointReason();
  }
  return facts;
}

/// Whether an op with these facts is as the dialect demands; else why not.
std::string problemOf(const OpFacts &facts) {
  if (!facts.hasInterface)
    return "does not implement AdjointOpInterface";
  if (facts.hasAdjoint && facts.hasReason)
    return "has both an adjoint and a reason for having none";
  if (!facts.hasAdjoint && !facts.hasReason)
    return "has neither an adjoint of its own nor a reason";
  if (facts.hasReason && facts.reason.empty())
    return "gives an empty reason";
  return "";
}

template <typename... Ops> std::map<std::string, OpFacts> allFacts() {
  return {{Ops::getOperationName().str(), factsOf<Ops>()}...};
}

const std::map<std::string, OpFacts> listed = allFacts<
#define GET_OP_LIST
#include "iarc/Dialect/IarcOps.cpp.inc"
    >();

TEST(Adjoint, EveryRegisteredOpHasOneOrAReason) {
  MLIRContext context;
  context.loadDialect<iarc::IarcDialect>();
  std::vector<RegisteredOperationName> registered;
  for (RegisteredOperationName name : context.getRegisteredOperations())
    if (name.getDialectNamespace() == "iarc")
      registered.push_back(name);
  ASSERT_FALSE(registered.empty());
  EXPECT_EQ(registered.size(), listed.size());
  for (RegisteredOperationName name : registered) {
    EXPECT_TRUE(name.hasInterface<iarc::AdjointOpInterface>()) << name.getStringRef().str();
    auto found = listed.find(name.getStringRef().str());
    ASSERT_NE(found, listed.end()) << name.getStringRef().str();
    EXPECT_EQ(problemOf(found->second), "") << name.getStringRef().str();
  }
}

TEST(Adjoint, ReasonsReadAsSentences) {
  for (const auto &[name, facts] : listed)
    if (facts.hasReason) {
      EXPECT_NE(facts.reason.find(' '), llvm::StringRef::npos) << name;
      EXPECT_NE(facts.reason.back(), '.') << name;
    }
}

TEST(Adjoint, DifferentiableOpsAreTheseAndNoOthers) {
  std::vector<std::string> names;
  for (const auto &[name, facts] : listed)
    if (facts.hasAdjoint)
      names.push_back(name);
  std::vector<std::string> expected{"iarc.add", "iarc.attention", "iarc.broadcast", "iarc.embed", "iarc.flatten",
      "iarc.join", "iarc.linear", "iarc.lookup", "iarc.loss", "iarc.lstm_gates", "iarc.map",
      "iarc.norm", "iarc.reduce", "iarc.repeat", "iarc.reshape", "iarc.rotate",
      "iarc.slice", "iarc.spread", "iarc.unflatten"};
  EXPECT_EQ(names, expected);
}

// The check itself can fail: what it would say of an op that was forgotten.
TEST(Adjoint, ForgottenOpsAreSeen) {
  EXPECT_EQ(problemOf({false, false, false, ""}), "does not implement AdjointOpInterface");
  EXPECT_EQ(problemOf({true, false, false, ""}), "has neither an adjoint of its own nor a reason");
  EXPECT_EQ(problemOf({true, true, false, ""}), "gives an empty reason");
  EXPECT_EQ(problemOf({true, true, true, "why"}), "has both an adjoint and a reason for having none");
  EXPECT_FALSE(factsOf<ModuleOp>().hasInterface);
}

} // namespace
