// A helper that was called, found the budget used up and went to sleep again was never called a
// second time, because it was still counted as wanted.
#include "tests/support/catch.hpp"
#include "tests/support/rig.hpp"

#include <memory>
#include <thread>

TEST_CASE("a helper that found no budget is called again when there is some",
          "[executor][regression]") {
  amorsize_tests::rig rig(1'000, 2);
  amorsize::executor::crew& crew = *rig.crew_;
  const amorsize::executor::crew::presence caller(crew);
  amorsize::executor::shared_map& map = rig.prepare(2);
  auto other = std::make_unique<std::thread>([&] {
    const amorsize::executor::crew::presence busy(crew);  // two CPUs, two callers: no budget
    CHECK(crew.open(map, 1).asked == 1);
    rig.main_.let_all_come();
    rig.main_.join();
  });
  other->join();
  CHECK(map.door.inside() == 0);
  CHECK(rig.main_.waiting() == 0);
  crew.set_workers(map, 2);
  CHECK(rig.main_.waiting() == 1);
  crew.shut(map);
  static_cast<void>(map.range(0).take_all());
  crew.return_place(map);
}
