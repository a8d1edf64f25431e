//===- TaskTest.cpp - Declared tasks against one written by hand ------------===//
//
// Compiles lib/iarc.iarc under many settings in this process and compares its windows bit by bit
// with those of the stream in test/runtime/IarcStream.cpp. Small tasks pin what the rules of the
// language are: the order of draws, division, look-back, tables.
//
//===----------------------------------------------------------------------===//
#include "IarcStream.h"
#include "Random.h"
#include "iarc/CodeGen/Emit.h"
#include "iarc/CodeGen/Target.h"
#include "iarc/Pipeline.h"
#include "iarc/dsl/Frontend.h"
#include "iarc/runtime/Descriptor.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/ExecutionEngine/Orc/AbsoluteSymbols.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Support/raw_ostream.h"
#include "gtest/gtest.h"

#include <string>
#include <vector>

using namespace iarc;
using runtime::Draws;
using runtime::IarcSettings;
using runtime::IarcStream;

namespace {

void noRegions(const iarc_call *, iarc_region_function, const int64_t *, int64_t) {
  FAIL() << "only batches are made here";
}

/// The function fill_batch of a model that `task` feeds, with what comes before the model.
class CompiledTask {
public:
  CompiledTask(const std::string &task, int64_t context, const std::string &before = "",
               int optLevel = 1)
      : context(context) {
    std::string text = before + "\nmodel m {\n  context " + std::to_string(context) +
                       "\n  task " + task +
                       "\n  predict linear(encode, symbols)\n"
                       "  loss cross_entropy at last\n  train sgd\n}\n";
    compile(text, optLevel);
  }

  struct Window {
    std::vector<int32_t> symbols, controls, governing, targets;
    bool operator==(const Window &) const = default;
  };

  Window window(uint64_t seed, int64_t stream, uint64_t sample) const {
    Window made{std::vector<int32_t>(size_t(context + 1), -7), std::vector<int32_t>(size_t(context), -7),
                std::vector<int32_t>(size_t(context), -7), std::vector<int32_t>(size_t(context), -7)};
    // What lies there must not matter.
    std::vector<int64_t> scratch(size_t(scratchBytes / 8 + 1), int64_t(0x5555555555555555));
    iarc_fill_call call{seed,
                        stream,
                        sample,
                        1,
                        1,
                        made.symbols.data(),
                        made.controls.data(),
                        made.governing.data(),
                        made.targets.data(),
                        scratch.data()};
    fill(&call);
    return made;
  }

  iarc_fill_function fill = nullptr;
  int64_t scratchBytes = 0;
  int64_t context;
  std::string messages;

private:
  void compile(const std::string &text, int optLevel) {
    int descriptor = -1;
    llvm::SmallString<128> path;
    ASSERT_FALSE(llvm::sys::fs::createTemporaryFile("task", "iarc", descriptor, path));
    {
      llvm::raw_fd_ostream stream(descriptor, /*shouldClose=*/true);
      stream << text;
    }
    dsl::FrontendOptions options;
    options.libraryPath = {IARC_LIBRARY};
    dsl::FrontendResult source = dsl::analyseFile(path.str().str(), options);
    llvm::sys::fs::remove(path);
    messages = source.diagnostics;
    ASSERT_TRUE(source.model) << messages;

    mlir::DialectRegistry registry;
    registerDialects(registry);
    registerTranslations(registry);
    mlir::MLIRContext mlirContext(registry, mlir::MLIRContext::Threading::DISABLED);
    mlir::OwningOpRef<mlir::ModuleOp> module =
        importModel(*source.model, mlirContext, Precision::F32);
    ASSERT_TRUE(module);
    llvm::Expected<Target> target = Target::create("", "", optLevel);
    ASSERT_TRUE(bool(target));
    mlir::PassManager passes(&mlirContext);
    addGradientPasses(passes);
    addFusionPasses(passes, optLevel);
    addLoweringPasses(passes, target->options(), optLevel);
    ASSERT_TRUE(mlir::succeeded(passes.run(*module)));
    auto attribute = module.get()->getAttrOfType<mlir::DictionaryAttr>("iarc.descriptor");
    scratchBytes = attribute.getAs<mlir::DictionaryAttr>("task")
                       .getAs<mlir::IntegerAttr>("scratch_bytes")
                       .getInt();

    auto llvmContext = std::make_unique<llvm::LLVMContext>();
    auto translated = translateToLLVM(*module, *llvmContext, *target);
    ASSERT_TRUE(bool(translated)) << llvm::toString(translated.takeError());
    // The model itself is not what is tested.
    (*translated)->getNamedGlobal("iarc_model_descriptor")->eraseFromParent();
    for (llvm::Function &function : **translated)
      if (function.getName() != "iarc_fill_batch")
        function.deleteBody();
    optimise(**translated, *target, optLevel);
    llvm::InitializeNativeTarget();
    llvm::InitializeNativeTargetAsmPrinter();
    jit = llvm::cantFail(llvm::orc::LLJITBuilder().create());
    (*translated)->setDataLayout(jit->getDataLayout());
    auto symbol = [&](const char *name, void *address) {
      llvm::cantFail(jit->getMainJITDylib().define(llvm::orc::absoluteSymbols(
          {{jit->mangleAndIntern(name),
            {llvm::orc::ExecutorAddr::fromPtr(address), llvm::JITSymbolFlags::Exported}}})));
    };
    symbol("iarc_random_block", reinterpret_cast<void *>(iarc_random_block));
    symbol("iarc_parallel", reinterpret_cast<void *>(noRegions));
    llvm::cantFail(jit->addIRModule(
        llvm::orc::ThreadSafeModule(std::move(*translated), std::move(llvmContext))));
    fill = llvm::cantFail(jit->lookup("iarc_fill_batch")).toPtr<iarc_fill_function>();
  }

  std::unique_ptr<llvm::orc::LLJIT> jit;
};

std::string taskOf(const IarcSettings &settings) {
  std::string list;
  for (const char *letter = settings.subtasks; *letter; ++letter)
    list += std::string(list.empty() ? "" : ", ") + *letter;
  return "iarc(symbols: " + std::to_string(settings.symbols) + ", subtasks: [" + list +
         "], gap: " + std::to_string(settings.gap_minimum) + ".." +
         std::to_string(settings.gap_maximum) +
         (settings.mirror_repeats_last ? ", mirror: repeat_last" : "") +
         (settings.increment_keeps ? ", increment: keep" : "") +
         (settings.interspersed ? ", encoding: interspersed)" : ")");
}

/// Compares samples of both streams; how many were equal.
int compare(const IarcSettings &settings, int64_t context, int samples, int optLevel = 1) {
  SCOPED_TRACE(taskOf(settings));
  CompiledTask task(taskOf(settings), context, "", optLevel);
  if (!task.fill)
    return 0;
  CompiledTask::Window expected{
      std::vector<int32_t>(size_t(context + 1)), std::vector<int32_t>(size_t(context)),
      std::vector<int32_t>(size_t(context)), std::vector<int32_t>(size_t(context), -7)};
  std::vector<int32_t> scratch(size_t(IarcStream::length(settings, context)));
  int equal = 0;
  for (int i = 0; i < samples; ++i) {
    uint64_t seed = i % 3 ? uint64_t(i) : 0x123456789abcdef0 + uint64_t(i);
    int64_t stream = i % 2;
    uint64_t sample = i % 5 ? uint64_t(i) : (uint64_t(1) << 33) + uint64_t(i);
    IarcStream(settings, context, seed, uint32_t(stream))
        .generate(sample, scratch.data(), expected.symbols.data(), expected.controls.data(),
                  expected.governing.data(), 1);
    CompiledTask::Window window = task.window(seed, stream, sample);
    EXPECT_EQ(window.symbols, expected.symbols);
    EXPECT_EQ(window.controls, expected.controls);
    EXPECT_EQ(window.governing, expected.governing);
    equal += window == expected;
  }
  return equal;
}

} // namespace

// Every subset in the declared order and some others, all options, both encodings.
TEST(IarcTask, IsTheStreamOfOld) {
  const char *subsets[] = {"I",   "A",   "R",   "IA",  "IR",   "IC",  "AR",   "AC",  "RC", "IAR",
                           "IAC", "IRC", "ARC", "IARC", "CRAI", "RI", "CAR", "ICRA"};
  const int64_t symbols[] = {16, 17, 2, 1, 1000, 19}, contexts[] = {24, 1, 3, 61};
  int equal = 0, wanted = 0;
  for (size_t i = 0; i < std::size(subsets); ++i)
    for (int options = 0; options < 8; ++options) {
      const int64_t mix = int64_t(i) + options * 5, shortest = 1 + mix % 3;
      IarcSettings settings{subsets[i],
                            symbols[mix % 6],
                            shortest,
                            mix % 4 ? 9 : shortest,
                            options & 1,
                            (options >> 1) & 1,
                            options >> 2};
      constexpr int samples = 60;
      equal += compare(settings, contexts[mix % 4], samples);
      wanted += samples;
    }
  EXPECT_EQ(equal, wanted);
  EXPECT_EQ(wanted, 8640);
}

TEST(IarcTask, LongGapsAndEveryOptimisationLevel) {
  for (int level : {0, 2, 3})
    EXPECT_EQ(compare({"IARC", 16, 1, 30, 0, 0, level & 1}, 40, 200, level), 200);
}

// One sample after the other through one call, in the layout of a batch.
TEST(IarcTask, FillsManySamplesWithAStride) {
  CompiledTask task("iarc(symbols: 16)", 7);
  ASSERT_TRUE(task.fill);
  constexpr size_t count = 5, stride = 11;
  std::vector<int32_t> symbols(8 * stride, -9), controls(7 * stride, -9), governing(7 * stride, -9);
  std::vector<int64_t> scratch(size_t(task.scratchBytes / 8 + 1));
  iarc_fill_call call{3,  0, 100, count, stride, symbols.data(), controls.data(), governing.data(),
                      nullptr, scratch.data()};
  task.fill(&call);
  for (size_t b = 0; b < stride; ++b) {
    CompiledTask::Window window = task.window(3, 0, 100 + b);
    for (size_t t = 0; t < 7; ++t) {
      EXPECT_EQ(symbols[t * stride + b], b < count ? window.symbols[t] : -9);
      EXPECT_EQ(controls[t * stride + b], b < count ? window.controls[t] : -9);
      EXPECT_EQ(governing[t * stride + b], b < count ? window.governing[t] : -9);
    }
    EXPECT_EQ(symbols[7 * stride + b], b < count ? window.symbols[7] : -9);
  }
}

// History, states in order, what governs, the first distance; then a token, its distance, its
// rule's draws, the next symbol's.
TEST(Task, OrderOfDraws) {
  CompiledTask task("t(gap: 2..4)", 6, R"(
task t {
  symbols 100
  gap 1..9
  history 2
  state a = draw(7)
  state table[3] = 10 * index + draw(5)
  state b = draw(3..<6)
  control P {}
  control Q { a = draw(7) }
  modifier M { table[1] = draw(9) }
  next {
    if draw(3) == 0 and draw(2) == 1 { return draw(50) }
    return (a + table[0] + table[1] + table[2] + b + 10 * governing) mod symbols
  }
}
)");
  ASSERT_TRUE(task.fill);
  for (uint64_t sample = 0; sample < 200; ++sample) {
    Draws draws(5, 1, sample);
    std::vector<int32_t> x;
    for (int i = 0; i < 2; ++i)
      x.push_back(int32_t(draws.below(100)));
    int64_t a = draws.below(7), table[3];
    for (int i = 0; i < 3; ++i)
      table[i] = 10 * i + draws.below(5);
    int64_t b = 3 + draws.below(3), governing = draws.below(2), due = 1 + 2 + draws.below(3);
    CompiledTask::Window window = task.window(5, 1, sample);
    for (int64_t t = 1; t < 8; ++t) {
      int32_t control = -1;
      if (t == due) {
        control = int32_t(draws.below(3));
        due += 2 + draws.below(3);
        if (control == 1)
          a = draws.below(7);
        if (control == 2)
          table[1] = draws.below(9);
        governing = control < 2 ? control : governing;
      }
      int64_t next = 0;
      if (draws.below(3) == 0 && draws.below(2) == 1)
        next = draws.below(50);
      else
        next = (a + table[0] + table[1] + table[2] + b + 10 * governing) % 100;
      x.push_back(int32_t(next));
      if (t >= 2) {
        ASSERT_EQ(window.symbols[size_t(t - 2)], x[size_t(t)]);
        ASSERT_EQ(window.controls[size_t(t - 2)], control);
        ASSERT_EQ(window.governing[size_t(t - 2)], governing);
      }
    }
    ASSERT_EQ(window.symbols[6], x.back());
  }
}

// The mathematical quotient and remainder, arithmetic that wraps, symbols that do not exist.
TEST(Task, Arithmetic) {
  CompiledTask task("t", 12, R"(
task t {
  symbols 1000
  state k = 0
  state large = 4611686018427387904
  next {
    k = k + 1
    if k == 1 { return (0 - 7) mod 5 + 10 * ((0 - k) mod 7) }
    if k == 2 { return (0 - (k + 5)) / 2 + 10 }
    if k == 3 { return (k - 10) / 7 + 10 }
    if k == 4 { large = large * 2  return if large < 0 then 1 else 0 }
    if k == 5 { large = large - 1  return if large > 0 then 1 else 0 }
    if k == 6 { return (x[t - 6] + x[large] + x[k * 1000]) mod symbols }
    if k == 7 { return x[0] }
    if k == 8 { return min(k, 5) * 10 + max(k, 20) - 2 ^ 3 }
    if k == 9 { return abs(3 - k) mod symbols }
    if k == 10 { return if not (k < 10 or k > 10) and k != 11 then 42 else 0 }
    if k == 11 { return if k >= 11 and k <= 11 and not false then t mod symbols else 0 }
    return context
  }
}
)");
  ASSERT_TRUE(task.fill);
  std::vector<int32_t> expected = {63, 6, 9, 1, 1, 0, 63, 62, 6, 42, 9, 12, 12};
  EXPECT_EQ(task.window(1, 0, 0).symbols, expected);
}

TEST(Task, TargetsAreMasked) {
  for (const char *encoding : {"tape", "interspersed"}) {
    CompiledTask task(std::string("t(encoding: ") + encoding + ")", 9, R"(
task t {
  symbols 10
  gap 2..2
  history 1
  warmup 3
  control A {}
  next { return (x[t] + 1) mod symbols }
  target x[t] mod 2 == 0
}
)");
    ASSERT_TRUE(task.fill);
    for (uint64_t sample = 0; sample < 20; ++sample) {
      CompiledTask::Window window = task.window(1, 0, sample);
      int32_t newest = -1;
      for (size_t t = 0; t < 9; ++t) {
        if (window.symbols[t] >= 0)
          newest = window.symbols[t];
        int32_t next = window.symbols[t + 1];
        if (newest >= 0)
          EXPECT_EQ(window.targets[t], newest % 2 == 0 ? next : -1) << t;
      }
      EXPECT_GE(window.symbols[9], 0);
    }
  }
}
