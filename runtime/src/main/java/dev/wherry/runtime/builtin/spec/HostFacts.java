package dev.wherry.runtime.builtin.spec;

import dev.wherry.runtime.OomScore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What this host's kernel offers, looked at once.
 *
 * @param unifiedCgroups whether all controllers are version 2's
 * @param swapLimits whether swap can be limited
 * @param hugepages whether huge pages can be limited
 * @param apparmor what it has of AppArmor
 * @param capabilities those this process has, and so can give
 */
public record HostFacts(
    boolean unifiedCgroups,
    boolean swapLimits,
    boolean hugepages,
    AppArmor apparmor,
    List<String> capabilities,
    OomScore oomScore) {
  private static final Path CGROUPS = Path.of("/sys/fs/cgroup");

  public HostFacts {
    capabilities = List.copyOf(capabilities);
  }

  /** Looks. */
  public static HostFacts look() {
    boolean unified = Files.exists(CGROUPS.resolve("cgroup.controllers"));
    return new HostFacts(
        unified,
        unified
            ? anyChildHas("memory.swap.max")
            : Files.exists(CGROUPS.resolve("memory/memory.memsw.limit_in_bytes")),
        unified
            ? text(CGROUPS.resolve("cgroup.controllers")).contains("hugetlb")
            : Files.isDirectory(CGROUPS.resolve("hugetlb")),
        AppArmor.look(),
        Capabilities.ofMask(effectiveMask()),
        OomScore.ofThisHost());
  }

  private static boolean anyChildHas(String file) {
    try (Stream<Path> children = Files.list(CGROUPS)) {
      return children.anyMatch(child -> Files.exists(child.resolve(file)));
    } catch (IOException e) {
      return false;
    }
  }

  private static long effectiveMask() {
    return text(Path.of("/proc/self/status"))
        .lines()
        .filter(line -> line.startsWith("CapEff:"))
        .mapToLong(line -> Long.parseUnsignedLong(line.substring(7).strip(), 16))
        .findFirst()
        .orElse(0);
  }

  static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return "";
    }
  }
}
