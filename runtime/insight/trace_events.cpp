#include "runtime/insight/trace_events.hpp"

#include <algorithm>
#include <cmath>
#include <unistd.h>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace insight {
namespace {

using policy::event_kind;
using policy::map_event;
using policy::nanoseconds;

/// Values of a map's items per second: enough to see a dip, few against the chunks.
constexpr std::size_t rate_samples = 100;

std::string_view category_of(event_kind kind) {
  switch (kind) {
    case event_kind::chunk:
      return "chunk";
    case event_kind::alone:
      return "alone";
    case event_kind::steal:
      return "steal";
    case event_kind::wake:
      return "wake";
    case event_kind::arrive:
      return "arrive";
    case event_kind::leave:
      return "leave";
    case event_kind::wait:
      return "wait";
    case event_kind::map_done:
    case event_kind::map_failed:
    case event_kind::map_cancelled:
      return "map";
  }
  return "unknown";
}

bool is_map(event_kind kind) {
  return kind >= event_kind::map_done;
}

bool is_instant(event_kind kind) {
  return kind == event_kind::steal || kind == event_kind::arrive || kind == event_kind::leave;
}

std::string event_name(const map_event& of, const map_names& names) {
  const std::string name = name_of_map(names, of.map_id);
  switch (of.kind) {
    case event_kind::chunk:
    case event_kind::map_done:
      return name;
    case event_kind::alone:
      return name + ": alone";
    case event_kind::map_failed:
      return name + ": failed";
    case event_kind::map_cancelled:
      return name + ": cancelled";
    default:
      return std::string(category_of(of.kind)) + ", " + name;
  }
}

void write_args(json_writer& json, const map_event& of) {
  json.key("args");
  json.begin_object();
  json.member("map", of.map_id);
  json.member("worker", of.worker);
  if (of.is_work()) {
    json.member("items", of.items);
    json.member("first_item", of.first_item);
    json.member("ns_per_item",
                of.duration().count() / std::max(1.0, static_cast<double>(of.items)));
  } else if (of.kind == event_kind::steal) {
    json.member("items", of.items);
    json.member("first_item", of.first_item);
  } else if (of.kind == event_kind::wake) {
    json.member("helpers", of.items);
  } else if (is_map(of.kind)) {
    json.member("items", of.items);
  }
  json.end_object();
}

void write_event(json_writer& json,
                 std::uint64_t track,
                 const map_event& of,
                 const map_names& names) {
  begin_trace_event(json, event_name(of, names), is_instant(of.kind) ? "i" : "X", track);
  json.member("cat", category_of(of.kind));
  json.member("ts", trace_time(of.began));
  if (is_instant(of.kind)) {
    json.member("s", std::string_view("t"));
  } else {
    json.member("dur", trace_time(of.duration()));
  }
  write_args(json, of);
  json.end_object();
}

/// A thread is named by what it was seen to do: seat 0 belongs to the thread that called the map.
void write_thread_tracks(json_writer& json, const std::vector<tracked_event>& events) {
  std::map<std::size_t, bool> calls_maps;
  for (const tracked_event& each : events) {
    calls_maps[each.track] = calls_maps[each.track] || each.what.worker == 0;
  }
  for (const auto& [track, calls] : calls_maps) {
    write_track(json,
                track_of_thread(track),
                (calls ? "thread " : "helper ") + std::to_string(track_of_thread(track)),
                track_of_thread(track));
  }
}

struct map_extent {
  nanoseconds began{1e300};
  nanoseconds ended{0};
  std::vector<double> items = std::vector<double>(rate_samples, 0.0);
};

/// Items per second of each map. A chunk's items count evenly over the time it took.
void write_rates(json_writer& json,
                 const std::vector<tracked_event>& events,
                 const map_names& names) {
  std::map<std::uint64_t, map_extent> maps;
  for (const tracked_event& each : events) {
    if (each.what.is_work()) {
      map_extent& map = maps[each.what.map_id];
      map.began = std::min(map.began, each.what.began);
      map.ended = std::max(map.ended, each.what.ended());
    }
  }
  for (const tracked_event& each : events) {
    if (!each.what.is_work()) {
      continue;
    }
    map_extent& map = maps[each.what.map_id];
    const double cells = static_cast<double>(rate_samples);
    const double length = std::max((map.ended - map.began).count(), 1.0);
    const double from = (each.what.began - map.began).count() / length * cells;
    const double to = std::min((each.what.ended() - map.began).count() / length * cells, cells);
    if (!(from >= 0.0) || !(to >= from)) {
      continue;
    }
    const double whole = to - from;
    for (auto cell = static_cast<std::size_t>(from); cell < rate_samples; ++cell) {
      const double begin = std::max(from, static_cast<double>(cell));
      const double end = std::min(to, static_cast<double>(cell) + 1.0);
      if (end < begin) {
        break;
      }
      map.items[cell] += whole > 0.0 ? each.what.items * (end - begin) / whole : each.what.items;
      if (whole <= 0.0) {
        break;
      }
    }
  }
  for (const auto& [id, map] : maps) {
    const nanoseconds cell =
        std::max(map.ended - map.began, nanoseconds{1.0}) / static_cast<double>(rate_samples);
    const std::string name = "items/s of " + name_of_map(names, id);
    for (std::size_t i = 0; i < rate_samples; ++i) {
      write_trace_counter(json,
                          name,
                          track_of_map(id),
                          map.began + cell * static_cast<double>(i),
                          "items/s",
                          map.items[i] * 1e9 / cell.count());
    }
    write_trace_counter(json, name, track_of_map(id), map.ended, "items/s", 0.0);
  }
}

}  // namespace

std::string name_of_map(const map_names& names, std::uint64_t map_id) {
  const auto found = names.find(map_id);
  return found != names.end() ? found->second : "map " + std::to_string(map_id);
}

double trace_time(nanoseconds when) {
  return std::isfinite(when.count()) ? when.count() / policy::microsecond.count() : 0.0;
}

void begin_trace_event(json_writer& json,
                       std::string_view name,
                       std::string_view phase,
                       std::uint64_t track) {
  json.begin_object();
  json.member("name", name);
  json.member("ph", phase);
  json.member("pid", ::getpid());
  json.member("tid", track);
}

void write_track(json_writer& json,
                 std::uint64_t track,
                 std::string_view name,
                 std::uint64_t place) {
  begin_trace_event(json, "thread_name", "M", track);
  json.key("args");
  json.begin_object();
  json.member("name", name);
  json.end_object();
  json.end_object();
  begin_trace_event(json, "thread_sort_index", "M", track);
  json.key("args");
  json.begin_object();
  json.member("sort_index", place);
  json.end_object();
  json.end_object();
}

void write_trace_counter(json_writer& json,
                         std::string_view name,
                         std::uint64_t track,
                         nanoseconds when,
                         std::string_view unit,
                         double value) {
  begin_trace_event(json, name, "C", track);
  json.member("ts", trace_time(when));
  json.key("args");
  json.begin_object();
  json.member(unit, value);
  json.end_object();
  json.end_object();
}

void write_worker_events(json_writer& json,
                         const std::vector<tracked_event>& events,
                         const map_names& names) {
  write_thread_tracks(json, events);
  for (const tracked_event& each : events) {
    const std::uint64_t track =
        is_map(each.what.kind) ? track_of_map(each.what.map_id) : track_of_thread(each.track);
    write_event(json, track, each.what, names);
  }
  write_rates(json, events, names);
}

}  // namespace insight
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
