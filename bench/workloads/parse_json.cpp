#include "workloads/parse_json.hpp"
#include "workloads/random.hpp"

#include <nlohmann/json.hpp>

namespace bench {
namespace {

constexpr std::uint64_t json_seed = 11;
constexpr std::size_t most_positions = 12;

std::string order_line(std::size_t id, random_numbers& random) {
  nlohmann::json positions = nlohmann::json::array();
  const std::size_t count = 1 + random.below(most_positions);
  for (std::size_t i = 0; i < count; ++i) {
    positions.push_back({{"article", "article " + std::to_string(random.below(100000))},
                         {"price", static_cast<double>(random.below(100000)) / 100.0},
                         {"count", 1 + random.below(9)}});
  }
  return nlohmann::json{{"id", id}, {"paid", random.below(2) == 0}, {"positions", positions}}
      .dump();
}

}  // namespace

parse_json::parse_json(std::size_t lines) : out(lines) {
  random_numbers random(json_seed);
  for (std::size_t i = 0; i < lines; ++i) {
    in.push_back(order_line(i, random));
  }
}

double parse_json::item::operator()(const std::string& line) const {
  const nlohmann::json order = nlohmann::json::parse(line);
  double value = 0.0;
  for (const nlohmann::json& position : order.at("positions")) {
    value += position.at("price").get<double>() * position.at("count").get<double>();
  }
  return value;
}

}  // namespace bench
