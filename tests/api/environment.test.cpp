// The AMORSIZE_* variables, for people who cannot rebuild. The library reads them once, so each
// case runs in a child process of its own; this process never calls the library.
#include "tests/support/catch.hpp"

#include <amorsize/amorsize.hpp>

#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <list>
#include <numeric>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace {

using amorsize::options;
using amorsize::parallel_map;
using amorsize::report;
using amorsize_test::ContainsSubstring;
namespace fs = std::filesystem;

using variables = std::vector<std::pair<std::string, std::string>>;

/// A folder that goes with the test.
class folder {
 public:
  folder() {
    std::string pattern = (fs::temp_directory_path() / "amorsize_environment_XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) {
      throw std::runtime_error("no temporary folder");
    }
    path_ = pattern;
  }
  folder(const folder&) = delete;
  folder& operator=(const folder&) = delete;
  ~folder() { fs::remove_all(path_); }
  [[nodiscard]] fs::path operator/(const char* name) const { return path_ / name; }
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

std::string text_of(const fs::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

struct outcome {
  int status = -1;
  std::string out;     ///< what the child wrote to `say`
  std::string errors;  ///< what appeared on its stderr
};

/// Runs body(say) in a child that has these variables, and lets it exit as a program does.
template <class Body>
outcome in_child(const variables& set, Body body) {
  const folder scratch;
  std::cout.flush();
  std::fflush(nullptr);
  const ::pid_t child = ::fork();
  if (child == 0) {
    for (const auto& [name, value] : set) {
      ::setenv(name.c_str(), value.c_str(), 1);
    }
    const int errors = ::open((scratch / "errors").c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0600);
    ::dup2(errors, STDERR_FILENO);
    std::ofstream say(scratch / "out");
    try {
      body(say);
    } catch (const std::exception& unexpected) {
      say << "exception: " << unexpected.what();
    }
    say.close();
    std::exit(0);  // with everything that is arranged for the exit
  }
  outcome seen;
  ::waitpid(child, &seen.status, 0);
  seen.out = text_of(scratch / "out");
  seen.errors = text_of(scratch / "errors");
  return seen;
}

std::vector<int> numbers() {
  std::vector<int> items(10'000);
  std::iota(items.begin(), items.end(), 0);
  return items;
}

int itself(int x) {
  return x;
}

/// "n_jobs chunksize" of a map with these options.
void say_plan(std::ostream& say, options how) {
  report filled;
  how.report = &filled;
  const bool is_right = parallel_map(numbers(), itself, how) == numbers();
  say << filled.n_jobs << ' ' << filled.chunksize << (is_right ? ";" : " wrong;");
  for (const std::string& warning : filled.warnings) {
    say << warning << ';';
  }
}

TEST_CASE("AMORSIZE_N_JOBS and AMORSIZE_CHUNKSIZE stand in for options that are not set",
          "[api][unit]") {
  const outcome seen =
      in_child({{"AMORSIZE_N_JOBS", "2"}, {"AMORSIZE_CHUNKSIZE", "10"}}, [](std::ostream& say) {
        say_plan(say, {});
        say_plan(say, {.n_jobs = 3, .chunksize = 20});
        say_plan(say, {.n_jobs = 3});
        say << amorsize::optimize(numbers(), itself).n_jobs;
      });
  CHECK(seen.out == "2 10;3 20;3 10;2");
  CHECK(seen.errors.empty());
}

TEST_CASE("AMORSIZE_MAX_JOBS caps what is set in code, and the report says so", "[api][unit]") {
  const outcome seen = in_child({{"AMORSIZE_MAX_JOBS", "1"}}, [](std::ostream& say) {
    say_plan(say, {.n_jobs = 4});
    say_plan(say, {});
  });
  CHECK_THAT(seen.out, ContainsSubstring("1 10000;"));
  CHECK_THAT(seen.out, ContainsSubstring("n_jobs = 4 was cut to AMORSIZE_MAX_JOBS = 1"));
  const outcome capped = in_child({{"AMORSIZE_MAX_JOBS", "2"}, {"AMORSIZE_N_JOBS", "5"}},
                                  [](std::ostream& say) { say_plan(say, {.chunksize = 7}); });
  CHECK(capped.out == "2 7;");
}

TEST_CASE("max_jobs in code caps AMORSIZE_N_JOBS", "[api][unit]") {
  const outcome seen = in_child({{"AMORSIZE_N_JOBS", "8"}}, [](std::ostream& say) {
    say_plan(say, {.max_jobs = 2, .chunksize = 7});
  });
  CHECK(seen.out == "2 7;");
}

TEST_CASE("values that make no sense are ignored and named in every report",
          "[api][unit][negative]") {
  const outcome seen = in_child({{"AMORSIZE_N_JOBS", "lots"},
                                 {"AMORSIZE_MAX_JOBS", "-3"},
                                 {"AMORSIZE_CHUNKSIZE", "99999999999999999999"},
                                 {"AMORSIZE_VERBOSE", "perhaps"},
                                 {"AMORSIZE_BACKEND", "magic"}},
                                [](std::ostream& say) {
                                  say_plan(say, {.n_jobs = 1});
                                  report filled;
                                  parallel_map(std::list<int>{1}, itself, {.report = &filled});
                                  say << filled.warnings.size();
                                });
  CHECK_THAT(seen.out, ContainsSubstring("1 10000;"));
  for (const char* const name : {"N_JOBS", "MAX_JOBS", "CHUNKSIZE", "VERBOSE", "BACKEND"}) {
    CHECK_THAT(seen.out, ContainsSubstring(std::string("AMORSIZE_") + name + "="));
  }
  CHECK(seen.out.back() == '5');
  CHECK(seen.errors.empty());
}

TEST_CASE("both back ends give the right results", "[api][unit]") {
#if defined(__SANITIZE_THREAD__)
  const std::vector<const char*> backends{"threads"};  // Debian's oneTBB is not instrumented
#else
  const std::vector<const char*> backends{"tbb", "threads"};
#endif
  for (const char* const backend : backends) {
    const outcome seen = in_child({{"AMORSIZE_BACKEND", backend}}, [](std::ostream& say) {
      say_plan(say, {.n_jobs = 2, .chunksize = 100});
      report filled;
      parallel_map(numbers(), itself, {.n_jobs = 2, .report = &filled});
      say << filled.backend;
    });
    CHECK(seen.out == std::string("2 100;") + backend);
    CHECK(seen.errors.empty());
  }
}

// Under a sanitizer the first call took 300 us: no items of two nanoseconds.
#if !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)
TEST_CASE("a fresh process wakes nobody for a hundred items of two nanoseconds",
          "[api][regression]") {
  // What asking the machine costs was once taken for the cost of the next items, in every process.
  // One that is preempted in its first blocks may be wrong about them; not each of ten.
  std::string seen;
  for (int process = 0; process < 10 && seen != "1 100 none"; ++process) {
    seen = in_child({}, [](std::ostream& say) {
             const std::vector<int> items(100, 7);
             std::vector<double> out(100);
             report filled;
             parallel_map(items.begin(),
                          items.end(),
                          out.begin(),
                          [](int n) { return n * 0.5; },
                          {.report = &filled});
             say << filled.n_jobs << ' ' << filled.chunksize << ' ' << filled.backend;
           }).out;
  }
  CHECK(seen == "1 100 none");
}
#endif

TEST_CASE("optimize() calls the callable as often as it says, in a fresh process, too",
          "[api][unit]") {
  for (const char* const work : {"cheap", "dear"}) {
    const outcome seen = in_child({}, [&](std::ostream& say) {
      const bool is_dear = std::string(work) == "dear";
      const std::vector<int> items(1'000, 7);
      std::size_t calls = 0;
      const amorsize::plan made = amorsize::optimize(items, [&](int n) {
        ++calls;
        double y = n;
        for (int i = 0; i < (is_dear ? 20'000 : 1); ++i) {
          y = y * 0.999'999'9 + 1e-9;
        }
        return y;
      });
      say << (calls == made.sampled_items) << ' ' << (calls >= 5) << ' ' << (calls <= 125);
    });
    CAPTURE(work);
    CHECK(seen.out == "1 1 1");  // five at least, an eighth of the items at most
  }
}

TEST_CASE("without a thread to be had a map is exact, silent, and says so", "[api][unit]") {
#if defined(__SANITIZE_THREAD__)
  const std::vector<const char*> backends{"threads"};  // Debian's oneTBB is not instrumented
#else
  const std::vector<const char*> backends{"tbb", "threads"};
#endif
  for (const char* const backend : backends) {
    const outcome seen = in_child({{"AMORSIZE_BACKEND", backend}}, [](std::ostream& say) {
      const ::rlimit none{0, 0};
      const bool limited = ::setrlimit(RLIMIT_NPROC, &none) == 0 &&
                           (::geteuid() != 0 || ::setuid(65534) == 0);  // root is exempt
      const auto dear = [](int x) {
        double y = x;
        for (int i = 0; i < 2'000; ++i) {
          y = y * 0.999'999'9 + 1e-9;
        }
        return y > 1e9 ? 0 : x;
      };
      bool is_right = limited;
      for (int round = 0; round < 3; ++round) {
        report filled;
        is_right = is_right && parallel_map(numbers(), dear, {.report = &filled}) == numbers() &&
                   filled.n_jobs == 1;
        say << filled.reason << ';';
        is_right = is_right && parallel_map(numbers(), dear, {.n_jobs = 4}) == numbers();
      }
      say << (is_right ? "right" : "wrong");
#if defined(__SANITIZE_ADDRESS__)
      say.flush();
      ::_exit(0);  // the search for leaks at exit needs a thread of its own
#endif
    });
    INFO(backend << ": " << seen.out);
    CHECK(seen.status == 0);
    CHECK_THAT(seen.out, ContainsSubstring("right"));
    CHECK_THAT(seen.out, ContainsSubstring("thread"));
    CHECK(seen.errors.empty());
  }
}

TEST_CASE("nothing is printed unless somebody asks", "[api][unit]") {
  const outcome seen = in_child({}, [](std::ostream& say) {
    say_plan(say, {});
    say_plan(say, {.n_jobs = 4});
    parallel_map(std::list<int>{1, 2}, itself, {});
  });
  CHECK(seen.errors.empty());
}

TEST_CASE("options::verbose prints one report to stderr", "[api][unit]") {
  const outcome seen = in_child({}, [](std::ostream&) {
    parallel_map(numbers(), itself, {.n_jobs = 1, .label = "loud vector", .verbose = true});
    parallel_map(std::list<int>{1}, itself, {.label = "loud list", .verbose = true});
  });
  CHECK_THAT(seen.errors, ContainsSubstring("amorsize report: loud vector"));
  CHECK_THAT(seen.errors, ContainsSubstring("amorsize report: loud list"));
}

TEST_CASE("AMORSIZE_VERBOSE prints reports of maps that have no options", "[api][unit]") {
  const outcome seen = in_child({{"AMORSIZE_VERBOSE", "1"}}, [](std::ostream&) {
    parallel_map(std::vector<int>{1, 2, 3}, itself);
    parallel_map(std::list<int>{1, 2, 3}, itself);
    for (const int x : std::list<int>{1, 2, 3} | amorsize::views::parallel_map(itself)) {
      static_cast<void>(x);
    }
  });
  std::size_t reports = 0;
  for (std::size_t at = seen.errors.find("amorsize report"); at != std::string::npos;
       at = seen.errors.find("amorsize report", at + 1)) {
    ++reports;
  }
  CHECK(reports == 3);
}

TEST_CASE("AMORSIZE_TRACE and AMORSIZE_REPORT are complete at exit", "[api][unit]") {
  const folder results;
  const outcome seen = in_child(
      {{"AMORSIZE_TRACE", results / "trace.json"}, {"AMORSIZE_REPORT", results / "report.html"}},
      [](std::ostream&) {
        parallel_map(std::list<int>{1}, itself, {.label = "an early one"});
        parallel_map(numbers(), itself, {.n_jobs = 2, .label = "the last one"});
      });
  CHECK(seen.errors.empty());
  const std::string trace = text_of(results / "trace.json");
  CHECK_THAT(trace, ContainsSubstring("traceEvents"));
  CHECK_THAT(trace, ContainsSubstring("the last one"));
  CHECK(trace.back() == '\n');
  const std::string page = text_of(results / "report.html");
  CHECK_THAT(page, ContainsSubstring("the last one"));
  CHECK_THAT(page, ContainsSubstring("</html>"));
}

TEST_CASE("a forked child does not write over its parent's files", "[api][unit]") {
  const folder results;
  in_child({{"AMORSIZE_REPORT", results / "report.html"}}, [](std::ostream&) {
    parallel_map(numbers(), itself, {.n_jobs = 1, .label = "the parent"});
    const ::pid_t idle = ::fork();
    if (idle == 0) {
      std::exit(0);  // has run no map
    }
    ::waitpid(idle, nullptr, 0);
    const ::pid_t busy = ::fork();
    if (busy == 0) {
      parallel_map(numbers(), itself, {.n_jobs = 1, .label = "the child"});
      std::exit(0);
    }
    ::waitpid(busy, nullptr, 0);
  });
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(results.path())) {
    ++files;
    const bool is_parents = entry.path().filename() == "report.html";
    CHECK_THAT(text_of(entry.path()), ContainsSubstring(is_parents ? "the parent" : "the child"));
  }
  CHECK(files == 2);
}

TEST_CASE("a file that cannot be written is named in the reports", "[api][unit][negative]") {
  const outcome seen = in_child({{"AMORSIZE_TRACE", "/nowhere/at/all/trace.json"}},
                                [](std::ostream& say) { say_plan(say, {.n_jobs = 1}); });
  CHECK(seen.out == "1 10000;AMORSIZE_TRACE: the file cannot be written;");
  CHECK(seen.errors.empty());
  CHECK(seen.status == 0);
}

}  // namespace
