#include "runtime/probe/text_file.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/fake_root.hpp"

#include <cerrno>
#include <filesystem>
#include <string>
#include <sys/stat.h>

using amorsize::probe::is_contained_path;
using amorsize::probe::largest_text_bytes;
using amorsize::probe::read_text_file;
using amorsize::probe::text_reader;
using amorsize_test::fake_root;

TEST_CASE("a file below the root is read whole, with or without a slash in between",
          "[probe][unit]") {
  fake_root root;
  root.write("/sys/value", "12\n").write("/sys/empty", "");
  CHECK(read_text_file(root.path(), "/sys/value") == "12\n");
  CHECK(read_text_file(root.path() + "/", "/sys/value") == "12\n");
  CHECK(read_text_file(root.path(), "/sys/empty") == "");
}

TEST_CASE("files of several reads are read whole up to the limit and refused above",
          "[probe][unit]") {
  fake_root root;
  root.write("/fits", std::string(largest_text_bytes, 'x'));
  root.write("/too_long", std::string(largest_text_bytes + 1, 'x'));
  CHECK(read_text_file(root.path(), "/fits").value().size() == largest_text_bytes);
  CHECK_FALSE(read_text_file(root.path(), "/too_long").has_value());
  CHECK(read_text_file(root.path(), "/too_long", largest_text_bytes + 1).has_value());
  CHECK_FALSE(read_text_file(root.path(), "/fits", 0).has_value());
}

TEST_CASE("a reader reads short and long texts after one another", "[probe][unit]") {
  constexpr std::size_t short_bytes = text_reader::short_bytes;
  fake_root root;
  text_reader files(root.path());
  for (const std::size_t length :
       {std::size_t{1}, short_bytes - 1, short_bytes, short_bytes + 1, 3 * short_bytes}) {
    CAPTURE(length);
    std::string text(length, 'x');
    text.back() = 'e';
    root.write("/some/value", text);
    CHECK(files.read("/some", "/value") == text);
    CHECK(files.read("/some/value") == text);
    CHECK(files.read("/some/value", length) == text);
    CHECK_FALSE(files.read("/some/value", length - 1).has_value());
  }
}

TEST_CASE("a path longer than the system takes gives nothing", "[probe][unit]") {
  fake_root root;
  root.write("/value", "1");
  std::string detour;
  while (root.path().size() + detour.size() < 4200) {
    detour += "/.";
    text_reader files(root.path());
    const bool fits = (root.path() + detour + "/value").size() < 4096;
    REQUIRE(files.read(detour, "/value").has_value() == fits);
  }
}

TEST_CASE("a path that leaves the root is refused", "[probe][unit]") {
  fake_root root;
  root.write("/a/value", "1");
  CHECK_FALSE(read_text_file(root.path() + "/a", "/../a/value").has_value());
  CHECK_FALSE(read_text_file(root.path(), "/a/../a/value").has_value());
  CHECK_FALSE(read_text_file(root.path(), "a/value").has_value());
  CHECK_FALSE(read_text_file(root.path(), "").has_value());
  CHECK_FALSE(is_contained_path("/.."));
  CHECK_FALSE(is_contained_path("/a/.."));
  CHECK_FALSE(is_contained_path(std::string_view("/a\0/b", 5)));
  CHECK(is_contained_path("/"));
  CHECK(is_contained_path("/a//b/"));
  CHECK(is_contained_path("/..a/b../..."));
}

TEST_CASE("directories, pipes and files that do not exist give nothing and leave errno alone",
          "[probe][unit]") {
  fake_root root;
  root.write("/directory/value", "1");
  REQUIRE(::mkfifo((root.path() + "/pipe").c_str(), 0600) == 0);
  errno = ERANGE;
  CHECK_FALSE(read_text_file(root.path(), "/directory").has_value());
  CHECK_FALSE(read_text_file(root.path(), "/pipe").has_value());
  CHECK_FALSE(read_text_file(root.path(), "/missing").has_value());
  CHECK_FALSE(read_text_file("/no such root", "/value").has_value());
  CHECK(errno == ERANGE);
}
