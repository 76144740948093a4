#include "workloads/compress.hpp"

#include <zlib.h>

#include <stdexcept>

namespace bench {

std::string compress::item::operator()(const std::string& text) const {
  const auto* const source = reinterpret_cast<const Bytef*>(text.data());
  std::string packed(compressBound(text.size()), '\0');
  uLongf size = packed.size();
  // The fastest level: at the default one a map would last 60 ms.
  if (compress2(
          reinterpret_cast<Bytef*>(packed.data()), &size, source, text.size(), Z_BEST_SPEED) !=
      Z_OK) {
    throw std::runtime_error("zlib refuses a text in memory");
  }
  packed.resize(size);
  return packed;
}

}  // namespace bench
