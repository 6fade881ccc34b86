package dev.wherry.controllers.device;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.controllers.KeyDriven;
import dev.wherry.controllers.KeyedController;
import dev.wherry.controllers.Parts;
import dev.wherry.controllers.workload.PodFacts;
import dev.wherry.machinery.client.PatchType;
import dev.wherry.machinery.event.EventType;
import dev.wherry.machinery.event.References;
import dev.wherry.machinery.informer.Change;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.machinery.loop.Outcome;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.device.DeviceClaims;
import dev.wherry.model.device.PodDeviceClaim;
import dev.wherry.model.json.Json;
import dev.wherry.model.resource.v1.ResourceClaim;
import dev.wherry.model.resource.v1.ResourceClaimTemplate;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Makes pods' claims of devices from their templates, and tells the pods their names. */
public final class PodClaims implements KeyDriven {
  private static final int WORKERS = 4;

  private final Parts parts;
  private final Informer<Pod> pods;
  private final Informer<ResourceClaim> claims;
  private final Informer<ResourceClaimTemplate> templates;
  private final KeyedController<ObjectKey> keys;

  /**
   * Claims made that the view may not show yet, by the pod's uid: a second attempt must not make
   * another. Gone with the pod.
   */
  private final Map<String, Map<String, String>> made = new ConcurrentHashMap<>();

  public PodClaims(Parts parts) {
    this.parts = parts;
    keys = new KeyedController<>("pod-device-claims", WORKERS, parts, this::reconcile);
    pods = DeviceIndex.pods(parts.informers()).onChange(this::podSeen);
    claims = DeviceIndex.claims(parts.informers()).onChange(this::claimSeen);
    templates = parts.informers().of(ResourceClaimTemplate.KIND).onChange(this::templateSeen);
  }

  private void podSeen(Change<Pod> change) {
    Pod pod = change.latest();
    if (change instanceof Change.Removed<Pod>) {
      made.remove(pod.metadata().uid());
    } else if (!pod.spec().resourceClaims().isEmpty() && !PodFacts.isDeleted(pod)) {
      keys.add(ObjectKey.of(pod));
    }
  }

  private void claimSeen(Change<ResourceClaim> change) {
    add(DeviceIndex.CLAIM, ObjectKey.of(change.latest()));
  }

  private void templateSeen(Change<ResourceClaimTemplate> change) {
    if (change instanceof Change.Added<ResourceClaimTemplate>) {
      add(DeviceIndex.TEMPLATE, ObjectKey.of(change.latest()));
    }
  }

  private void add(String index, ObjectKey key) {
    pods.byIndex(index, key.toString()).forEach(pod -> keys.add(ObjectKey.of(pod)));
  }

  private Outcome reconcile(ObjectKey key) {
    Optional<Pod> found = pods.get(key);
    if (found.isEmpty() || PodFacts.isDeleted(found.get())) {
      return Outcome.DONE;
    }
    Pod pod = found.get();
    GeneratedClaims.Lack lack = GeneratedClaims.of(pod, known(pod));
    Map<String, String> names = new LinkedHashMap<>(lack.found());
    lack.make().forEach((name, claim) -> names.put(name, make(pod, name, claim)));
    if (!names.isEmpty()) {
      tell(pod, names);
    }
    for (String why : lack.refused()) {
      parts
          .events()
          .report(References.to(pod), EventType.WARNING, "FailedResourceClaimCreation", why);
    }
    if (!pod.spec().nodeName().isEmpty()) {
      PodDeviceClaim.of(pod).forEach(one -> reserve(pod, one));
    }
    return lack.refused().isEmpty()
        ? Outcome.DONE
        : new Outcome.Retry(String.join("; ", lack.refused()));
  }

  private String make(Pod pod, String name, ResourceClaim claim) {
    String created = parts.client().create(ResourceClaim.KIND, claim).metadata().name();
    made.computeIfAbsent(pod.metadata().uid(), uid -> new ConcurrentHashMap<>()).put(name, created);
    return created;
  }

  private void tell(Pod pod, Map<String, String> names) {
    ObjectNode patch = Json.object();
    patch.putObject("metadata").put("uid", pod.metadata().uid());
    ArrayNode statuses = patch.putObject("status").putArray("resourceClaimStatuses");
    names.forEach(
        (name, claim) -> statuses.addObject().put("name", name).put("resourceClaimName", claim));
    parts
        .client()
        .patch(
            Pod.KIND,
            pod.metadata().namespace(),
            pod.metadata().name(),
            PatchType.STRATEGIC_MERGE,
            patch,
            "status");
  }

  /** A pod that came to its node past the scheduler uses what its claims have. */
  private void reserve(Pod pod, PodDeviceClaim one) {
    String uid = pod.metadata().uid();
    claims
        .get(pod.metadata().namespace(), one.claim())
        .filter(claim -> !one.isGenerated() || DeviceClaims.isOwned(uid, claim))
        .filter(claim -> DeviceClaims.takesMore(claim) && !DeviceClaims.isReservedFor(uid, claim))
        .filter(claim -> !DeviceIndex.isDone(pod))
        .ifPresent(claim ->
            parts
                .client()
                .updateStatus(
                    ResourceClaim.KIND, DeviceClaims.reserved(claim, pod.metadata().name(), uid)));
  }

  private GeneratedClaims.Known known(Pod pod) {
    String namespace = pod.metadata().namespace();
    return new GeneratedClaims.Known() {
      @Override
      public Optional<ResourceClaim> claim(String name) {
        return there(namespace, name);
      }

      @Override
      public Map<String, String> made() {
        String uid = pod.metadata().uid();
        Map<String, String> all = new LinkedHashMap<>();
        made.getOrDefault(uid, Map.of())
            .forEach((name, claim) -> {
              if (!isNamed(pod, name, claim) || there(namespace, claim).isPresent()) {
                all.put(name, claim);
              }
            });
        for (ResourceClaim claim : claims.byIndex(DeviceIndex.POD, uid)) {
          String name = claim.metadata().annotations().get(DeviceClaims.POD_CLAIM_NAME);
          if (name != null && claim.metadata().deletionTimestamp() == null) {
            all.putIfAbsent(name, claim.metadata().name());
          }
        }
        return all;
      }

      @Override
      public Optional<ResourceClaimTemplate> template(String name) {
        return templates.get(namespace, name);
      }
    };
  }

  /** A claim that the view does not show may be newer than the pod that names it. */
  private Optional<ResourceClaim> there(String namespace, String name) {
    return claims.get(namespace, name).or(() -> claims.fresh(parts.client(), namespace, name));
  }

  private static boolean isNamed(Pod pod, String name, String claim) {
    return PodDeviceClaim.of(pod).stream()
        .anyMatch(one -> one.name().equals(name) && one.claim().equals(claim));
  }

  @Override
  public KeyedController<ObjectKey> keys() {
    return keys;
  }
}
