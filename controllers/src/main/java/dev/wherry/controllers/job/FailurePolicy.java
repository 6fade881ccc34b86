package dev.wherry.controllers.job;

import static java.util.Objects.requireNonNullElse;

import dev.wherry.model.batch.v1.PodFailurePolicy;
import dev.wherry.model.batch.v1.PodFailurePolicyOnExitCodesRequirement;
import dev.wherry.model.batch.v1.PodFailurePolicyOnPodConditionsPattern;
import dev.wherry.model.batch.v1.PodFailurePolicyRule;
import dev.wherry.model.core.v1.ContainerStateTerminated;
import dev.wherry.model.core.v1.ContainerStatus;
import dev.wherry.model.core.v1.PodCondition;
import java.util.List;
import java.util.Optional;

/** What a failed pod means to its Job (KEP-3329, KEP-3850). Pure. */
record FailurePolicy(List<PodFailurePolicyRule> rules) {
  /** What is to follow. */
  enum Action {
    COUNT,
    IGNORE,
    FAIL_INDEX,
    FAIL_JOB
  }

  /**
   * @param message why, for FAIL_JOB
   */
  record Match(Action action, String message) {
    static final Match COUNTED = new Match(Action.COUNT, "");
  }

  static FailurePolicy of(Optional<PodFailurePolicy> policy) {
    return new FailurePolicy(policy.map(PodFailurePolicy::rules).orElse(List.of()));
  }

  /** The first rule that fits decides; a failure that none fits counts. */
  Match match(JobPod pod, boolean perIndex) {
    for (int i = 0; i < rules.size(); i++) {
      PodFailurePolicyRule rule = rules.get(i);
      Optional<String> why =
          rule.onExitCodes() != null
              ? exitCode(pod, rule.onExitCodes(), rule.action(), i)
              : condition(pod, rule.onPodConditions(), rule.action(), i);
      if (why.isPresent()) {
        return switch (rule.action()) {
          case "Ignore" -> new Match(Action.IGNORE, why.get());
          case "FailJob" -> new Match(Action.FAIL_JOB, why.get());
          case "FailIndex" -> perIndex ? new Match(Action.FAIL_INDEX, why.get()) : Match.COUNTED;
          default -> Match.COUNTED;
        };
      }
    }
    return Match.COUNTED;
  }

  /** Whether the pod's end, however it came, does not count. */
  boolean ignores(JobPod pod) {
    return match(pod, false).action() == Action.IGNORE;
  }

  private static Optional<String> exitCode(
      JobPod pod, PodFailurePolicyOnExitCodesRequirement wanted, String action, int rule) {
    for (ContainerStatus status : pod.containers()) {
      Optional<ContainerStateTerminated> end = JobPod.terminated(status);
      boolean named =
          wanted.containerName().isEmpty() || wanted.containerName().equals(status.name());
      if (end.isEmpty() || !named) {
        continue;
      }
      int code = requireNonNullElse(end.get().exitCode(), 0);
      boolean listed = wanted.values().contains(code);
      boolean fits = wanted.operator().equals("In") ? listed : code != 0 && !listed;
      if (fits) {
        return Optional.of(
            "Container "
                + status.name()
                + " for pod "
                + name(pod)
                + " failed with exit code "
                + code
                + " matching "
                + action
                + " rule at index "
                + rule);
      }
    }
    return Optional.empty();
  }

  private static Optional<String> condition(
      JobPod pod, List<PodFailurePolicyOnPodConditionsPattern> patterns, String action, int rule) {
    for (PodCondition condition : pod.pod().status().conditions()) {
      for (PodFailurePolicyOnPodConditionsPattern pattern : patterns) {
        if (pattern.type().equals(condition.type())
            && pattern.status().equals(condition.status())) {
          return Optional.of(
              "Pod "
                  + name(pod)
                  + " has condition "
                  + pattern.type()
                  + " matching "
                  + action
                  + " rule at index "
                  + rule);
        }
      }
    }
    return Optional.empty();
  }

  private static String name(JobPod pod) {
    return pod.pod().metadata().namespace() + "/" + pod.pod().metadata().name();
  }
}
