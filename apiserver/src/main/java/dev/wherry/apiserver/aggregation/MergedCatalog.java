package dev.wherry.apiserver.aggregation;

import dev.wherry.apiserver.discovery.ApiCatalog;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Our own groups, then those of other servers by their priority. A version whose server does not
 * answer stays, marked stale, with what it offered last.
 */
final class MergedCatalog implements ApiCatalog {
  /** Above the generations that definitions can reach in the life of a process. */
  private static final int SHIFT = 40;

  private final ApiCatalog own;
  private final RemoteApis remote;

  MergedCatalog(ApiCatalog own, RemoteApis remote) {
    this.own = own;
    this.remote = remote;
  }

  @Override
  public long generation() {
    return own.generation() + (remote.generation() << SHIFT);
  }

  @Override
  public List<ServedGroup> groups() {
    List<ApiService> services = remote.all();
    if (services.isEmpty()) {
      return own.groups();
    }
    Map<String, List<ServedVersion>> versions = new LinkedHashMap<>();
    own.groups().forEach(group -> versions.put(group.name(), new ArrayList<>(group.versions())));
    for (ApiService service : services) {
      Optional<Offer> offer = remote.offer(service);
      List<ServedVersion> group =
          versions.computeIfAbsent(service.group(), name -> new ArrayList<>());
      group.removeIf(version -> version.version().equals(service.version()));
      group.add(
          new ServedVersion(
              service.version(),
              offer.map(Offer::resources).orElse(List.of()),
              !service.available() || offer.isEmpty()));
    }
    List<ServedGroup> groups = new ArrayList<>();
    versions.forEach((name, all) -> groups.add(new ServedGroup(name, all)));
    return groups;
  }
}
