//===- ModelText.cpp - The elaborated model as text -----------------------===//
#include "ModelText.h"

#include "Sema/Graph.h"

#include <cstdio>
#include <cstdlib>

namespace iarc::dsl {

namespace {

/// The shortest decimal that reads back as the same number.
std::string number(double value) {
  char text[40];
  for (int digits = 1; digits <= 17; ++digits) {
    std::snprintf(text, sizeof text, "%.*g", digits, value);
    if (std::strtod(text, nullptr) == value)
      break;
  }
  return text;
}

std::string shape(const Shape &axes) {
  std::string text = "[";
  for (const Axis &axis : axes)
    text += (text.size() > 1 ? ", " : "") + axis.name + " " + std::to_string(axis.size);
  return text + "]";
}

std::string initialiser(const Initialiser &init) {
  if (init.kind == Initialiser::Kind::Constant)
    return "constant(" + number(init.first) + ")";
  return (init.kind == Initialiser::Kind::Normal ? "normal(" : "uniform(") + number(init.first) +
         ", " + number(init.second) +
         (init.fanIn ? ") / sqrt(" + std::to_string(init.fanIn) +
                           (init.fanInGrows ? " (t + 1))" : ")")
                     : ")");
}

class Writer {
public:
  explicit Writer(const Model &model) : model(model) {}
  std::string out;

  void write() {
    out += "model " + model.name + "\n";
    for (const Parameter &parameter : model.parameters)
      out += "  param " + parameter.name + " = " + parameter.value + "\n";
    const Task &task = model.task;
    out += "  task " + task.name + " symbols " + std::to_string(task.symbols);
    if (!task.controls.empty())
      out += " subtasks " + task.controlNames() + " gap " + std::to_string(task.gapMinimum) + ".." +
             std::to_string(task.gapMaximum);
    for (const auto &[name, value] : task.arguments)
      out += " " + name + " " + value;
    if (!task.controls.empty())
      out += std::string(" encoding ") + (task.interspersed ? "interspersed" : "tape");
    out += "\n";
    out += "  context " + std::to_string(model.context) + "\n";
    int64_t total = 0;
    for (const Weight &weight : model.weights) {
      int64_t elements = 1;
      for (const Axis &axis : weight.shape)
        elements *= axis.size;
      total += elements;
      out += "  weight " + weight.name + " " + shape(weight.shape) + " " +
             initialiser(weight.initialiser) + "\n";
    }
    out += "  total " + std::to_string(total) + " weights\n";
    region(model.body, 1);
    out += "  predict " + value(model.body.yields[0]) + "\n";
    out += std::string("  loss ") +
           (model.loss == LossKind::CrossEntropy   ? "cross_entropy"
            : model.loss == LossKind::SquaredError ? "squared_error"
                                                   : value(model.lossValue)) +
           " at " +
           (model.lossAt == LossAt::Last ? "last" : "all") + "\n";
    out += "  train " + train(model.train) + "\n";
  }

private:
  std::string schedule(const Schedule &schedule) const {
    std::string text = number(schedule.rate);
    if (schedule.kind == ScheduleKind::Step)
      text = "step(" + text + ", every: " + std::to_string(schedule.every) +
             ", factor: " + number(schedule.factor) + ")";
    else if (schedule.kind != ScheduleKind::Constant)
      text = (schedule.kind == ScheduleKind::Linear ? "linear(" : "cosine(") + text +
             ", to: " + number(schedule.to) + ")";
    if (schedule.warmUp)
      text = "warmup(" + std::to_string(schedule.warmUp) + ", " + text + ")";
    return text;
  }
  std::string train(const Train &train) const {
    static const char *const names[] = {"sgd", "sgd nesterov", "adam", "adamw", "lion"};
    const bool sgd = train.optimiser <= Optimiser::Nesterov;
    std::string text = std::string(names[int(train.optimiser)]) + " rate " + schedule(train.rate) +
                       (sgd ? " momentum " : " beta1 ") + number(train.momentum);
    if (!sgd)
      text += " beta2 " + number(train.beta2);
    if (train.epsilon != 0)
      text += " eps " + number(train.epsilon);
    if (train.decay != 0)
      text += " decay " + number(train.decay);
    text += " batch " + std::to_string(train.batch) + " steps " + std::to_string(train.steps);
    if (train.clip != 0)
      text += " clip " + number(train.clip);
    if (train.accumulate != 1)
      text += " accumulate " + std::to_string(train.accumulate);
    if (train.evaluateEvery)
      text += " evaluate every " + std::to_string(train.evaluateEvery);
    if (train.stop != Stop::Never)
      text += std::string(" stop at ") + (train.stop == Stop::Loss ? "loss " : "accuracy ") +
              number(train.stopAt);
    return text;
  }
  static std::string value(ValueId id) { return "%" + std::to_string(id); }
  std::string typed(ValueId id) const {
    return " : " + shape(model.valueShapes[static_cast<size_t>(id)]) + "\n";
  }

  void region(const Region &body, int depth) {
    std::string indent(static_cast<size_t>(depth) * 2, ' ');
    for (const Op &op : body.ops) {
      out += indent;
      for (size_t i = 0; i < op.results.size(); ++i)
        out += (i ? ", " : "") + value(op.results[i]);
      out += " = ";
      switch (op.kind) {
      case OpKind::Encode:
        out += "encode" + typed(op.results[0]);
        break;
      case OpKind::Embed:
        out += std::string("embed ") + (op.ofControls ? "controls " : "symbols ") +
               model.weights[static_cast<size_t>(op.weight)].name + typed(op.results[0]);
        break;
      case OpKind::Linear:
        out += "linear " + value(op.operands[0]) + ", " +
               model.weights[static_cast<size_t>(op.weight)].name +
               (op.bias < 0 ? "" : " + " + model.weights[static_cast<size_t>(op.bias)].name) +
               (op.placement == Placement::Shared        ? " shared"
                : op.placement == Placement::PerPosition ? " per position"
                                                         : " across positions") +
               typed(op.results[0]);
        break;
      case OpKind::Attention:
        attention(op);
        break;
      case OpKind::Map: {
        std::vector<std::string> names;
        for (ValueId operand : op.operands)
          names.push_back(value(operand));
        out += "map " + textOf(op.scalar, names) + typed(op.results[0]);
        break;
      }
      case OpKind::Norm:
        out += "norm " + value(op.operands[0]) + " eps " + number(op.eps) + typed(op.results[0]);
        break;
      case OpKind::Slice:
        out += "slice " + value(op.operands[0]) + "[" + std::to_string(op.begin) + "..<" +
               std::to_string(op.end) + "]" + typed(op.results[0]);
        break;
      case OpKind::Broadcast:
        out += "broadcast " + model.weights[static_cast<size_t>(op.weight)].name +
               typed(op.results[0]);
        break;
      case OpKind::Spread:
        out += "spread " + value(op.operands[0]) + typed(op.results[0]);
        break;
      case OpKind::Reduce:
        out += (op.largest ? "row_max " : "row_sum ") + value(op.operands[0]) +
               typed(op.results[0]);
        break;
      case OpKind::Join:
        out += "join";
        for (size_t i = 0; i < op.operands.size(); ++i)
          out += (i ? ", " : " ") + value(op.operands[i]);
        out += typed(op.results[0]);
        break;
      case OpKind::Rotate:
        out += "rope " + value(op.operands[0]) + " size " + std::to_string(op.size) + " base " +
               number(op.base) + typed(op.results[0]);
        break;
      case OpKind::Target:
        out += "target" + typed(op.results[0]);
        break;
      case OpKind::Flatten:
        out += "flatten " + value(op.operands[0]) + typed(op.results[0]);
        break;
      case OpKind::LstmGates:
        out += "lstm_gates " + value(op.operands[0]) + ", " + value(op.operands[1]) +
               typed(op.results[0]);
        break;
      case OpKind::Recur: {
        size_t states = op.results.size();
        out += "recur (";
        for (size_t i = 0; i < op.body->arguments.size(); ++i)
          out += (i ? ", " : "") + value(op.body->arguments[i]) + " = " +
                 (i < states ? "0" : value(op.operands[i - states]));
        out += ") {\n";
        region(*op.body, depth + 1);
        yield(op, indent);
        break;
      }
      case OpKind::Repeat:
        out += "repeat " + std::to_string(op.count) + " (";
        for (size_t i = 0; i < op.operands.size(); ++i)
          out += (i ? ", " : "") + value(op.body->arguments[i]) + " = " + value(op.operands[i]);
        out += ") {\n";
        region(*op.body, depth + 1);
        yield(op, indent);
        break;
      }
    }
  }

  void yield(const Op &op, const std::string &indent) {
    out += indent + "  yield";
    for (size_t i = 0; i < op.body->yields.size(); ++i)
      out += (i ? ", " : " ") + value(op.body->yields[i]);
    out += "\n" + indent + "}";
    // The results' shapes differ from those of the body.
    for (size_t i = 0; op.kind == OpKind::Recur && i < op.results.size(); ++i)
      out += (i ? ", " : " : ") + shape(model.valueShapes[static_cast<size_t>(op.results[i])]);
    out += "\n";
  }

  void attention(const Op &op) {
    std::vector<std::string> arguments = {"z"};
    for (size_t i = 3; i < op.operands.size(); ++i)
      arguments.push_back(value(op.operands[i]));
    out += "attend " + value(op.operands[0]) + ", " + value(op.operands[1]) + ", " +
           value(op.operands[2]) + " heads " + std::to_string(op.heads) + " kernel " +
           textOf(op.scalar, arguments) + " scale " + number(op.scale) +
           (op.causal ? " mask causal" : " mask none") + " decay ";
    if (op.slopes.empty()) {
      out += "none";
    } else {
      out += "[";
      for (size_t i = 0; i < op.slopes.size(); ++i)
        out += (i ? ", " : "") + number(op.slopes[i]);
      out += "]";
    }
    out += op.normalise == Normalise::None ? " normalise none"
           : op.normalise == Normalise::Sum
               ? " normalise sum(eps: " + number(op.eps) + ")"
               : " normalise absolute_sum(eps: " + number(op.eps) + ")";
    out += typed(op.results[0]);
  }

  const Model &model;
};

} // namespace

std::string textOf(const Model &model) {
  Writer writer(model);
  writer.write();
  return std::move(writer.out);
}

} // namespace iarc::dsl
