//===- Circles.cpp - Definitions that use themselves ------------------------===//
#include "Sema/Circles.h"

namespace iarc::dsl {

static void reportCircle(const Use &use, Definition *from, Diagnostics &diagnostics) {
  Diagnostic &diagnostic =
      diagnostics.report(Code::Recursion, use.where,
                         use.callee == from ? "'" + from->name() + "' uses itself"
                                            : "'" + from->name() + "' uses '" + use.callee->name() +
                                                  "', which uses it in turn");
  if (use.callee != from)
    diagnostic.note(use.callee->item->name.range, "'" + use.callee->name() + "' is defined here");
  diagnostic.hint("definitions are substituted where they are used, so none can use itself; "
                  "'repeat' states a repetition");
}

void reportCircles(Program &program, const CallGraph &callGraph, Diagnostics &diagnostics) {
  std::map<Definition *, int> state; // 1: on the path, 2: done
  struct Step {
    Definition *definition;
    size_t next = 0;
  };
  for (Definition &root : program.definitions) {
    if (state[&root])
      continue;
    std::vector<Step> path = {{&root}};
    state[&root] = 1;
    while (!path.empty()) {
      Step &step = path.back();
      auto used = callGraph.find(step.definition);
      if (used == callGraph.end() || step.next == used->second.size()) {
        state[step.definition] = 2;
        path.pop_back();
        continue;
      }
      const Use &use = used->second[step.next++];
      if (state[use.callee] == 1) {
        reportCircle(use, step.definition, diagnostics);
        // Everything on the circle is out of use.
        bool on = false;
        for (Step &s : path) {
          on = on || s.definition == use.callee;
          s.definition->poisoned = s.definition->poisoned || on;
        }
      } else if (!state[use.callee]) {
        state[use.callee] = 1;
        path.push_back({use.callee});
      }
    }
  }
}

} // namespace iarc::dsl
