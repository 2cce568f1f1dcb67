# SPDX-License-Identifier: BSD-2-Clause
# make prove: the proofs of tests/prove by CBMC, one after the other; the last line is "N properties".
# make prove-faults: each proof finds the fault that is planted for it. T=NAME runs one.

.PHONY: prove prove-faults
prove:
	@$(PYTHON) tests/prove/prove.py $(T)

prove-faults:
	@$(PYTHON) tests/prove/prove.py --faults $(T)
