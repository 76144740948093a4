// write_page: one map as a self-contained HTML page, without scripts and without the network.
// Everything that came from outside is escaped; a content security policy stands behind that.
#include "runtime/insight/html.hpp"
#include "runtime/insight/number_text.hpp"
#include "runtime/insight/report_charts.hpp"
#include "runtime/insight/report_text.hpp"
#include "runtime/insight/step_chart.hpp"
#include "runtime/insight/text_block.hpp"

#include <amorsize/report.hpp>

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace insight {
namespace {

// Colours: text on background at least 7 : 1, bars at least 3 : 1, in both schemes.
constexpr std::string_view page_start = R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<style>
:root { --text: #1d2430; --faint: #4a5463; --back: #ffffff; --panel: #f4f6f9; --rule: #aab3c0;
        --grid: #e3e8ee; --accent: #1f5fbf; --other: #b3541e; --weak: #9db4d6; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e4e9f0; --faint: #b3bdca; --back: #14181f; --panel: #1d232d; --rule: #5a6576;
          --grid: #2a313c; --accent: #7fb0ff; --other: #f0a36b; --weak: #4b648c; }
}
body { color: var(--text); background: var(--back); font: 15px/1.5 system-ui, sans-serif;
       max-width: 60rem; margin: 2rem auto; padding: 0 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.4rem; margin-bottom: .3rem; } h2 { font-size: 1.05rem; margin: 1.8rem 0 .4rem; }
.why { font-size: 1.05rem; margin: .2rem 0 1rem; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: .6rem;
           margin: 0; }
.figures div { background: var(--panel); border-radius: 6px; padding: .5rem .8rem; }
dt { color: var(--faint); font-size: .85rem; } dd { margin: 0; font-size: 1.2rem; }
dd small { display: block; font-size: .8rem; color: var(--faint); }
.note { color: var(--faint); margin: .2rem 0; }
pre { background: var(--panel); padding: .8rem 1rem; border-radius: 6px; overflow-x: auto;
      font: 13px/1.5 ui-monospace, monospace; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--rule);
         vertical-align: top; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
th { color: var(--faint); font-weight: 600; }
tr:target { background: var(--panel); outline: 2px solid var(--accent); }
svg { display: block; width: 100%; height: auto; }
.axis { fill: var(--faint); font-size: 12px; }
.grid { stroke: var(--grid); stroke-width: 1; } .rule { stroke: var(--rule); stroke-width: 1; }
.mark { stroke: var(--other); stroke-width: 1; stroke-dasharray: 3 3; }
.line { fill: none; stroke: var(--accent); stroke-width: 2; }
.point { fill: var(--back); stroke: var(--accent); stroke-width: 2; }
.bar { fill: var(--accent); shape-rendering: crispEdges; } .faint { fill: var(--weak); } .measured { fill: var(--other); }
a:focus { outline: none; } a:focus .point, a:hover .point { fill: var(--other); stroke: var(--other); }
@media print { body { margin: 0; max-width: none; font-size: 11pt; } pre { white-space: pre-wrap; }
               h2 { break-after: avoid; } svg, tr, .figures div { break-inside: avoid; } }
</style>
)";

std::string number_cell(std::string_view text) {
  return "<td class=\"number\">" + html_text(text) + "</td>";
}

std::string revision_table(const std::vector<revision>& revisions) {
  std::string table =
      "<table>\n<thead><tr><th class=\"number\">time</th><th class=\"number\">n_jobs</th>"
      "<th class=\"number\">chunksize</th><th>reason</th></tr></thead>\n<tbody>\n";
  for (std::size_t i = 0; i < revisions.size(); ++i) {
    const revision& each = revisions[i];
    table += "<tr id=\"decision-" + std::to_string(i) + "\">" +
             number_cell(duration_text(each.when)) + number_cell(count_text(each.n_jobs)) +
             number_cell(count_text(each.chunksize)) + "<td>" + html_text(each.reason) +
             "</td></tr>\n";
  }
  return table + "</tbody>\n</table>\n";
}

std::string revision_charts(const report& value) {
  std::vector<step> n_jobs;
  std::vector<step> chunksize;
  for (const revision& each : value.revisions) {
    n_jobs.push_back({each.when, each.n_jobs, each.reason});
    chunksize.push_back({each.when, each.chunksize, each.reason});
  }
  return "<h2>n_jobs over time</h2>\n" +
         step_chart("n_jobs over time", "workers", n_jobs, value.elapsed) +
         "<h2>chunksize over time</h2>\n" +
         step_chart("chunksize over time", "items per chunk", chunksize, value.elapsed);
}

std::string figure(std::string_view name, std::string_view text, std::string_view small) {
  return "<div><dt>" + html_text(name) + "</dt><dd>" + html_text(text) + " <small>" +
         html_text(small) + "</small></dd></div>\n";
}

std::string figures(const report& value) {
  const bool measured = value.measured_speedup > 0.0;
  return "<dl class=\"figures\">\n" +
         figure("elapsed",
                duration_text(value.elapsed),
                value.estimated_elapsed.count() > 0
                    ? "predicted " + duration_text(value.estimated_elapsed)
                    : "") +
         figure(
             "speedup",
             measured ? ratio_text(value.measured_speedup) + " x" : "not measured",
             (compares_other_items(value) ? "on items of other costs; predicted " : "predicted ") +
                 ratio_text(value.estimated_speedup)) +
         figure("workers",
                count_text(value.workers),
                value.limit_jobs > 0 ? "of at most " + count_text(value.limit_jobs) : "") +
         figure("items",
                count_text(value.items),
                value.chunks > 0 ? "in " + count_text(value.chunks) + " chunks" : "") +
         figure("an item",
                duration_text(policy::nanoseconds{value.estimated_cost_ns}),
                "spread " + percent_text(value.estimated_cost_spread)) +
         "</dl>\n";
}

std::string section(std::string_view heading, const std::string& chart, std::string_view note) {
  return chart.empty() ? std::string()
                       : "<h2>" + std::string(heading) + "</h2>\n" + chart + "<p class=\"note\">" +
                             std::string(note) + "</p>\n";
}

/// What the drawing of the workers leaves out.
std::string timeline_note(const report& value) {
  std::size_t items = 0;
  for (const report::span& each : value.timeline) {
    items += each.items;
  }
  std::string note = "Percentages: time inside the callable. Paler: with gaps. Dashed: decisions.";
  if (items < value.items) {
    note += " " + count_text(value.items - items) + " items are not shown: " +
            (value.outcome == "done" ? "memory for chunks is bounded, the oldest were dropped."
                                     : "they were not completed, or were dropped.");
  }
  if (value.worker_busy.size() > most_worker_rows) {
    note += " " + count_text(value.worker_busy.size() - most_worker_rows) +
            " more workers are not drawn.";
  }
  return note;
}

std::string page_text(const report& value) {
  const std::string title =
      html_text(value.label.empty() ? "amorsize report" : "amorsize report: " + value.label);
  std::string page(page_start);
  page += "<title>" + title + "</title>\n</head>\n<body>\n<h1>" + title + "</h1>\n";
  page +=
      "<p class=\"why\">" + html_text(value.reason) +
      (value.outcome.empty() || value.outcome == "done" ? ""
                                                        : " (" + html_text(value.outcome) + ")") +
      "</p>\n" + figures(value);
  page += section("Workers over time", worker_chart(value), timeline_note(value));
  if (!value.revisions.empty()) {
    page += revision_charts(value);
  }
  page +=
      section("What items cost",
              cost_chart(value),
              "One wide heap: even items. Two heaps: two kinds of items, or workers that hinder "
              "each other.");
  page +=
      section("Predicted against measured",
              prediction_chart(value),
              "For each number of workers, had each a CPU: what was estimated for the items left "
              "at the decision. Below, where there is something to compare: the whole map. " +
                  (value.audit.empty() ? "" : "Audit: " + html_text(value.audit)));
  if (!value.revisions.empty()) {
    page += "<h2>Decisions</h2>\n" + revision_table(value.revisions);
  }
  page += "<h2>The report</h2>\n<pre>\n" + html_text(report_text(value)) + "</pre>\n";
  return page + "</body>\n</html>\n";
}

}  // namespace
}  // namespace insight

void write_page(std::ostream& out, const report& value) {
  insight::write_text(out, insight::page_text(value));
}

}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
