// Everything: parallel_map and its view, the dry run alone, options, reports, the machine.
#pragma once

#include <amorsize/errors.hpp>
#include <amorsize/machine.hpp>
#include <amorsize/optimize.hpp>
#include <amorsize/options.hpp>
#include <amorsize/parallel_map.hpp>
#include <amorsize/plan.hpp>
#include <amorsize/progress.hpp>
#include <amorsize/report.hpp>
#include <amorsize/version.hpp>
#include <amorsize/views.hpp>
