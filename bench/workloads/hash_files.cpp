#include "workloads/hash_files.hpp"

namespace bench {

std::uint64_t hash_files::item::operator()(const std::string& content) const {
  return checksum_bytes(content.data(), content.size());
}

}  // namespace bench
