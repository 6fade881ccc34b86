package dev.wherry.kubelet.dynamic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.wherry.kubelet.placement.StateFile;
import dev.wherry.model.json.Json;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Which claims drivers were told of, for which pods; on disk before a driver is told and until it
 * has taken the claim back. Safe for many threads.
 */
final class ClaimBook {
  /** Of what it writes. */
  private static final int VERSION = 1;

  private final StateFile file;
  private final SortedMap<String, PreparedClaim> claims = new TreeMap<>();

  ClaimBook(java.nio.file.Path path) {
    file = new StateFile(path, VERSION);
    file.read().ifPresent(this::restore);
  }

  private void restore(JsonNode state) {
    for (JsonNode tree : state) {
      PreparedClaim claim = PreparedClaim.of(tree);
      claims.put(claim.key(), claim);
    }
  }

  private void save() {
    ArrayNode all = Json.array();
    claims.values().forEach(claim -> all.add(claim.tree()));
    file.write(all);
  }

  synchronized Optional<PreparedClaim> find(String namespace, String name) {
    return Optional.ofNullable(claims.get(namespace + "/" + name));
  }

  /** Those of a pod. */
  synchronized List<PreparedClaim> of(String pod) {
    return claims.values().stream().filter(claim -> claim.pods().contains(pod)).toList();
  }

  synchronized List<PreparedClaim> all() {
    return List.copyOf(claims.values());
  }

  /**
   * Notes that a pod uses a claim.
   *
   * @throws DynamicResourcesException while an older claim of that name is not taken back
   */
  synchronized PreparedClaim use(PreparedClaim wanted, String pod)
      throws DynamicResourcesException {
    PreparedClaim known = claims.get(wanted.key());
    if (known != null && !known.uid().equals(wanted.uid())) {
      throw new DynamicResourcesException(
          "old ResourceClaim with same name %s and different UID %s still exists"
              .formatted(wanted.name(), known.uid()));
    }
    PreparedClaim now = known == null ? wanted : known.with(pod);
    if (!now.equals(known)) {
      claims.put(now.key(), now);
      save();
    }
    return now;
  }

  /** Notes what its drivers said; pods that came meanwhile stay. */
  synchronized void prepared(PreparedClaim claim) {
    claims.computeIfPresent(claim.key(), (_, now) -> now.prepared(claim.drivers()));
    save();
  }

  /** A pod uses it no longer; true when it was the last and the claim must be taken back first. */
  synchronized boolean isLast(PreparedClaim claim, String pod) {
    PreparedClaim now = claims.get(claim.key());
    if (now == null) {
      return false;
    }
    if (now.without(pod).pods().isEmpty()) {
      return true;
    }
    claims.put(now.key(), now.without(pod));
    save();
    return false;
  }

  /** It was taken back. */
  synchronized void forget(PreparedClaim claim) {
    claims.remove(claim.key());
    save();
  }
}
