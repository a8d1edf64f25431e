//===- EmitObjects.cpp - A module as several objects, on several threads ---===//
//
// LLVM takes more than half of a compilation and works on one function after the other. Here the
// functions are dealt out to parts of equal size; each part is read again in a context of its own,
// which is what lets threads work on it.
//
//===----------------------------------------------------------------------===//
#include "Assemble.h"
#include "Complaints.h"
#include "InferenceText.h"
#include "iarc/CodeGen/Emit.h"

#include "llvm/ADT/StringSet.h"
#include "llvm/Bitcode/BitcodeReader.h"
#include "llvm/Bitcode/BitcodeWriter.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/CrashRecoveryContext.h"
#include "llvm/Support/ThreadPool.h"
#include "llvm/Target/TargetMachine.h"

#include <array>
#include <functional>
#include <mutex>
#include <pthread.h>
#include <tuple>

using namespace iarc;

namespace {

/// Parts with code: as many on every machine, so that the program is the same whatever made it.
constexpr unsigned kParts = 4;

/// Names of the functions whose bodies a part has.
using Names = llvm::StringSet<>;

/// Functions in descending size, each to the part that is the smallest so far.
std::array<Names, kParts> dealOut(const llvm::Module &module, bool hasInference) {
  struct Sized {
    uint64_t size;
    llvm::StringRef name;
  };
  std::vector<Sized> functions;
  for (const llvm::Function &function : module)
    // The function of inference is a job of its own.
    if (!function.isDeclaration() && !(hasInference && isInference(function)))
      functions.push_back({function.getInstructionCount(), function.getName()});
  llvm::sort(functions, [](const Sized &a, const Sized &b) {
    return std::tie(b.size, a.name) < std::tie(a.size, b.name);
  });
  std::array<Names, kParts> parts;
  std::array<uint64_t, kParts> sizes{};
  for (const Sized &function : functions) {
    size_t smallest = llvm::min_element(sizes) - sizes.begin();
    parts[smallest].insert(function.name);
    sizes[smallest] += function.size;
  }
  return parts;
}

/// What one part sees in another.
void makeHidden(llvm::Module &module) {
  for (llvm::GlobalValue &value : module.global_values())
    if (value.hasLocalLinkage()) {
      value.setLinkage(llvm::GlobalValue::ExternalLinkage);
      value.setVisibility(llvm::GlobalValue::HiddenVisibility);
      value.setDSOLocal(true);
    }
}

void removeBodies(llvm::Module &module, llvm::function_ref<bool(llvm::StringRef)> keeps) {
  for (llvm::Function &function : module)
    if (!function.isDeclaration() && !keeps(function.getName()))
      function.deleteBody();
}

void removeVariables(llvm::Module &module) {
  for (llvm::GlobalVariable &variable : module.globals()) {
    variable.setInitializer(nullptr);
    variable.setLinkage(llvm::GlobalValue::ExternalLinkage);
  }
}

llvm::Error chooseInference(llvm::Module &module, const Target &target) {
  if (llvm::Error error = module.materializeAll())
    return error;
  keepInference(module, target);
  return llvm::Error::success();
}

/// Leaves a part of a module whose bodies are not read yet.
using Choice = llvm::function_ref<llvm::Error(llvm::Module &, const Target &)>;

/// One thread's work on the module's bitcode.
class Job {
public:
  Job(llvm::MemoryBufferRef bitcode, Target target, int optLevel)
      : bitcode(bitcode), target(std::move(target)), optLevel(optLevel) {}

  /// Reads what `choose` leaves of the module and makes an object of it with a target machine of
  /// its own; by way of its text where that is wanted, since the object takes little time then.
  void run(Choice choose, bool byText = false) {
    llvm::CrashRecoveryContext recovery;
    if (!recovery.RunSafely([&] { work(choose, byText); }) && complaint.empty())
      complaint = "the compiler crashed";
  }

  llvm::SmallString<0> object, text;
  std::string complaint; ///< empty: it went well

private:
  void work(Choice choose, bool byText) {
    llvm::LLVMContext context;
    collectComplaints(context, complaint);
    // Only the bodies that are left are read.
    llvm::Expected<std::unique_ptr<llvm::Module>> module =
        llvm::getLazyBitcodeModule(bitcode, context);
    if (!module)
      return fail(module.takeError());
    if (llvm::Error error = choose(**module, target))
      return fail(std::move(error));
    if (llvm::Error error = (*module)->materializeAll())
      return fail(std::move(error));
    optimise(**module, target, optLevel);
    llvm::raw_svector_ostream stream(byText ? text : object);
    if (llvm::Error error =
            emit(**module, target, byText ? OutputKind::Assembly : OutputKind::Object, stream))
      return fail(std::move(error));
    if (!byText)
      return;
    if (llvm::Error error = assemble(text, target, object))
      fail(std::move(error));
  }
  void fail(llvm::Error error) { complaint = llvm::toString(std::move(error)); }

  llvm::MemoryBufferRef bitcode;
  Target target;
  int optLevel;
};

/// How many of `wanted` threads the system starts beside this one.
unsigned startableThreads(unsigned wanted) {
  std::mutex gate;
  std::vector<pthread_t> threads;
  {
    std::lock_guard<std::mutex> closed(gate); // so that all exist at once
    for (pthread_t thread; threads.size() < wanted; threads.push_back(thread))
      if (pthread_create(
              &thread, nullptr,
              [](void *gate) -> void * {
                std::lock_guard<std::mutex> opened(*static_cast<std::mutex *>(gate));
                return nullptr;
              },
              &gate))
        break;
  }
  for (pthread_t thread : threads)
    pthread_join(thread, nullptr);
  return threads.size();
}

/// Does all of the work on as many threads as there are cores and may be started, or on this one.
void runAll(llvm::ArrayRef<std::function<void()>> work) {
  llvm::ThreadPoolStrategy strategy = llvm::hardware_concurrency(work.size());
  strategy.ThreadsRequested = startableThreads(strategy.compute_thread_count());
  if (strategy.ThreadsRequested == 0) {
    for (const std::function<void()> &each : work)
      each();
    return;
  }
  llvm::DefaultThreadPool threads(strategy);
  for (const std::function<void()> &each : work)
    threads.async(each);
}

} // namespace

llvm::Expected<std::vector<llvm::SmallString<0>>>
iarc::emitObjects(llvm::Module &module, const Target &target, int optLevel) {
  makeHidden(module);
  llvm::SmallString<0> bitcode;
  llvm::raw_svector_ostream stream(bitcode);
  llvm::WriteBitcodeToFile(module, stream);
  llvm::MemoryBufferRef buffer(bitcode, module.getName());

  bool hasInference = definesInference(module);
  std::array<Names, kParts> parts = dealOut(module, hasInference);
  std::vector<std::unique_ptr<Job>> jobs;
  for (unsigned i = 0; i < kParts + hasInference; ++i)
    jobs.push_back(std::make_unique<Job>(buffer, target.clone(), optLevel));
  std::vector<std::function<void()>> work;
  for (auto [i, job] : llvm::enumerate(jobs))
    work.push_back([&, i = i, job = job.get()] {
      if (i == kParts)
        return job->run(chooseInference, /*byText=*/true);
      job->run([&](llvm::Module &part, const Target &) {
        removeVariables(part);
        removeBodies(part, [&](llvm::StringRef name) { return parts[i].contains(name); });
        return llvm::Error::success();
      });
    });
  runAll(work);
  std::vector<llvm::SmallString<0>> objects;
  for (std::unique_ptr<Job> &job : jobs) {
    if (!job->complaint.empty())
      return llvm::createStringError(job->complaint);
    if (job->object.empty())
      return llvm::createStringError("a part of the code was not made");
    objects.push_back(std::move(job->object));
  }
  // The data come last: the text of the function of inference is one of them.
  if (hasInference)
    setInferenceText(module, jobs.back()->text);
  removeBodies(module, [](llvm::StringRef) { return false; });
  llvm::SmallString<0> &data = objects.emplace_back();
  llvm::raw_svector_ostream dataStream(data);
  if (llvm::Error error = emit(module, target, OutputKind::Object, dataStream))
    return std::move(error);
  return objects;
}
