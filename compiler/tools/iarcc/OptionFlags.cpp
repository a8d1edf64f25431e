//===- OptionFlags.cpp - The flags of iarcc and their help -------------------===//
//
// One declaration per option gives its parsing, help and default.
//
//===----------------------------------------------------------------------===//
#include "OptionFlags.h"

using namespace iarcc;

namespace {

/// Help that opens with examples, then says how a call is formed, then lists the options.
class ExamplesFirst : public CLI::Formatter {
public:
  std::string make_help(const CLI::App *app, std::string name,
                        CLI::AppFormatMode mode) const override {
    if (mode != CLI::AppFormatMode::Normal)
      return CLI::Formatter::make_help(app, name, mode);
    std::string help = app->get_parent() ? "iarcc " + app->get_name() : "iarcc";
    help += ": " + app->get_description() + "\n\n" + app->get_footer() + "\n";
    help += make_groups(app, mode);
    std::string commands = make_subcommands(app, mode);
    return help + commands;
  }
  std::string make_option_opts(const CLI::Option *option) const override {
    std::string text = option->get_type_size() ? " " + option->get_type_name() : "";
    if (!option->get_default_str().empty())
      text += " (" + option->get_default_str() + ")";
    return text;
  }
};

/// An empty value, as of a script's variable that is not set, is not as if the option were absent.
std::string checkNotEmpty(const std::string &value) { return value.empty() ? "needs a value" : ""; }

/// Declares an option with a value; the last one given counts.
auto valuesOf(CLI::App &app) {
  return
      [&app](const char *flags, std::string &variable, const char *type, const char *description) {
        return app.add_option(flags, variable, description)
            ->type_name(type)
            ->expected(1)
            ->check(checkNotEmpty)
            ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
      };
}

/// Declares an option that may be repeated.
auto listsOf(CLI::App &app) {
  return [&app](const char *flags, std::vector<std::string> &variable, const char *type,
                const char *description) {
    return app.add_option(flags, variable, description)
        ->type_name(type)
        ->type_size(1)
        ->expected(1, CLI::detail::expected_max_vector_size)
        ->check(checkNotEmpty)
        ->allow_extra_args(false);
  };
}

} // namespace

const CommandHelp iarcc::compileHelp = {
    "compile a sequence model written in .iarc to a native program",
    R"(Examples:
  iarcc model.iarc -o model            compile; ./model train then trains it
  iarcc -D layers=6 model.iarc         compile with another value of a param
  iarcc --emit=gradient model.iarc     print the model with its adjoint
  iarcc run model.iarc -- train --steps 100
                                       compile and run in one go
  iarcc task model.iarc --samples 5    print samples of the task
  iarcc graph model.iarc -o model.svg  draw its dataflow
  iarcc doc blocks/ -o blocks.md       the comments above definitions as a page
  iarcc --explain IARC0201             what a diagnostic means and what to do
  iarcc study paper.study              train every model of a study, make a page
  iarcc check-gradients model.iarc     compare the adjoint with differences

Usage: iarcc [OPTIONS] FILE
       iarcc run [OPTIONS] FILE [-- ARGUMENTS]
       iarcc check-gradients [OPTIONS] FILE [-- ARGUMENTS]
       iarcc task [OPTIONS] FILE
       iarcc graph [OPTIONS] FILE
       iarcc doc [OPTIONS] FILE|FOLDER...
       iarcc study FILE [OPTIONS])"};

const CommandHelp iarcc::runHelp = {"compile a model and run the program at once",
                                    R"(Examples:
  iarcc run model.iarc -- train --steps 100
  iarcc run -D layers=2 model.iarc -- info
  iarcc run model.iarc -- train --help

Usage: iarcc run [OPTIONS] FILE [-- ARGUMENTS]

The ARGUMENTS go to the program; its exit status is that of iarcc.)"};

const CommandHelp iarcc::checkGradientsHelp = {
    "compare the generated adjoint with central differences",
    R"(Examples:
  iarcc check-gradients model.iarc
  iarcc check-gradients -D layers=2 model.iarc -- --seed 3

Usage: iarcc check-gradients [OPTIONS] FILE [-- ARGUMENTS]

Compiles in float64 and runs 'check-gradients' of the program with the ARGUMENTS.)"};

const CommandHelp iarcc::taskHelp = {"print samples of a task: what the model sees",
                                     R"(Examples:
  iarcc task model.iarc --samples 5    samples of the task that feeds the model
  iarcc task lib/iarc.iarc             of a declared task, with its defaults
  iarcc task -D symbols=8 -D gap=1..3 lib/iarc.iarc
                                       with other arguments
  iarcc task model.iarc --samples 1000 --json

Usage: iarcc task [OPTIONS] FILE

FILE declares a model or a task. Symbols, control tokens, targets and what governs
stand below each other by position; -D sets a param of the model, or an argument
of the task where FILE has no model.)"};

void iarcc::addTaskOptions(CLI::App &app, RawOptions &raw) {
  auto value = valuesOf(app);
  value("--samples", raw.samples, "N", "samples to print")->default_str("5");
  value("--first", raw.first, "N", "number of the first one")->default_str("0");
  value("--seed", raw.seed, "S", "seed of the random numbers")->default_str("1");
  value("--context", raw.context, "T", "positions of a window")->default_str("the model's, or 24");
  value("--task", raw.task, "NAME", "which of several tasks of FILE");
  app.add_flag("--json", raw.json, "a line of JSON for each sample")->disable_flag_override();
}

const CommandHelp iarcc::graphHelp = {"draw the dataflow of a model",
                                      R"(Examples:
  iarcc graph model.iarc -o model.svg  blocks as boxes
  iarcc graph --open 1 model.iarc -o model.svg
                                       the blocks that the model calls, opened
  iarcc graph --open layer --open attention model.iarc -o model.svg
  iarcc graph --format dot model.iarc | dot -Tpdf > model.pdf

Usage: iarcc graph [OPTIONS] FILE

Boxes hold the shapes of results and the weights; arrows show what reads what,
dotted ones what a repeat or recur carries on.)"};

const CommandHelp iarcc::docHelp = {"make a page of the comments above definitions",
                                    R"(Examples:
  iarcc doc blocks/ -o blocks.md       one page of all files of a folder
  iarcc doc blocks/ -o site/ --format html
                                       a page a file, and an index
  iarcc doc attention.iarc             of one file, on standard output

Usage: iarcc doc [OPTIONS] FILE|FOLDER...

The lines of // right above a kernel, function, block, task or model describe it,
those at the top of a file the file.)"};

void iarcc::addPageOptions(CLI::App &app, RawOptions &raw, bool graph) {
  app.add_option("FILE", raw.inputs)->group("");
  auto value = valuesOf(app);
  auto list = listsOf(app);
  if (graph) {
    value("-o,--output", raw.output, "FILE", "write there; else to standard output");
    value("--format", raw.graphFormat, "svg|dot|json", "a picture, or its graph for other tools")
        ->default_str("svg");
    list("--open", raw.open, "N|NAME",
         "open calls of blocks N deep, or those of a block; may be\n"
         "repeated");
    list("-D,--define", raw.overrides, "NAME=VALUE", "give a param another value");
  } else {
    value("-o,--output", raw.output, "FILE|FOLDER/",
          "write one page there, else to standard output; in a\n"
          "folder a page a file");
    value("--format", raw.docFormat, "markdown|html", "format of the pages")
        ->default_str("by the name of the output, else markdown");
    value("--title", raw.title, "TEXT", "title of the page")
        ->default_str("name of the first input");
    value("--link", raw.link, "PREFIX", "link to the files, each PREFIX and its name");
  }
  list("-I,--library-path", raw.libraryPath, "DIR", "search DIR for imports, before lib/");
  value("--diagnostics-format", raw.diagnosticsFormat, "text|json",
        "how errors and warnings of the source are printed")
      ->default_str("text");
  app.set_help_flag("-h,--help", "print this help");
  app.formatter(std::make_shared<ExamplesFirst>());
  app.allow_extras();
}

void iarcc::addOptions(CLI::App &app, RawOptions &raw, bool executableOnly) {
  app.add_option("FILE", raw.inputs)->group("");
  auto value = valuesOf(app);
  auto list = listsOf(app);
  if (!executableOnly) {
    value("-o,--output", raw.output, "FILE", "write there; '-' is standard output");
    value("--emit", raw.stage, "STAGE",
          "stop after a stage and print it: ast, iarc, gradient,\n"
          "fused, lowered, llvm, asm, object; or link a library\n"
          "(-o libmodel.so or .a, with a C header beside it), or\n"
          "an executable")
        ->default_str("executable");
    value("--target", raw.target, "TRIPLE",
          "system to generate code for, where it is not this one:\n"
          "aarch64-linux-gnu, x86_64-linux-gnu");
    list("--export-target", raw.exportTargets, "TRIPLE[:CPU]",
         "also put in what 'export --format c' needs for that\n"
         "processor; may be repeated");
    value("--precision", raw.precision, "f32|f64", "element type of the program")
        ->default_str("f32");
    value("--explain", raw.explain, "CODE",
          "explain a diagnostic, such as IARC0201, with a wrong and a\n"
          "right program; 'list' prints all codes");
    app.add_flag("--from-lowered", raw.fromLowered)->group("");
  }
  list("-D,--define", raw.overrides, "NAME=VALUE", "give a param another value");
  list("-I,--library-path", raw.libraryPath, "DIR", "search DIR for imports, before lib/");
  value("-O", raw.optLevel, "0|1|2|3", "optimisation level")->default_str("3");
  value("--target-cpu", raw.targetCpu, "CPU",
        "processor to generate code for: native, x86-64-v3,\n"
        "znver4, ...; 'list' prints those of the target")
      ->default_str("native");
  value("--matmul", raw.matmul, "auto|own|blas",
        "what does the large products: own kernels, OpenBLAS,\n"
        "or the faster one of both")
      ->default_str("auto");
  value("--sanitize", raw.sanitize, "address|thread",
        "check every access to memory, or for races between threads, when\n"
        "the program runs");
  value("--memory", raw.memory, "normal|low",
        "low: make cheap products again in the backward pass\n"
        "instead of keeping them; for deep models")
      ->default_str("normal");
  list("--plan", raw.plan, "linear|gradient=RxC",
       "register block of R rows and C columns for products, or\n"
       "for weights' gradients, in place of the planned one");
  value("-R", raw.remarks, "plan", "print what was planned for each region, and why");
  value("--runtime-library", raw.runtimeLibrary, "FILE",
        "link with this libiarcrt.a (or set IARC_RUNTIME_LIBRARY)");
  value("--diagnostics-format", raw.diagnosticsFormat, "text|json",
        "how errors and warnings of the source are printed: as\n"
        "text, or as JSON, one a line")
      ->default_str("text");
  app.add_flag("--timing", raw.timing, "print how long each phase took")->disable_flag_override();
  app.set_help_flag("-h,--help", "print this help");
  app.formatter(std::make_shared<ExamplesFirst>());
  app.allow_extras();
}
