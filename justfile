# One word for each task: `just test tests/core`. What they run is said in .ci/step, for CI too.
# just: apt, brew, or `pip install rust-just`. They use the environment of CONTRIBUTING.md, or that of $BIN.

# Shows this list
default:
    @just --list

# All that must pass before anything lands, on the oldest and the newest Python that is here, in environments made for it
check *versions:
    .ci/run {{ versions }}

# The tests, or those of a path, or with options of pytest
test *arguments:
    .ci/step test {{ arguments }}

# Format, lint, types, import layers
lint:
    .ci/step lint

# Lines and branches of core, monitor and store that their own tests reach
coverage:
    .ci/step coverage

# The pictures of the README
shots *scenes:
    .ci/step shots {{ scenes }}

# Everything beside its floor
bench *names:
    .ci/step bench {{ names }}
