package dev.wherry.controllers.device;

import dev.wherry.controllers.workload.Owners;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.device.DeviceClaims;
import dev.wherry.model.device.PodDeviceClaim;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.model.resource.v1.ResourceClaim;
import dev.wherry.model.resource.v1.ResourceClaimTemplate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which claims a pod lacks (resourceclaim controller, handleClaim). */
final class GeneratedClaims {
  /** A generated name takes as much more (names.go). */
  private static final int NAME_BASE_MAX = 57;

  private GeneratedClaims() {}

  /** What is known when it is decided. */
  interface Known {
    /** A claim of the pod's namespace. */
    Optional<ResourceClaim> claim(String name);

    /** Names of claims that were made for the pod, by what the pod calls them. */
    Map<String, String> made();

    /** A template of the pod's namespace. */
    Optional<ResourceClaimTemplate> template(String name);
  }

  /**
   * What a pod lacks.
   *
   * @param found claims that its status does not name yet, by what the pod calls them
   * @param make claims to be made, by the same
   * @param refused why some cannot be made
   */
  record Lack(Map<String, String> found, Map<String, ResourceClaim> make, List<String> refused) {}

  static Lack of(Pod pod, Known known) {
    Map<String, String> found = new LinkedHashMap<>();
    Map<String, ResourceClaim> make = new LinkedHashMap<>();
    List<String> refused = new ArrayList<>();
    for (PodDeviceClaim one : PodDeviceClaim.of(pod)) {
      if (one.state() == PodDeviceClaim.State.UNKNOWN) {
        refused.add(
            "PodResourceClaim %s: checking for claim before creating it: %s"
                .formatted(one.name(), one.missing(named(pod)).orElse("")));
      }
      if (!isLacking(pod, one, known)) {
        continue;
      }
      String made = known.made().get(one.name());
      Optional<ResourceClaimTemplate> template = known.template(one.template());
      if (made != null) {
        found.put(one.name(), made);
      } else if (template.isPresent()) {
        make.put(one.name(), claim(pod, one.name(), template.get()));
      } else {
        refused.add(
            "PodResourceClaim %s: resource claim template \"%s\": resourceclaimtemplate.resource.k8s.io \"%s\" not found"
                .formatted(one.name(), one.template(), one.template()));
      }
    }
    return new Lack(found, make, refused);
  }

  /** One that its status names may have been deleted, or be another pod's of the same name. */
  private static boolean isLacking(Pod pod, PodDeviceClaim one, Known known) {
    return one.isGenerated()
        && switch (one.state()) {
          case NOT_CREATED -> true;
          case NAMED ->
              known
                  .claim(one.claim())
                  .filter(claim -> DeviceClaims.isOwned(pod.metadata().uid(), claim))
                  .isEmpty();
          case NOT_NEEDED, UNKNOWN -> false;
        };
  }

  private static String named(Pod pod) {
    return pod.metadata().namespace() + "/" + pod.metadata().name();
  }

  private static ResourceClaim claim(Pod pod, String name, ResourceClaimTemplate template) {
    ObjectMeta shape = template.spec().metadata();
    Map<String, String> notes = new LinkedHashMap<>(shape.annotations());
    notes.put(DeviceClaims.POD_CLAIM_NAME, name);
    ObjectMeta meta =
        ObjectMeta.builder()
            .namespace(pod.metadata().namespace())
            .generateName(nameBase(pod.metadata().name(), name))
            .labels(shape.labels())
            .annotations(notes)
            .ownerReferences(List.of(Owners.reference(pod)))
            .build();
    return ResourceClaim.builder().metadata(meta).spec(template.spec().spec()).build();
  }

  /** Of long names both are shortened, each by its share. */
  static String nameBase(String pod, String claim) {
    String base = pod + "-" + claim + "-";
    int length = base.length();
    return length <= NAME_BASE_MAX
        ? base
        : pod.substring(0, pod.length() * NAME_BASE_MAX / length)
            + "-"
            + claim.substring(0, claim.length() * NAME_BASE_MAX / length);
  }
}
