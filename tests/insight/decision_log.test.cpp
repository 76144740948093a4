#include "runtime/insight/decision_log.hpp"
#include "tests/support/catch.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

using amorsize::insight::decision_log;
using amorsize::insight::entry;
using amorsize::policy::decision;
using amorsize::policy::nanoseconds;
using amorsize::policy::reason_code;

decision numbered(std::size_t number) {
  return {.n_jobs = number + 1,
          .chunksize = number + 2,
          .reason = reason_code::shared_predicted,
          .items_left = number,
          .measured_rate_ratio = static_cast<double>(number)};
}

/// All parts of an entry were written by the same call.
bool is_whole(const entry& of) {
  const std::size_t number = of.made.items_left;
  return of.made.n_jobs == number + 1 && of.made.chunksize == number + 2 &&
         of.when.count() == static_cast<double>(number) &&
         of.made.measured_rate_ratio == static_cast<double>(number) &&
         std::string_view(of.label) == "map " + std::to_string(of.map_id);
}

TEST_CASE("a snapshot gives back what was recorded, oldest first", "[insight][unit]") {
  const auto log = std::make_unique<decision_log>();
  CHECK(log->snapshot().empty());
  for (std::size_t number = 0; number < 100; ++number) {
    log->record(7, nanoseconds{static_cast<double>(number)}, numbered(number), "map 7");
  }
  const std::vector<entry> entries = log->snapshot();
  REQUIRE(entries.size() == 100);
  for (std::size_t number = 0; number < 100; ++number) {
    CHECK(entries[number].made.items_left == number);
    CHECK(entries[number].made.reason == reason_code::shared_predicted);
    CHECK(is_whole(entries[number]));
  }
  CHECK(log->recorded_count() == 100);
  CHECK(log->dropped_count() == 0);
}

TEST_CASE("a full log keeps the newest", "[insight][unit]") {
  constexpr std::size_t surplus = 1234;
  const auto log = std::make_unique<decision_log>();
  for (std::size_t number = 0; number < decision_log::capacity + surplus; ++number) {
    log->record(1, nanoseconds{0}, numbered(number), {});
  }
  const std::vector<entry> entries = log->snapshot();
  REQUIRE(entries.size() == decision_log::capacity);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    REQUIRE(entries[i].made.items_left == surplus + i);
  }
}

TEST_CASE("a label is cut between characters and always ends", "[insight][unit]") {
  const auto log = std::make_unique<decision_log>();
  const std::string thirty(30, 'x');
  const std::array<std::string, 7> labels{"",
                                          thirty + "y",
                                          thirty + "yz",
                                          thirty + "\xC3\xA9",          // two bytes, one fits
                                          thirty + "\xF0\x9F\x98\x80",  // four bytes, one fits
                                          std::string(40, '\x80'),      // never was UTF-8
                                          std::string("a\0b", 3)};
  for (const std::string& label : labels) {
    log->record(1, nanoseconds{0}, {}, label);
  }
  const std::vector<entry> entries = log->snapshot();
  REQUIRE(entries.size() == labels.size());
  const auto label_of = [&](std::size_t i) { return std::string_view(entries[i].label); };
  CHECK(label_of(0).empty());
  CHECK(label_of(1) == thirty + "y");
  CHECK(label_of(2) == thirty + "y");
  CHECK(label_of(3) == thirty);
  CHECK(label_of(4) == thirty);
  CHECK(label_of(5) == std::string(31, '\x80'));
  CHECK(label_of(6) == "a");
}

TEST_CASE("while somebody is at the log, entries are dropped and nobody waits",
          "[insight][negative]") {
  const auto log = std::make_unique<decision_log>();
  log->record(1, nanoseconds{0}, {}, "kept");
  REQUIRE(log->try_lock());
  log->record(1, nanoseconds{0}, {}, "dropped");
  CHECK(log->snapshot().empty());
  CHECK(log->dropped_count() == 1);
  log->unlock();
  CHECK(log->snapshot().size() == 1);
  log->record(1, nanoseconds{0}, {}, "kept");
  CHECK(log->snapshot().size() == 2);
}

TEST_CASE("a child forked while the log is in use does not hang", "[insight][negative]") {
  decision_log& log = amorsize::insight::process_log();
  REQUIRE(log.try_lock());
  const pid_t child = ::fork();
  if (child == 0) {
    constexpr unsigned patience_seconds = 60;
    ::alarm(patience_seconds);  // a hang ends the child by a signal
    const std::uint64_t before = amorsize::insight::dropped_count();
    amorsize::insight::record(1, nanoseconds{0}, {}, "in the child");
    const bool dropped = amorsize::insight::dropped_count() == before + 1;
    ::_exit(dropped && amorsize::insight::snapshot().empty() ? 0 : 1);
  }
  log.unlock();
  REQUIRE(child > 0);
  int status = -1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}

/// Records numbered entries until told to stop; gives how many it tried.
std::size_t record_until(const std::atomic<bool>& stop, decision_log& log, std::uint64_t id) {
  constexpr std::size_t entries_per_turn = 64;
  const std::string label = "map " + std::to_string(id);
  std::size_t attempts = 0;
  while (!stop.load()) {
    for (std::size_t i = 0; i < entries_per_turn; ++i) {
      const std::size_t number = attempts++;
      log.record(id, nanoseconds{static_cast<double>(number)}, numbered(number), label);
    }
    std::this_thread::yield();  // the others shall get at the log too, on one CPU as well
  }
  return attempts;
}

TEST_CASE("entries recorded by four threads are whole, in order, and all accounted for",
          "[insight][stress]") {
  constexpr std::size_t threads = 4;
  const auto log = std::make_unique<decision_log>();
  std::atomic<bool> stop{false};
  std::array<std::size_t, threads> attempts_of{};
  std::vector<std::thread> recorders;
  for (std::size_t id = 0; id < threads; ++id) {
    recorders.emplace_back([&, id] { attempts_of[id] = record_until(stop, *log, id); });
  }

  // Until every thread was seen at work and every slot was overwritten, whoever was scheduled when.
  std::set<std::uint64_t> seen;
  bool whole = true;
  bool ordered = true;
  while (whole && (seen.size() < threads || log->recorded_count() < 8 * decision_log::capacity)) {
    std::array<std::size_t, threads> next{};
    for (const entry& each : log->snapshot()) {
      whole = whole && each.map_id < threads && is_whole(each);
      if (!whole) {
        break;
      }
      seen.insert(each.map_id);
      std::size_t& expected = next[each.map_id];
      ordered = ordered && each.made.items_left >= expected;
      expected = each.made.items_left + 1;
    }
  }
  stop.store(true);
  std::size_t attempts = 0;
  for (std::size_t id = 0; id < threads; ++id) {
    recorders[id].join();
    attempts += attempts_of[id];
  }
  CHECK(whole);
  CHECK(ordered);
  CHECK(log->recorded_count() + log->dropped_count() == attempts);
}

}  // namespace
