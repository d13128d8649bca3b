#include "report/page.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/hash.h"
#include "base/text.h"
#include "base/version.h"
#include "model/format.h"
#include "report/assets.h"
#include "report/card.h"
#include "report/escape.h"
#include "report/links.h"
#include "report/statistics.h"
#include "report/theme.h"

namespace unentropy {
namespace {

constexpr std::size_t kMaxTextLength = 300;
constexpr std::size_t kMarkupBytes = 300'000;  // script, styles and cards of an ordinary page

std::string text(std::string_view raw) { return escape_html(single_line(raw, kMaxTextLength)); }

std::string digest_source(std::string_view content) {
  const Sha256Digest digest = sha256(content);
  std::string bytes;
  for (const std::uint8_t byte : digest) {
    bytes += static_cast<char>(byte);
  }
  return "'sha256-" + base64(bytes) + "'";
}

// `2025-02-03 04:05 UTC` inside a <time> that the script may show in the reader's zone.
std::string time_html(Instant instant) {
  const std::string iso = format_instant(instant);
  return fmt::format(R"(<time datetime="{}">{} {} UTC</time>)", iso, iso.substr(0, 10), iso.substr(11, 5));
}

std::string link_html(const std::string& url, const std::string& escaped) {
  return url.empty() ? escaped
                     : fmt::format(R"(<a href="{}" rel="noopener noreferrer">{}</a>)", escape_html(url), escaped);
}

std::string metric_manifest(const ShownMetric& metric) {
  std::string out = fmt::format(R"({{"key":{},"name":{})", json_string(metric.key), json_string(metric.name));
  if (!metric.description.empty()) {
    out += ",\"description\":" + json_string(metric.description);
  }
  if (!metric.unit.empty()) {
    out += ",\"unit\":" + json_string(metric.unit);
  }
  if (metric.type == MetricType::label) {
    out += ",\"label\":true";
  }
  if (metric.direction) {
    out += ",\"direction\":" + json_string(to_string(*metric.direction));
  }
  std::string thresholds;
  for (const Threshold& threshold : metric.thresholds) {
    thresholds += thresholds.empty() ? "" : ",";
    thresholds += fmt::format(R"({{"mode":{},"severity":{},"tolerance":{})", json_string(to_string(threshold.mode)),
                              json_string(to_string(threshold.severity)), json_number(threshold.tolerance));
    if (threshold.target) {
      thresholds += ",\"target\":" + json_number(*threshold.target);
    }
    if (threshold.max_drop_percent) {
      thresholds += ",\"drop\":" + json_number(*threshold.max_drop_percent);
    }
    if (threshold.direction) {
      thresholds += ",\"direction\":" + json_string(to_string(*threshold.direction));
    }
    thresholds += "}";
  }
  if (!thresholds.empty()) {
    out += ",\"thresholds\":[" + thresholds + "]";
  }
  return out + "}";
}

std::string charts_manifest(const ShownLayout& layout) {
  std::string out;
  for (std::size_t s = 0; s < layout.sections.size(); ++s) {
    for (const ShownChart& chart : layout.sections[s].charts) {
      std::string panels;
      for (const ShownPanel& panel : chart.panels) {
        std::string members;
        for (const std::size_t m : panel.metrics) {
          members += (members.empty() ? "" : ",") + std::to_string(m);
        }
        panels += fmt::format("{}[{}]", panels.empty() ? "" : ",", members);
      }
      out += fmt::format(R"({}{{"title":{},"section":{},"panels":[{}]}})", out.empty() ? "" : ",",
                         json_string(chart.title), s, panels);
    }
  }
  return out;
}

std::string manifest(const ReportRequest& request, const ShownLayout& layout, const PackedBranches& branches) {
  std::string metrics;
  for (const ShownMetric& metric : layout.metrics) {
    metrics += (metrics.empty() ? "" : ",") + metric_manifest(metric);
  }
  std::string presets;
  for (const RangePreset& preset : kRangePresets) {
    presets += fmt::format(R"({}{{"id":{},"label":{},"days":{}}})", presets.empty() ? "" : ",", json_string(preset.id),
                           json_string(preset.label), preset.days);
  }
  std::string packed;
  for (const PackedBranch& branch : branches.shown) {
    packed += (packed.empty() ? "" : ",") + branch.data;
  }
  return fmt::format(
      R"({{"repository":{},"url":{},"generated":{},"version":{},"preview":{},"locked":{},"presets":[{}],)"
      R"("metrics":[{}],"charts":[{}],"branches":[{}],"leftOut":{}}})",
      json_string(request.repository), json_string(repository_url(request.server_url, request.repository)),
      request.generated_at.time_since_epoch().count(), json_string(version()), request.origin == ReportOrigin::preview,
      request.layout.mode != ColourMode::automatic, presets, metrics, charts_manifest(layout), packed,
      branches.left_out);
}

std::string head_html(const ReportRequest& request, const std::string& style) {
  const std::string policy = fmt::format(
      "default-src 'none'; script-src {} {}; style-src {}; img-src blob: data:; base-uri 'none'; form-action 'none'",
      digest_source(report_boot_script()), digest_source(report_script()), digest_source(style));
  return fmt::format(R"(<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{}">)"
                     R"(<meta name="viewport" content="width=device-width,initial-scale=1">)"
                     R"(<meta name="referrer" content="no-referrer"><meta name="generator" content="unentropy {}">)"
                     R"(<title>{} · metrics</title><style>{}</style><script>{}</script>)",
                     policy, version(), text(request.repository), style, report_boot_script());
}

std::string header_html(const ReportRequest& request, const Dataset& dataset) {
  const std::string url = repository_url(request.server_url, request.repository);
  std::string build = "no builds yet";
  if (dataset.size() > 0) {
    const HistoryBuild& last = dataset.build(dataset.size() - 1);
    build = "last build " + link_html(commit_url(url, last.commit_sha),
                                      "<code>" + text(utf8_prefix(to_valid_utf8(last.commit_sha), 7)) + "</code>");
    if (last.run_number > 0) {
      build += " · " + link_html(run_url(url, last.run_id), fmt::format("run #{}", last.run_number));
    }
    build += " · " + time_html(last.timestamp);
  }
  return fmt::format(
      R"(<header class="top"><div><h1>{}</h1><p class="sub"><span id="branch" class="branch">{}</span>)"
      R"(<span id="last-build">{}</span><span id="fresh"></span></p></div><div id="switches"></div></header>)",
      link_html(url, text(request.repository)), text(dataset.history().branch), build);
}

std::string sections_html(const ShownLayout& layout, const Dataset& dataset) {
  std::string out;
  std::size_t number = 0;
  for (std::size_t s = 0; s < layout.sections.size(); ++s) {
    const ShownSection& section = layout.sections[s];
    std::string cards;
    for (const ShownChart& chart : section.charts) {
      cards += render_card(layout, dataset, chart, number++);
    }
    const std::string body = cards.empty()
                                 ? R"(<p class="none">No chart here: none of this section's metrics is known.</p>)"
                                 : fmt::format(R"(<div class="grid">{}</div>)", cards);
    const std::string about =
        section.description.empty() ? "" : fmt::format(R"(<p class="about">{}</p>)", text(section.description));
    if (section.folded) {
      out += fmt::format(
          R"(<details class="section" data-section="{}"><summary><h2>{}</h2> <span>{}</span></summary>{}{}</details>)",
          s, text(section.name), section.charts.size(), about, body);
    } else if (section.name.empty()) {
      out += fmt::format(
          R"(<section class="section" data-section="{}" aria-label="Metrics"><h2 class="sr">Metrics</h2>{}{}</section>)",
          s, about, body);
    } else {
      out += fmt::format(
          R"(<section class="section" data-section="{}" aria-labelledby="section-{}"><h2 id="section-{}">{}</h2>{}{}</section>)",
          s, s, s, text(section.name), about, body);
    }
  }
  return out;
}

std::string empty_html(const ReportRequest& request) {
  return fmt::format(
      R"(<section class="empty"><h2>No builds yet</h2><p>The history has no build of branch <code>{}</code> with a )"
      R"(value. Run <code>unentropy track</code> in a workflow that is triggered by pushes to that branch; every run )"
      R"(adds one point to each chart.</p></section>)",
      text(request.history->branch));
}

// Nothing if every branch that has values is there.
std::string left_out_html(const PackedBranches& branches) {
  if (branches.left_out == 0) return "";
  const std::size_t all = branches.shown.size() + branches.left_out;
  return fmt::format("<p>The page has no room for {} of {} branches, the least active {}; they are in the history.</p>",
                     branches.left_out, all, branches.left_out == 1 ? "one" : "ones");
}

std::string footer_html(const ReportRequest& request, const Dataset& dataset, const PackedBranches& branches) {
  std::string range;
  if (dataset.size() > 0) {
    range = fmt::format(" · {} to {}", time_html(dataset.build(0).timestamp),
                        time_html(dataset.build(dataset.size() - 1).timestamp));
  }
  const std::string repository =
      link_html(repository_url(request.server_url, request.repository), text(request.repository));
  return fmt::format(
      R"(<footer class="foot"><p>unentropy {} · {} · {} {}{} · page made {}</p>{}<p id="zone">Times are in UTC.</p></footer>)",
      version(), repository, format_value(static_cast<double>(dataset.size()), "integer"),
      dataset.size() == 1 ? "build" : "builds", range, time_html(request.generated_at), left_out_html(branches));
}

std::size_t packed_text_bytes(const PackedBranches& branches) {
  std::size_t bytes = 0;
  for (const PackedBranch& branch : branches.shown) {
    bytes += branch.data.size() + branch.builds.size() / 3 * 4;
    for (const std::string& series : branch.series) bytes += series.size() / 3 * 4 + 64;
  }
  return bytes;
}

}  // namespace

std::string render_page(const ReportRequest& request, const ShownLayout& layout, const Dataset& dataset,
                        const PackedBranches& branches) {
  const std::string style = theme_css(request.layout) + std::string(report_style());
  std::string page;
  page.reserve(kMarkupBytes + packed_text_bytes(branches));  // growing a page of megabytes would take twice its memory
  page += "<!doctype html><html lang=\"en\"";
  if (request.layout.mode != ColourMode::automatic) {
    page += fmt::format(R"( data-theme="{}" data-locked)", request.layout.mode == ColourMode::dark ? "dark" : "light");
  }
  page += "><head>" + head_html(request, style) + "</head><body>";
  page += R"(<a class="skip" href="#main">Skip to the charts</a>)";
  if (request.origin == ReportOrigin::preview) {
    page +=
        R"(<aside class="preview" aria-label="Preview"><b>Preview.</b> These values are invented, to show how the page will look.</aside>)";
  }
  page += header_html(request, dataset);
  page += dataset.size() == 0 ? "" : R"(<div id="tools" role="region" aria-label="Search and range"></div>)";
  page += R"(<main id="main" tabindex="-1">)";
  page += dataset.size() == 0 ? empty_html(request) : sections_html(layout, dataset);
  page += "</main>";
  page +=
      R"(<noscript><p class="none">Without JavaScript this page shows the latest values; charts, ranges and search need it.</p></noscript>)";
  page += footer_html(request, dataset, branches);
  page += R"(<script type="application/json" id="manifest">)" + manifest(request, layout, branches) + "</script>";
  for (std::size_t b = 0; b < branches.shown.size(); ++b) {
    const PackedBranch& branch = branches.shown[b];
    page += fmt::format(R"(<script type="text/plain" id="builds-{}">{}</script>)", b, base64(branch.builds));
    for (std::size_t m = 0; m < branch.series.size(); ++m) {
      if (!branch.series[m].empty()) {
        page += fmt::format(R"(<script type="text/plain" id="data-{}-{}">{}</script>)", b, m, base64(branch.series[m]));
      }
    }
  }
  page += "<script>";
  page += report_script();
  page += "</script></body></html>\n";
  return page;
}

}  // namespace unentropy
