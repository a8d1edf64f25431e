//===- Arguments.cpp - Binding the arguments of a call --------------------===//
#include "Sema/Arguments.h"

#include "Diagnostics/Suggest.h"

namespace iarc::dsl {

Callee calleeOf(const Definition &definition) {
  Callee callee;
  callee.name = definition.name();
  callee.declaration = definition.item->name.range;
  for (const ast::Parameter &parameter : definition.item->parameters)
    callee.formals.push_back({parameter.name.text, parameter.value == nullptr, false});
  callee.allowsPartial = !definition.isBlock();
  return callee;
}

Callee calleeOf(const Intrinsic &intrinsic) {
  Callee callee;
  callee.name = intrinsic.name;
  for (int i = 0; i < intrinsic.arity; ++i)
    callee.formals.push_back({i == 0 ? "a" : "b", true, false});
  return callee;
}

Callee calleeOf(const PrimitiveEntry &entry) { return {entry.name, entry.formals, {}, false}; }

namespace {

std::string signatureOf(const Callee &callee) {
  std::string text = callee.name + "(";
  for (size_t i = 0; i < callee.formals.size(); ++i) {
    const Formal &formal = callee.formals[i];
    std::string name = formal.isList ? "[" + formal.name + ", ...]" : formal.name;
    text += (i ? ", " : "") + name + (formal.namedOnly ? ":" : "") +
            (formal.required ? "" : " (optional)");
  }
  return text + ")";
}

} // namespace

Binding bindArguments(const Callee &callee, const std::vector<ast::Argument> &arguments,
                      SourceRange focus, Diagnostics *diagnostics) {
  Binding binding;
  binding.slots.resize(callee.formals.size());
  auto fail = [&](Code code, SourceRange range, std::string message,
                  std::string hint = {}) -> void {
    binding.valid = false;
    if (!diagnostics)
      return;
    Diagnostic &diagnostic = diagnostics->report(code, range, std::move(message));
    if (callee.declaration)
      diagnostic.note(callee.declaration, "'" + callee.name + "' is defined here");
    diagnostic.hint(std::move(hint));
  };

  size_t positional = 0, position = 0;
  for (const Formal &formal : callee.formals)
    positional += formal.namedOnly ? 0 : 1;
  bool named = false;
  for (const ast::Argument &argument : arguments) {
    if (argument.name.text.empty()) {
      if (named) {
        fail(Code::PositionalAfterNamed, argument.range,
             "an argument without a name follows one with a name",
             "name it as well: '" + callee.name + "' is " + signatureOf(callee));
        continue;
      }
      if (position >= positional) {
        bool first = position++ == positional;
        if (first)
          fail(Code::TooManyArguments, argument.range,
               "'" + callee.name + "' takes " + std::to_string(positional) +
                   (positional == 1 ? " argument" : " arguments") +
                   (positional < callee.formals.size() ? " without a name" : ""),
               "it is " + signatureOf(callee));
        continue;
      }
      binding.slots[position++] = &argument;
      continue;
    }
    named = true;
    size_t slot = 0;
    while (slot < callee.formals.size() && callee.formals[slot].name != argument.name.text)
      ++slot;
    if (slot == callee.formals.size()) {
      std::vector<std::string> names;
      for (const Formal &formal : callee.formals)
        names.push_back(formal.name);
      std::string nearest = nearestName(argument.name.text, names);
      fail(Code::UnknownArgument, argument.name.range,
           "'" + callee.name + "' has no argument '" + argument.name.text + "'",
           !nearest.empty()  ? "did you mean '" + nearest + "'?"
           : !names.empty() ? "it is " + signatureOf(callee)
                            : "it takes no arguments");
      continue;
    }
    if (binding.slots[slot]) {
      fail(Code::DuplicateArgument, argument.name.range,
           "argument '" + argument.name.text + "' is given twice");
      continue;
    }
    binding.slots[slot] = &argument;
  }
  // What is wrong with the arguments given explains what seems to be missing.
  if (!binding.valid)
    return binding;
  if (callee.allowsPartial && position == 0 && !arguments.empty() && !binding.slots[0]) {
    binding.partial = true;
    return binding;
  }
  std::vector<std::string> missing;
  for (size_t i = 0; i < callee.formals.size(); ++i)
    if (callee.formals[i].required && !binding.slots[i])
      missing.push_back(callee.formals[i].name);
  if (!missing.empty())
    fail(Code::MissingArgument, focus,
         "'" + callee.name + "' lacks its argument" + (missing.size() > 1 ? "s " : " ") +
             listOf(missing, "and"),
         "it is " + signatureOf(callee));
  return binding;
}

} // namespace iarc::dsl
