//===- LargeStack.h - Room for deep recursion -----------------------------===//
#ifndef IARC_DSL_LARGESTACK_H
#define IARC_DSL_LARGESTACK_H

#include <cstddef>
#include <pthread.h>

namespace iarc::dsl {

/// Runs `work` on a stack of its own: how deep a program may nest must not depend on the stack
/// that the caller happens to have left. Without a thread it runs where it is.
template <typename Work> void onLargeStack(Work work) noexcept {
  constexpr size_t stackBytes = size_t(128) << 20; // reserved, not touched
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0)
    return work();
  pthread_t thread;
  auto run = [](void *argument) -> void * {
    (*static_cast<Work *>(argument))();
    return nullptr;
  };
  bool started = pthread_attr_setstacksize(&attributes, stackBytes) == 0 &&
                 pthread_create(&thread, &attributes, run, &work) == 0;
  pthread_attr_destroy(&attributes);
  if (started)
    pthread_join(thread, nullptr);
  else
    work();
}

} // namespace iarc::dsl
#endif
