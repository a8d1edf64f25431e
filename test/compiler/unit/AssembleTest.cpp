//===- AssembleTest.cpp - From assembly to an object ------------------------===//
#include "Assemble.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Object/ELFObjectFile.h"

#include <gtest/gtest.h>

using namespace iarc;

namespace {

llvm::Expected<llvm::SmallString<0>> assembleFor(llvm::StringRef triple, llvm::StringRef cpu,
                                                 llvm::StringRef text) {
  llvm::Expected<Target> target = Target::create(triple, cpu, 2);
  if (!target)
    return target.takeError();
  llvm::SmallString<0> object;
  if (llvm::Error error = assemble(text, *target, object))
    return std::move(error);
  return object;
}

/// Names of the symbols that the object defines.
std::vector<std::string> symbolsOf(llvm::StringRef object) {
  auto file = llvm::cantFail(
      llvm::object::ObjectFile::createObjectFile(llvm::MemoryBufferRef(object, "object")));
  std::vector<std::string> names;
  for (const llvm::object::SymbolRef &symbol : file->symbols())
    if (llvm::cantFail(symbol.getFlags()) & llvm::object::SymbolRef::SF_Global)
      names.push_back(llvm::cantFail(symbol.getName()).str());
  return names;
}

TEST(Assemble, DefinesWhatTheTextDefines) {
  llvm::StringRef text =
      "\t.text\n\t.globl double_it\ndouble_it:\n\tleaq (%rdi,%rdi), %rax\n\tretq\n"
      "local:\n\tretq\n";
  auto object = assembleFor("x86_64-linux-gnu", "x86-64", text);
  ASSERT_TRUE(bool(object)) << llvm::toString(object.takeError());
  EXPECT_EQ(symbolsOf(*object), std::vector<std::string>{"double_it"});
}

TEST(Assemble, SaysWhatIsNotForTheTarget) {
  llvm::StringRef text = "\tvaddps %zmm1, %zmm2, %zmm3\n";
  EXPECT_TRUE(bool(assembleFor("x86_64-linux-gnu", "x86-64-v4", text)));
  auto refused = assembleFor("aarch64-linux-gnu", "", text);
  ASSERT_FALSE(bool(refused));
  std::string message = llvm::toString(refused.takeError());
  EXPECT_NE(message.find("LLVM refused the generated code: "), std::string::npos) << message;
}

TEST(Assemble, ForAnotherArchitecture) {
  auto object =
      assembleFor("aarch64-linux-gnu", "", "\t.globl f\nf:\n\tfmla v0.4s, v1.4s, v2.4s\n\tret\n");
  ASSERT_TRUE(bool(object)) << llvm::toString(object.takeError());
  EXPECT_EQ(symbolsOf(*object), std::vector<std::string>{"f"});
}

} // namespace
