package dev.wherry.apiserver.admission.podsecurity;

import dev.wherry.apiserver.admission.podsecurity.Standard.Level;
import dev.wherry.model.json.Json;
import dev.wherry.model.status.ApiException.Cause;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the labels of a namespace ask for (api/helpers.go PolicyToEvaluate).
 *
 * @param mistakes of the labels; where one stands, enforcement is strictest and the rest is off
 */
record NamespacePolicy(Standard enforce, Standard audit, Standard warn, List<Cause> mistakes) {
  private static final String PREFIX = "pod-security.kubernetes.io/";
  private static final String LEVELS = "must be one of privileged, baseline, restricted";
  private static final String VERSIONS = "must be \"latest\" or \"v1.x\"";

  boolean allowsEverything() {
    return mistakes.isEmpty()
        && enforce.isPrivileged()
        && audit.isPrivileged()
        && warn.isPrivileged();
  }

  static NamespacePolicy of(Map<String, String> labels) {
    if (labels.isEmpty()) {
      return new NamespacePolicy(
          Standard.PRIVILEGED, Standard.PRIVILEGED, Standard.PRIVILEGED, List.of());
    }
    List<Cause> mistakes = new ArrayList<>();
    Standard enforce = standard(labels, "enforce", Level.RESTRICTED, mistakes);
    boolean enforced = labels.containsKey(PREFIX + "enforce") && mistakes.isEmpty();
    Standard audit = standard(labels, "audit", Level.PRIVILEGED, mistakes);
    Standard warn = standard(labels, "warn", Level.PRIVILEGED, mistakes);
    boolean silent = enforced && !labels.containsKey(PREFIX + "warn");
    if (silent && enforce.level().compareTo(warn.level()) > 0) {
      warn = warn.with(enforce.level());
      if (!labels.containsKey(PREFIX + "warn-version")) {
        warn = warn.in(enforce.minor());
      }
    }
    return new NamespacePolicy(enforce, audit, warn, mistakes);
  }

  private static Standard standard(
      Map<String, String> labels, String mode, Level otherwise, List<Cause> mistakes) {
    Standard standard = Standard.PRIVILEGED;
    String level = labels.get(PREFIX + mode);
    if (level != null) {
      Optional<Level> known = Level.of(level);
      if (known.isEmpty()) {
        mistakes.add(mistake(mode, level, LEVELS));
      }
      standard = standard.with(known.orElse(otherwise));
    }
    String version = labels.get(PREFIX + mode + "-version");
    if (version != null) {
      Optional<Integer> minor = Standard.minorOf(version);
      if (minor.isEmpty()) {
        mistakes.add(mistake(mode + "-version", version, VERSIONS));
      }
      standard = standard.in(minor.orElse(Standard.LATEST));
    }
    return standard;
  }

  private static Cause mistake(String label, String value, String detail) {
    return Cause.invalid("metadata.labels[" + PREFIX + label + "]", Json.text(value), detail);
  }
}
