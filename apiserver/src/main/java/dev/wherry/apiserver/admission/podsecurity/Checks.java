package dev.wherry.apiserver.admission.podsecurity;

import dev.wherry.apiserver.admission.podsecurity.Check.Finding;
import dev.wherry.apiserver.admission.podsecurity.Standard.Level;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** All checks in all versions, and which of them a standard consists of. */
final class Checks {
  private static final int ALWAYS = Integer.MAX_VALUE;

  /** What {@code latest} means. */
  private static final int NEWEST = 36;

  private static final Set<String> SE_LINUX =
      Set.of("container_t", "container_init_t", "container_kvm_t");
  private static final Set<String> SE_LINUX_31 = plus(SE_LINUX, "container_engine_t");
  private static final Set<String> SYSCTLS =
      Set.of(
          "kernel.shm_rmid_forced",
          "net.ipv4.ip_local_port_range",
          "net.ipv4.tcp_syncookies",
          "net.ipv4.ping_group_range",
          "net.ipv4.ip_unprivileged_port_start");
  private static final Set<String> SYSCTLS_27 = plus(SYSCTLS, "net.ipv4.ip_local_reserved_ports");
  private static final Set<String> SYSCTLS_29 =
      plus(
          SYSCTLS_27,
          "net.ipv4.tcp_keepalive_time",
          "net.ipv4.tcp_fin_timeout",
          "net.ipv4.tcp_keepalive_intvl",
          "net.ipv4.tcp_keepalive_probes");
  private static final Set<String> SYSCTLS_32 =
      plus(SYSCTLS_29, "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem");

  /** Baseline first, each level by id, as upstream's messages have it. */
  private static final List<Check> ALL = ordered();

  private Checks() {}

  private static Set<String> plus(Set<String> set, String... more) {
    Set<String> all = new HashSet<>(set);
    all.addAll(List.of(more));
    return Set.copyOf(all);
  }

  private static Check baseline(
      String id, int since, int until, Function<Pod, Optional<Finding>> look) {
    return new Check(id, Level.BASELINE, since, until, "", look);
  }

  private static Check restricted(
      String id, int since, int until, String replaces, Function<Pod, Optional<Finding>> look) {
    return new Check(id, Level.RESTRICTED, since, until, replaces, look);
  }

  private static Function<Pod, Optional<Finding>> unless(
      java.util.function.Predicate<Pod> exempt, Function<Pod, Optional<Finding>> look) {
    return pod -> exempt.test(pod) ? Optional.empty() : look.apply(pod);
  }

  private static List<Check> ordered() {
    List<Check> all = new ArrayList<>(baseline());
    all.addAll(restricted());
    all.sort(Comparator.comparing(Check::level).thenComparing(Check::id));
    return List.copyOf(all);
  }

  private static List<Check> baseline() {
    return List.of(
        baseline("appArmorProfile", 0, ALWAYS, BaselineChecks::appArmor),
        baseline("capabilities_baseline", 0, ALWAYS, BaselineChecks::capabilities),
        baseline("hostNamespaces", 0, ALWAYS, BaselineChecks::hostNamespaces),
        baseline("hostPathVolumes", 0, ALWAYS, BaselineChecks::hostPathVolumes),
        baseline("hostPorts", 0, ALWAYS, BaselineChecks::hostPorts),
        baseline("hostProbesAndHostLifecycle", 34, ALWAYS, BaselineChecks::hostProbes),
        baseline("privileged", 0, ALWAYS, BaselineChecks::privileged),
        baseline("procMount", 0, 35, BaselineChecks::procMount),
        baseline("procMount", 35, ALWAYS, unless(Pod::hasOwnUsers, BaselineChecks::procMount)),
        baseline("seLinuxOptions", 0, 31, pod -> BaselineChecks.seLinux(pod, SE_LINUX)),
        baseline("seLinuxOptions", 31, ALWAYS, pod -> BaselineChecks.seLinux(pod, SE_LINUX_31)),
        baseline("seccompProfile_baseline", 0, 19, BaselineChecks::seccompAnnotations),
        baseline("seccompProfile_baseline", 19, ALWAYS, BaselineChecks::seccomp),
        baseline("sysctls", 0, 27, pod -> BaselineChecks.sysctls(pod, SYSCTLS)),
        baseline("sysctls", 27, 29, pod -> BaselineChecks.sysctls(pod, SYSCTLS_27)),
        baseline("sysctls", 29, 32, pod -> BaselineChecks.sysctls(pod, SYSCTLS_29)),
        baseline("sysctls", 32, ALWAYS, pod -> BaselineChecks.sysctls(pod, SYSCTLS_32)),
        baseline("windowsHostProcess", 0, ALWAYS, BaselineChecks::hostProcess));
  }

  private static List<Check> restricted() {
    String capabilities = "capabilities_baseline";
    String seccomp = "seccompProfile_baseline";
    return List.of(
        restricted("allowPrivilegeEscalation", 8, 25, "", RestrictedChecks::escalation),
        restricted(
            "allowPrivilegeEscalation",
            25,
            ALWAYS,
            "",
            unless(Pod::isWindows, RestrictedChecks::escalation)),
        restricted("capabilities_restricted", 22, 25, capabilities, RestrictedChecks::capabilities),
        restricted(
            "capabilities_restricted",
            25,
            ALWAYS,
            capabilities,
            unless(Pod::isWindows, RestrictedChecks::capabilities)),
        restricted("procMount_restricted", 35, ALWAYS, "procMount", BaselineChecks::procMount),
        restricted("restrictedVolumes", 0, ALWAYS, "hostPathVolumes", RestrictedChecks::volumes),
        restricted("runAsNonRoot", 0, 35, "", RestrictedChecks::nonRoot),
        restricted(
            "runAsNonRoot", 35, ALWAYS, "", unless(Pod::hasOwnUsers, RestrictedChecks::nonRoot)),
        restricted("runAsUser", 23, 35, "", RestrictedChecks::user),
        restricted("runAsUser", 35, ALWAYS, "", unless(Pod::hasOwnUsers, RestrictedChecks::user)),
        restricted("seccompProfile_restricted", 19, 25, seccomp, RestrictedChecks::seccomp),
        restricted(
            "seccompProfile_restricted",
            25,
            ALWAYS,
            seccomp,
            unless(Pod::isWindows, RestrictedChecks::seccomp)));
  }

  /** Why a pod does not fulfil a standard; empty when it does. */
  static List<Finding> findings(Standard standard, Pod pod) {
    if (standard.isPrivileged()) {
      return List.of();
    }
    int minor = Math.min(standard.minor(), NEWEST);
    List<Check> now =
        ALL.stream()
            .filter(c -> c.isIn(minor) && c.level().compareTo(standard.level()) <= 0)
            .toList();
    Set<String> replaced = new HashSet<>();
    now.forEach(check -> replaced.add(check.replaces()));
    List<Finding> findings = new ArrayList<>();
    for (Check check : now) {
      if (!replaced.contains(check.id())) {
        check.look().apply(pod).ifPresent(findings::add);
      }
    }
    return findings;
  }
}
