#include "bench/driver/options.hpp"

#include <CLI/CLI.hpp>
#include <regex>

namespace amorsize_bench {
namespace {

// What --quick and --self-test change, unless the line says otherwise.
inline constexpr std::size_t quick_rounds = 4;
inline constexpr double quick_min_time_s = 0.03;
inline constexpr std::size_t self_test_rounds = 10;

std::string check_regex(const std::string& text) {
  try {
    static_cast<void>(std::regex(text));
    return {};
  } catch (const std::regex_error& error) {
    return error.what();
  }
}

}  // namespace

std::optional<options> read_options(int argc, char** argv, int& exit_code) {
  options read;
  read.programs = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  CLI::App app{"Measures amorsize against other ways to run a loop in parallel."};
  app.set_help_flag("-h,--help", "This text");
  app.add_flag(
      "--quick", read.is_quick, "A first impression in less than 3 minutes; not for decisions");
  app.add_flag(
      "--self-test", read.is_self_test, "Checks the bench itself; the exit code says how it went");
  app.add_flag("--list", read.only_lists, "Lists cells and variants, and measures nothing");
  app.add_option("--cell", read.cell, "Only cells that match this regular expression")
      ->check(check_regex);
  app.add_option("--variant", read.variant, "Only variants that match this regular expression")
      ->check(check_regex);
  app.add_flag("--controls",
               read.has_controls,
               "Also the copy of amorsize and the slowed tbb_auto; they are nobody's rivals");
  CLI::Option* const rounds =
      app.add_option("--rounds", read.rounds, "Rounds, an even number; default 8")
          ->check(CLI::Range(2, 1000));
  CLI::Option* const min_time =
      app.add_option("--min-time", read.min_time_s, "Seconds that a process measures; default 0.05")
          ->check(CLI::Range(0.001, 100.0));
  app.add_option(
         "--timeout", read.timeout_s, "Seconds after which a process counts as hung; default 60")
      ->check(CLI::Range(0.1, 3600.0));
  app.add_option("--seed", read.seed, "Repeats the order of another run");
  app.add_option("--json", read.json, "Writes every figure to this file");
  app.add_option("--svg", read.svg, "Writes a heat map to this file");
  app.add_option("--against", read.against, "Compares with an earlier file of --json")
      ->check(CLI::ExistingFile);
  app.add_option(
         "--programs", read.programs, "The folder of the bench_* programs; default: the driver's")
      ->check(CLI::ExistingDirectory);
  try {
    app.parse(argc, argv);
    if (read.rounds % 2 != 0) {
      throw CLI::ValidationError("--rounds", "odd rounds choose, even ones time: an even number");
    }
    if (read.is_quick && read.is_self_test) {
      throw CLI::ValidationError("--quick", "not together with --self-test");
    }
  } catch (const CLI::ParseError& error) {
    exit_code = app.exit(error) == 0 ? 0 : 2;
    return std::nullopt;
  }
  if (rounds->empty()) {
    read.rounds = read.is_quick ? quick_rounds : read.is_self_test ? self_test_rounds : read.rounds;
  }
  if (min_time->empty() && read.is_quick) {
    read.min_time_s = quick_min_time_s;
  }
  return read;
}

}  // namespace amorsize_bench
