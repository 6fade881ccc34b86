package dev.wherry.apiserver.discovery;

import dev.wherry.model.kind.ResourceInfo;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The catalog of a fixed set of resources, versions of each group in Kubernetes' order of
 * preference.
 */
public final class BuiltInCatalog implements ApiCatalog {
  private final List<ServedGroup> groups;

  /**
   * A catalog of {@code resources}; groups keep the order in which they first appear, the core
   * group comes first.
   */
  public BuiltInCatalog(List<ResourceInfo> resources) {
    Map<String, Map<String, List<ResourceInfo>>> byGroup = new LinkedHashMap<>();
    for (ResourceInfo resource : resources) {
      byGroup
          .computeIfAbsent(resource.kind().group(), group -> new LinkedHashMap<>())
          .computeIfAbsent(resource.kind().version(), version -> new ArrayList<>())
          .add(resource);
    }
    List<ServedGroup> all = new ArrayList<>();
    byGroup.forEach((group, versions) -> all.add(new ServedGroup(group, versions(versions))));
    all.sort(Comparator.comparing(group -> !group.name().isEmpty()));
    this.groups = List.copyOf(all);
  }

  private static List<ServedVersion> versions(Map<String, List<ResourceInfo>> byVersion) {
    return byVersion.entrySet().stream()
        .sorted(Map.Entry.comparingByKey(BuiltInCatalog::preference))
        .map(e -> new ServedVersion(e.getKey(), e.getValue(), false))
        .toList();
  }

  /** Stable versions first, newer before older, then betas, then alphas. */
  private static int preference(String a, String b) {
    int stability = Integer.compare(stability(a), stability(b));
    return stability != 0 ? stability : Integer.compare(number(b), number(a));
  }

  private static int stability(String version) {
    return version.contains("alpha") ? 2 : version.contains("beta") ? 1 : 0;
  }

  private static int number(String version) {
    String digits = version.replaceFirst("^v([0-9]{1,4}).*$", "$1");
    return digits.matches("[0-9]{1,4}") ? Integer.parseInt(digits) : 0;
  }

  @Override
  public long generation() {
    return 0;
  }

  @Override
  public List<ServedGroup> groups() {
    return groups;
  }
}
