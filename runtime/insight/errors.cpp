// The out-of-line members of the exceptions: one type_info and one vtable, in this library.
#include "runtime/insight/number_text.hpp"

#include <amorsize/errors.hpp>

#include <string>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {

bad_option::bad_option(const std::string& what) : std::invalid_argument(what) {}

bad_option::~bad_option() = default;

cancelled::cancelled(std::size_t completed)
    : std::runtime_error("amorsize: the map was stopped; complete so far: " +
                         insight::count_text(completed) + (completed == 1 ? " item" : " items")),
      completed_(completed) {}

cancelled::~cancelled() = default;

}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
