//===- TaskRanges.cpp - What the numbers of a task can be -----------------===//
//
// Intervals over everything that a stream can reach. What a state can be between
// two positions is the least fixed point of all rules: found by iteration, with
// bounds that keep growing moved to the next of some steps, and narrowed
// again by two rounds more. Within a rule the analysis follows its course, and a
// branch knows the condition that leads to it.
//
//===----------------------------------------------------------------------===//
#include "Sema/NumberRange.h"
#include "Sema/TaskRules.h"

#include <algorithm>

namespace iarc::dsl {

namespace {

using Range = NumberRange;

constexpr int64_t least = Range::least, most = Range::most;

/// What holds at one point of a rule.
struct Point {
  std::vector<Range> states;  ///< by number; of a table: of all its elements
  std::vector<int> versions;  ///< raised by every store
};

class Checker {
public:
  Checker(Task &task, int64_t context, const TaskPlaces &places, Diagnostics &diagnostics)
      : task(task), places(places), diagnostics(diagnostics) {
    // Interspersed windows begin one token later at most.
    int64_t last = task.history + task.warmUp + context + 1;
    time = {task.history - 1, last, false};
    values.resize(static_cast<size_t>(task.values));
    fromTime.resize(values.size(), Range::none());
    definitions.resize(values.size(), nullptr);
    loadVersions.resize(values.size(), 0);
    symbols = {0, task.symbols - 1, false};
    governing = Range::none();
    for (size_t i = 0; i < task.controls.size(); ++i)
      if (task.controls[i].governs)
        governing = join(governing, Range::only(int64_t(i)));
    steps = {0, 1, 255, 65535, int64_t(1) << 32, most};
    auto collect = [&](auto &self, const TaskBlock &block) -> void {
      for (const TaskInstruction &i : block.instructions) {
        if (i.op == TaskOp::Constant && i.value > least + 1 && i.value < most - 1)
          for (int64_t near : {i.value - 1, i.value, i.value + 1})
            steps.push_back(near < 0 ? -near : near);
        for (const TaskBlock &inner : i.blocks)
          self(self, inner);
      }
    };
    for (const TaskControl &control : task.controls)
      collect(collect, control.rule);
    collect(collect, task.next);
    std::sort(steps.begin(), steps.end());
    steps.erase(std::unique(steps.begin(), steps.end()), steps.end());
  }

  void run() {
    solve();
    checking = true;
    Range every = time;
    time = Range::only(task.history - 1);
    Point start = initially();
    time = every;
    rules({invariant, start.versions});
  }

private:
  /// The states at the start of a stream.
  Point initially() {
    Point point;
    point.states.assign(task.states.size(), Range::none());
    point.versions.assign(task.states.size(), 0);
    for (size_t i = 0; i < task.states.size(); ++i) {
      index = {0, std::max<int64_t>(task.states[i].size - 1, 0), false};
      point.states[i] = run(task.states[i].initial, point);
    }
    return point;
  }

  /// What the states can be after any of the rules.
  std::vector<Range> rules(const Point &before) {
    std::vector<Range> after = before.states;
    auto add = [&](const Point &point) {
      for (size_t i = 0; i < after.size(); ++i)
        after[i] = join(after[i], point.states[i]);
    };
    for (TaskControl &control : task.controls) {
      Point point = before;
      run(control.rule, point);
      add(point);
    }
    Point point = before;
    Range next = run(task.next, point);
    if (checking && !next.within(0, task.symbols - 1))
      complain(task.next, "the next symbol " + textOf(next) + ", beyond the symbols 0.." +
                              std::to_string(task.symbols - 1),
               "write '(...) mod symbols'");
    add(point);
    if (task.target.result >= 0) {
      point = before;
      run(task.target, point);
      if (point.versions != before.versions)
        add(point);
    }
    return after;
  }

  void solve() {
    Range every = time;
    time = Range::only(task.history - 1);
    Point start = initially();
    time = every;
    invariant = start.states;
    // After a hundred rounds whatever still moves may be any number, so that this ends.
    for (int round = 0;; ++round) {
      std::vector<Range> after = rules({invariant, start.versions});
      if (after == invariant)
        break;
      for (size_t i = 0; i < invariant.size(); ++i) {
        Range grown = join(invariant[i], after[i]);
        if (round > 3 && !invariant[i].empty)
          grown = round > 100 ? Range() : widened(invariant[i], grown);
        invariant[i] = grown;
      }
    }
    for (int round = 0; round < 2; ++round) {
      std::vector<Range> after = narrowed(start.states, start.versions);
      for (size_t i = 0; i < invariant.size(); ++i)
        invariant[i] = meet(invariant[i], after[i]);
    }
  }

  /// The start joined with what the rules give, without what was assumed.
  std::vector<Range> narrowed(const std::vector<Range> &start, const std::vector<int> &versions) {
    std::vector<Range> result = start;
    auto add = [&](const TaskBlock &block) {
      Point point{invariant, versions};
      run(block, point);
      for (size_t i = 0; i < result.size(); ++i)
        if (point.versions[i] != versions[i])
          result[i] = join(result[i], task.states[i].size > 0
                                          ? join(start[i], stored[i])
                                          : point.states[i]);
    };
    stored.assign(task.states.size(), Range::none());
    for (const TaskControl &control : task.controls)
      add(control.rule);
    add(task.next);
    add(task.target);
    return result;
  }

  /// A bound that moves goes to the next of the steps: the numbers that the rules name, which is
  /// where most bounds come to rest, and few others.
  Range widened(Range before, Range after) const {
    if (after.high > before.high && after.high > 0)
      after.high = *std::lower_bound(steps.begin(), steps.end(), after.high);
    else if (after.high > before.high)
      after.high = 0;
    if (after.low < before.low) {
      int64_t magnitude = after.low == least ? most : std::max<int64_t>(-after.low, 0);
      int64_t bound = *std::lower_bound(steps.begin(), steps.end(), magnitude);
      after.low = bound == most ? least : -bound;
    }
    return after;
  }

  void complain(const TaskBlock &block, const std::string &message, const char *hint) {
    // The place of the value: of what made it.
    const TaskInstruction *made = definitions[static_cast<size_t>(block.result)];
    while (made && made->op == TaskOp::If)
      made = worst(*made);
    report(*made, message, hint);
  }
  /// Of the two results of an `if` the one that leaves the symbols.
  const TaskInstruction *worst(const TaskInstruction &choice) const {
    for (const TaskBlock &block : choice.blocks)
      if (!values[static_cast<size_t>(block.result)].within(0, task.symbols - 1))
        return definitions[static_cast<size_t>(block.result)];
    return definitions[static_cast<size_t>(choice.blocks[0].result)];
  }
  void report(const TaskInstruction &where, std::string message, std::string hint) {
    diagnostics.report(Code::TaskRange, places[static_cast<size_t>(where.place)],
                       std::move(message))
        .hint(std::move(hint));
  }

  Range &at(int32_t id) { return values[static_cast<size_t>(id)]; }

  /// Runs a block that always starts here; gives the range of its result.
  Range run(const TaskBlock &block, Point &point) {
    for (const TaskInstruction &instruction : block.instructions)
      step(const_cast<TaskInstruction &>(instruction), point);
    return block.result >= 0 ? at(block.result) : Range::none();
  }

  void step(TaskInstruction &i, Point &point) {
    Range a = i.operands[0] >= 0 ? at(i.operands[0]) : Range::none();
    Range b = i.operands[1] >= 0 ? at(i.operands[1]) : Range::none();
    size_t state = static_cast<size_t>(i.value);
    Range result, relative = Range::none();
    switch (i.op) {
    case TaskOp::Constant: result = Range::only(i.value); break;
    case TaskOp::Time:
      result = time;
      relative = Range::only(0);
      break;
    case TaskOp::Governing: result = governing; break;
    case TaskOp::Symbol: symbol(i, a); result = symbols; break;
    case TaskOp::Load:
      result = point.states[state];
      loadVersions[static_cast<size_t>(i.result)] = point.versions[state];
      break;
    case TaskOp::Element:
      tableIndex(i, a);
      result = point.states[state];
      break;
    case TaskOp::Index: result = index; break;
    case TaskOp::Draw:
      if (checking && !a.within(1, (int64_t(1) << 32) - 1))
        report(i, "the bound of 'draw' " + textOf(a) + ", and it must lie in 1..4294967295",
               "write 'draw(max(1, ...))', or 'draw(... mod symbols + 1)'");
      result = a.empty ? a : Range::of(0, std::max<int64_t>(std::min(a.high, int64_t(1) << 32) - 1, 0));
      break;
    case TaskOp::Add:
      result = sum(a, b);
      relative = shifted(i, b, a, 1);
      break;
    case TaskOp::Subtract:
      result = difference(a, b);
      relative = shifted(i, b, Range::none(), -1);
      break;
    case TaskOp::Multiply: result = product(a, b); break;
    case TaskOp::Divide:
    case TaskOp::Modulo:
      if (checking && !b.within(1, most))
        report(i, "a divisor must be at least 1, and this one " + textOf(b),
               "write 'max(1, ...)'");
      result = i.op == TaskOp::Divide ? quotient(a, b) : remainder(a, b);
      break;
    case TaskOp::Minimum: result = minimum(a, b); break;
    case TaskOp::Maximum: result = maximum(a, b); break;
    case TaskOp::Less: // conditions are 0 or 1
      result = {!a.empty && !b.empty && a.high < b.low, a.empty || b.empty || a.low < b.high, false};
      break;
    case TaskOp::LessEqual:
    case TaskOp::Equal:
    case TaskOp::And:
    case TaskOp::Or:
    case TaskOp::Not:
      result = {0, 1, false};
      break;
    case TaskOp::If: choose(i, point); return;
    case TaskOp::Store:
      point.states[state] = a;
      ++point.versions[state];
      return;
    case TaskOp::StoreElement:
      tableIndex(i, a);
      point.states[state] = join(point.states[state], b);
      if (!stored.empty())
        stored[state] = join(stored[state], b);
      ++point.versions[state];
      return;
    }
    at(i.result) = result;
    fromTime[static_cast<size_t>(i.result)] = relative;
    definitions[static_cast<size_t>(i.result)] = &i;
  }

  /// How far a sum or difference lies from t.
  Range shifted(const TaskInstruction &i, Range b, Range a, int sign) {
    Range left = fromTime[static_cast<size_t>(i.operands[0])];
    Range right = fromTime[static_cast<size_t>(i.operands[1])];
    Range base = !left.empty ? left : sign > 0 ? right : Range::none();
    Range by = !left.empty ? b : a;
    return sign > 0 ? sum(base, by) : difference(base, by);
  }

  void symbol(TaskInstruction &i, Range a) {
    if (!checking || a.empty)
      return;
    Range relative = fromTime[static_cast<size_t>(i.operands[0])];
    bool known = !relative.empty;
    i.value = a.low >= 0 && known && relative.high <= 0;
    if (known && relative.low > 0)
      report(i, "this symbol is yet to come: the newest one is 'x[t]'",
             "the next symbol is what 'next' returns");
    else if (a.high < 0)
      report(i, "there is no symbol before position 0, and this position " + textOf(a),
             task.history ? "" : "a 'history' of some symbols comes before the first rule");
    else if (known && a.low < 0 && task.history > 0 && relative.low == relative.high)
      report(i,
             "this looks back by " + std::to_string(-relative.low) +
                 ", beyond the history of " + std::to_string(task.history),
             "let the history be longer: 'history " + std::to_string(1 - relative.low) + "'");
  }

  void tableIndex(const TaskInstruction &i, Range a) {
    const TaskState &table = task.states[static_cast<size_t>(i.value)];
    if (checking && !a.within(0, table.size - 1))
      report(i,
             "the index of '" + table.name + "' " + textOf(a) + ", beyond its elements 0.." +
                 std::to_string(table.size - 1),
             "write '" + table.name + "[(...) mod " + std::to_string(table.size) + "]'");
  }

  void choose(TaskInstruction &i, Point &point) {
    std::vector<std::pair<int32_t, Range>> saved;
    Point first = point, second = point;
    auto take = [&](const TaskBlock &block, Point &way, bool truth) {
      assume(i.operands[0], truth, way, saved);
      Range result = run(block, way);
      while (!saved.empty()) {
        at(saved.back().first) = saved.back().second;
        saved.pop_back();
      }
      return result;
    };
    Range yes = take(i.blocks[0], first, true);
    Range no = take(i.blocks[1], second, false);
    for (size_t s = 0; s < point.states.size(); ++s) {
      point.states[s] = join(first.states[s], second.states[s]);
      point.versions[s] = std::max(first.versions[s], second.versions[s]);
    }
    if (i.result < 0)
      return;
    at(i.result) = join(yes, no);
    fromTime[static_cast<size_t>(i.result)] = Range::none();
    definitions[static_cast<size_t>(i.result)] = &i;
  }

  /// Narrows what the condition compares; `saved` takes what was known before.
  void assume(int32_t id, bool truth, Point &point, std::vector<std::pair<int32_t, Range>> &saved) {
    const TaskInstruction *made = definitions[static_cast<size_t>(id)];
    if (!made)
      return;
    int32_t a = made->operands[0], b = made->operands[1];
    switch (made->op) {
    case TaskOp::If: // of an `and` or `or` whose right side draws: one branch is a constant
      for (bool first : {true, false}) {
        const TaskBlock &taken = made->blocks[first ? 0 : 1], &other = made->blocks[first ? 1 : 0];
        if (!at(other.result).within(!truth, !truth) || !at(other.result).within(0, 1))
          continue;
        assume(a, first, point, saved);
        assume(taken.result, truth, point, saved);
        return;
      }
      return;
    case TaskOp::Not:
      return assume(a, !truth, point, saved);
    case TaskOp::And:
    case TaskOp::Or:
      if ((made->op == TaskOp::And) == truth) {
        assume(a, truth, point, saved);
        assume(b, truth, point, saved);
      }
      return;
    case TaskOp::Equal: {
      if (!truth) {
        if (at(b).low == at(b).high)
          narrow(a, without(at(a), at(b).low), point, saved);
        if (at(a).low == at(a).high)
          narrow(b, without(at(b), at(a).low), point, saved);
        return;
      }
      Range both = meet(at(a), at(b));
      narrow(a, both, point, saved);
      narrow(b, both, point, saved);
      return;
    }
    case TaskOp::Less:
    case TaskOp::LessEqual: {
      // Not a < b is b <= a.
      bool strict = (made->op == TaskOp::Less) == truth;
      if (!truth)
        std::swap(a, b);
      Range left = at(a), right = at(b);
      if (left.empty || right.empty)
        return;
      int64_t top = strict && right.high > least ? right.high - 1 : right.high;
      int64_t bottom = strict && left.low < most ? left.low + 1 : left.low;
      narrow(a, meet(left, {least, top, false}), point, saved);
      narrow(b, meet(right, {bottom, most, false}), point, saved);
      return;
    }
    default:
      return;
    }
  }

  void narrow(int32_t id, Range to, Point &point, std::vector<std::pair<int32_t, Range>> &saved) {
    saved.push_back({id, at(id)});
    at(id) = to;
    const TaskInstruction *made = definitions[static_cast<size_t>(id)];
    if (made && made->op == TaskOp::Load) {
      size_t state = static_cast<size_t>(made->value);
      if (point.versions[state] == loadVersions[static_cast<size_t>(id)])
        point.states[state] = meet(point.states[state], to);
    }
  }

  Task &task;
  const TaskPlaces &places;
  Diagnostics &diagnostics;
  Range time, symbols, governing, index;
  std::vector<Range> values, fromTime;                ///< by result
  std::vector<const TaskInstruction *> definitions;   ///< by result
  std::vector<int> loadVersions;                      ///< of the state, by result of a Load
  std::vector<Range> invariant;                       ///< of the states between positions
  std::vector<Range> stored; ///< into tables, while the bounds are narrowed
  std::vector<int64_t> steps; ///< magnitudes, sorted
  bool checking = false;
};

} // namespace

void checkTaskRanges(Task &task, int64_t context, const TaskPlaces &places,
                     Diagnostics &diagnostics) {
  Checker(task, context, places, diagnostics).run();
}

} // namespace iarc::dsl
