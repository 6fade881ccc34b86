package dev.wherry.apiserver.admission.podsecurity;

import java.util.Optional;
import java.util.function.Function;

/**
 * One check in one version.
 *
 * @param id by which the results are ordered
 * @param since minor version from which on it is so
 * @param until minor version from which on it is otherwise
 * @param replaces id of the baseline check that is not needed beside it; "" for none
 */
record Check(
    String id,
    Standard.Level level,
    int since,
    int until,
    String replaces,
    Function<Pod, Optional<Finding>> look) {
  /**
   * Why a pod is not allowed.
   *
   * @param reason in a few words
   * @param detail "" where the reason says all
   */
  record Finding(String reason, String detail) {
    @Override
    public String toString() {
      return detail.isEmpty() ? reason : reason + " (" + detail + ")";
    }
  }

  boolean isIn(int minor) {
    return since <= minor && minor < until;
  }
}
