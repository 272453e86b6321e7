"""How far two partitions of the same songs agree.

Everything is computed from the contingency table of two label arrays: n songs, n_ij of them in
community i of A and community j of B, a_i = sum_j n_ij, b_j = sum_i n_ij. Logarithms are natural.

    H(A)   = -sum_i a_i/n log(a_i/n)                      entropy
    MI     = sum_ij n_ij/n log(n n_ij / (a_i b_j))        mutual information
    E[MI]  its mean over all tables with the same a and b (hypergeometric)
    S_A, S_B, S_AB = sum_i a_i(a_i-1)/2, sum_j b_j(b_j-1)/2, sum_ij n_ij(n_ij-1)/2
                                                          pairs of songs that are together

`nmi`
    MI / ((H(A) + H(B)) / 2), from 0 to 1; chance gives more than 0, and more the more
    communities there are (Strehl & Ghosh 2002). The V-measure is the same number. `nmi_by` has
    it by every normalizer: arithmetic, geometric, min, max, and joint, H(A, B) = H(A) + H(B) - MI.
`ami`
    (MI - E[MI]) / ((H(A) + H(B)) / 2 - E[MI]), at most 1; chance gives 0 (Vinh et al. 2010).
`ari`
    (S_AB - E) / ((S_A + S_B) / 2 - E) with E = S_A S_B / (n(n-1)/2), at most 1; chance gives 0
    (Hubert & Arabie 1985).
`vi`
    H(A) + H(B) - 2 MI, from 0 (equal) to log n nats; a metric (Meila 2007).
`homogeneity`
    MI / H(A), from 0 to 1: whether B's communities stay inside A's (Rosenberg & Hirschberg 2007).
`completeness`
    MI / H(B), from 0 to 1: whether A's communities stay inside B's (Rosenberg & Hirschberg 2007).
`fmi`
    S_AB / sqrt(S_A S_B), from 0 to 1 (Fowlkes & Mallows 1983).
`element_centric`
    The mean over songs of n_ij / max(a_i, b_j), above 0, at most 1 (Gates et al. 2019);
    `element_scores` has it song by song.

All but homogeneity and completeness, which are each other's mirror, are symmetric. None depends on
what the labels are called.

What chance alone gives: `expected` has the exact mean of every score when labels are shuffled,
`shuffled` the distribution, among all songs or within groups of them, such as artists. How sure a
score is: `subsampled`. Which community answers to which: `best_matches`, `matching_order`,
`residuals`. All at once for any number of partitions: `compare`.

Conventions where a definition divides zero by zero, the same as scikit-learn's:

- Equal partitions have nmi = ami = ari = homogeneity = completeness = element_centric = 1 and
  vi = 0, also where both are one community or both are single songs. Their fmi is 1 unless no two
  songs are together, then it is 0.
- Where one partition is one community and the other is not, nmi = ami = ari = 0.
- homogeneity is 1 where H(A) = 0, completeness is 1 where H(B) = 0.
- fmi is 0 where no pair is together in both.
- No songs at all: `EmptyInputError`.

A partition with over 90 % of the songs in one community cannot agree with anything by more than
its crumbs; `compare` names such partitions as degenerate.

References
----------
- A. Strehl, J. Ghosh. Cluster ensembles: a knowledge reuse framework for combining multiple
  partitions. JMLR 3 (2002); there with the geometric mean.
- N. X. Vinh, J. Epps, J. Bailey. Information theoretic measures for clusterings comparison:
  variants, properties, normalization and correction for chance. JMLR 11 (2010); AMI_sum there.
- L. Hubert, P. Arabie. Comparing partitions. Journal of Classification 2 (1985).
- M. Meila. Comparing clusterings: an information based distance. Journal of Multivariate
  Analysis 98 (2007).
- A. Rosenberg, J. Hirschberg. V-measure: a conditional entropy-based external cluster evaluation
  measure. EMNLP-CoNLL (2007).
- E. B. Fowlkes, C. L. Mallows. A method for comparing two hierarchical clusterings. JASA 78 (1983).
- A. J. Gates, I. B. Wood, W. P. Hetrick, Y.-Y. Ahn. Element-centric clustering comparison unifies
  overlaps and hierarchy. Scientific Reports 9 (2019).
- B. Phipson, G. K. Smyth. Permutation p-values should never be zero. Statistical Applications in
  Genetics and Molecular Biology 9 (2010).
- D. N. Politis, J. P. Romano. Large sample confidence regions based on subsamples under minimal
  assumptions. Annals of Statistics 22 (1994).
"""

from __future__ import annotations

from songnet.agreement._chance import expected
from songnet.agreement._compare import Comparison, Confusion, Pair, compare
from songnet.agreement._contingency import Contingency, contingency
from songnet.agreement._groups import check_samples, group_codes
from songnet.agreement._intervals import Interval, subsampled
from songnet.agreement._margins import Scores
from songnet.agreement._matching import (
    Matches,
    Residuals,
    best_matches,
    matching_order,
    residuals,
)
from songnet.agreement._matrix import Matrix
from songnet.agreement._nulls import Null, NullScore, null_scores, shuffled
from songnet.agreement._scores import (
    ami,
    ari,
    completeness,
    element_centric,
    element_scores,
    fmi,
    homogeneity,
    nmi,
    nmi_by,
    scores,
    vi,
)
from songnet.agreement._shared import SharedSongs

__all__ = [
    "Comparison",
    "Confusion",
    "Contingency",
    "Interval",
    "Matches",
    "Matrix",
    "Null",
    "NullScore",
    "Pair",
    "Residuals",
    "Scores",
    "SharedSongs",
    "ami",
    "ari",
    "best_matches",
    "check_samples",
    "compare",
    "completeness",
    "contingency",
    "element_centric",
    "element_scores",
    "expected",
    "fmi",
    "group_codes",
    "homogeneity",
    "matching_order",
    "nmi",
    "nmi_by",
    "null_scores",
    "residuals",
    "scores",
    "shuffled",
    "subsampled",
    "vi",
]
