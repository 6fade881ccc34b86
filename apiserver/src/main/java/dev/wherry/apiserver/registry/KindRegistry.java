package dev.wherry.apiserver.registry;

import dev.wherry.apiserver.discovery.ApiCatalog;
import dev.wherry.apiserver.discovery.BuiltInCatalog;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.model.kind.BuiltinKinds;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.kind.ResourceInfo;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The one list of served kinds. */
public final class KindRegistry implements ApiCatalog {
  private static final Resource EVENTS = new Resource("", "events");

  /** Answered at once and never stored. */
  private static final Set<String> VIRTUAL_GROUPS =
      Set.of("authentication.k8s.io", "authorization.k8s.io");

  private final Map<String, ResourceInfo> byPath = new LinkedHashMap<>();
  private final BuiltInCatalog catalog;

  public KindRegistry() {
    for (ResourceInfo info : BuiltinKinds.all()) {
      String path = path(info.kind().group(), info.kind().version(), info.kind().plural());
      byPath.put(path, info);
    }
    catalog = new BuiltInCatalog(all());
  }

  private static String path(String group, String version, String plural) {
    return group + "/" + version + "/" + plural;
  }

  public Optional<ResourceInfo> find(String group, String version, String plural) {
    return Optional.ofNullable(byPath.get(path(group, version, plural)));
  }

  public List<ResourceInfo> all() {
    return List.copyOf(byPath.values());
  }

  /** Where a resource is stored: both event groups share one place. */
  public static Resource storage(KindInfo kind) {
    return kind.plural().equals("events") ? EVENTS : new Resource(kind.group(), kind.plural());
  }

  /** Whether objects of the kind are answers rather than things. */
  public static boolean isVirtual(KindInfo kind) {
    return VIRTUAL_GROUPS.contains(kind.group())
        || (kind.plural().equals("bindings") && kind.group().isEmpty());
  }

  @Override
  public long generation() {
    return 1;
  }

  @Override
  public List<ServedGroup> groups() {
    return catalog.groups();
  }
}
