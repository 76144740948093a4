// write_page: one map as a self-contained HTML page, without scripts and without the network.
// Everything that came from outside is escaped; a content security policy stands behind that.
#include "runtime/insight/number_text.hpp"
#include "runtime/insight/report_text.hpp"
#include "runtime/insight/step_chart.hpp"
#include "runtime/insight/text_block.hpp"
#include "runtime/insight/utf8.hpp"

#include <amorsize/report.hpp>

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace insight {
namespace {

constexpr std::string_view page_start = R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<style>
:root { --text: #1d2430; --faint: #5c6675; --back: #ffffff; --panel: #f4f6f9; --rule: #d5dbe3;
        --accent: #1f5fbf; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e4e9f0; --faint: #9aa6b5; --back: #14181f; --panel: #1d232d; --rule: #37404e;
          --accent: #7fb0ff; }
}
body { color: var(--text); background: var(--back); font: 15px/1.5 system-ui, sans-serif;
       max-width: 60rem; margin: 2rem auto; padding: 0 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.05rem; margin: 1.8rem 0 .4rem; }
pre { background: var(--panel); padding: .8rem 1rem; border-radius: 6px; overflow-x: auto;
      font: 13px/1.5 ui-monospace, monospace; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--rule);
         vertical-align: top; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
th { color: var(--faint); font-weight: 600; }
svg { width: 100%; height: auto; }
.axis { fill: var(--faint); font-size: 12px; }
.grid { stroke: var(--rule); stroke-width: 1; }
.line { fill: none; stroke: var(--accent); stroke-width: 2; }
.point { fill: var(--accent); }
</style>
)";

/// Text as it may stand in an element or a quoted attribute. Newlines and tabs stay; other control
/// characters and ill-formed bytes become U+FFFD.
std::string html_text(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const character next = first_character(text);
    const bool space = next.code == '\n' || next.code == '\t';
    if (next.code == '&') {
      result += "&amp;";
    } else if (next.code == '<') {
      result += "&lt;";
    } else if (next.code == '>') {
      result += "&gt;";
    } else if (next.code == '"') {
      result += "&quot;";
    } else if (next.code == '\'') {
      result += "&#39;";
    } else if (next.code == replacement_code || (is_control(next.code) && !space)) {
      result += replacement_bytes;
    } else {
      result += text.substr(0, next.length);
    }
    text.remove_prefix(next.length);
  }
  return result;
}

std::string number_cell(std::string_view text) {
  return "<td class=\"number\">" + html_text(text) + "</td>";
}

std::string revision_table(const std::vector<revision>& revisions) {
  std::string table =
      "<table>\n<thead><tr><th class=\"number\">time</th><th class=\"number\">n_jobs</th>"
      "<th class=\"number\">chunksize</th><th>reason</th></tr></thead>\n<tbody>\n";
  for (const revision& each : revisions) {
    table += "<tr>" + number_cell(duration_text(each.when)) + number_cell(count_text(each.n_jobs)) +
             number_cell(count_text(each.chunksize)) + "<td>" + html_text(each.reason) +
             "</td></tr>\n";
  }
  return table + "</tbody>\n</table>\n";
}

std::string revision_charts(const report& value) {
  std::vector<step> n_jobs;
  std::vector<step> chunksize;
  for (const revision& each : value.revisions) {
    n_jobs.push_back({each.when, each.n_jobs});
    chunksize.push_back({each.when, each.chunksize});
  }
  return "<h2>n_jobs over time</h2>\n" + step_chart("n_jobs over time", n_jobs, value.elapsed) +
         "<h2>chunksize over time</h2>\n" +
         step_chart("chunksize over time", chunksize, value.elapsed);
}

std::string page_text(const report& value) {
  const std::string title =
      html_text(value.label.empty() ? "amorsize report" : "amorsize report: " + value.label);
  std::string page(page_start);
  page += "<title>" + title + "</title>\n</head>\n<body>\n<h1>" + title + "</h1>\n";
  page += "<pre>\n" + html_text(report_text(value)) + "</pre>\n";
  if (!value.revisions.empty()) {
    page += revision_charts(value);
    page += "<h2>Decisions</h2>\n" + revision_table(value.revisions);
  }
  return page + "</body>\n</html>\n";
}

}  // namespace
}  // namespace insight

void write_page(std::ostream& out, const report& value) {
  insight::write_text(out, insight::page_text(value));
}

}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
