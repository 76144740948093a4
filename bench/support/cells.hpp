// The list of cells. Every executable has the same ones; only what maps differs.
// Thread safety: for the main thread only.
#pragma once

namespace bench {

/// Registers every cell with Google Benchmark. Makes no input yet.
void add_cells();

}  // namespace bench
