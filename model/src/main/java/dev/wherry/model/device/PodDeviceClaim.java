package dev.wherry.model.device;

import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.PodResourceClaim;
import dev.wherry.model.core.v1.PodResourceClaimStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One of a pod's resource claims and how far it has come (resourceclaim.Name).
 *
 * @param name within the pod
 * @param claim name of the ResourceClaim, in the pod's namespace; "" while there is none
 * @param template name of the ResourceClaimTemplate it is made from; "" for a claim of its own life
 */
public record PodDeviceClaim(String name, String claim, String template, State state) {
  /** How far a claim has come. */
  public enum State {
    /** Its ResourceClaim is known by name. */
    NAMED,
    /** It is to be made from the template. */
    NOT_CREATED,
    /** It was found that the pod needs none. */
    NOT_NEEDED,
    /** It says neither a claim nor a template. */
    UNKNOWN
  }

  /** All of a pod, in the order of its spec. */
  public static List<PodDeviceClaim> of(Pod pod) {
    if (pod.spec().resourceClaims().isEmpty()) {
      return List.of();
    }
    List<PodDeviceClaim> claims = new ArrayList<>();
    for (PodResourceClaim one : pod.spec().resourceClaims()) {
      claims.add(of(pod, one));
    }
    return claims;
  }

  private static PodDeviceClaim of(Pod pod, PodResourceClaim one) {
    if (!one.resourceClaimName().isEmpty()) {
      return new PodDeviceClaim(one.name(), one.resourceClaimName(), "", State.NAMED);
    }
    String template = one.resourceClaimTemplateName();
    if (template.isEmpty()) {
      return new PodDeviceClaim(one.name(), "", "", State.UNKNOWN);
    }
    for (PodResourceClaimStatus status : pod.status().resourceClaimStatuses()) {
      if (status.name().equals(one.name())) {
        String claim = status.resourceClaimName();
        return new PodDeviceClaim(
            one.name(), claim, template, claim.isEmpty() ? State.NOT_NEEDED : State.NAMED);
      }
    }
    return new PodDeviceClaim(one.name(), "", template, State.NOT_CREATED);
  }

  /** Whether the claim is made for the pod and goes with it. */
  public boolean isGenerated() {
    return !template.isEmpty();
  }

  /**
   * Why no ResourceClaim is known for it.
   *
   * @param pod as {@code NAMESPACE/NAME}
   */
  public Optional<String> missing(String pod) {
    return switch (state) {
      case NAMED, NOT_NEEDED -> Optional.empty();
      case NOT_CREATED -> Optional.of("pod \"" + pod + "\": ResourceClaim not created yet");
      case UNKNOWN ->
          Optional.of(
              "pod \"%s\", spec.resourceClaim \"%s\": none of the supported fields are set"
                  .formatted(pod, name));
    };
  }
}
