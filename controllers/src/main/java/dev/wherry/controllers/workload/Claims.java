package dev.wherry.controllers.workload;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.client.PatchType;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.model.core.v1.ConfigMap;
import dev.wherry.model.json.Json;
import dev.wherry.model.kind.Kind;
import dev.wherry.model.kind.KubeObject;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.model.meta.v1.OwnerReference;
import dev.wherry.model.selector.Labels;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Which objects are an owner's: those that name it as their controller and match its selector;
 * orphans that match are adopted, own ones that no longer match are released
 * (controller_ref_manager).
 *
 * @param own the owner's already
 * @param adopt to be made the owner's
 * @param release to be given up
 */
public record Claims<T extends KubeObject>(List<T> own, List<T> adopt, List<T> release) {
  /** Decides. Pure. */
  public static <T extends KubeObject> Claims<T> of(
      KubeObject owner, Labels selector, List<T> objects, Predicate<T> mayAdopt) {
    List<T> own = new ArrayList<>();
    List<T> adopt = new ArrayList<>();
    List<T> release = new ArrayList<>();
    boolean going = owner.metadata().deletionTimestamp() != null;
    for (T object : objects) {
      Optional<OwnerReference> controller = Owners.controller(object.metadata());
      boolean matches = selector.matches(object.metadata().labels());
      if (controller.isPresent()) {
        if (controller.get().uid().equals(owner.metadata().uid())) {
          if (matches) {
            own.add(object);
          } else if (!going) {
            release.add(object);
          }
        }
      } else if (matches
          && !going
          && object.metadata().deletionTimestamp() == null
          && mayAdopt.test(object)) {
        adopt.add(object);
      }
    }
    return new Claims<>(own, adopt, release);
  }

  /**
   * Carries the decision out.
   *
   * @param owners where the owner is looked up anew before anything is adopted: its view may be old
   * @return the owner's objects
   */
  @SuppressWarnings("unchecked") // The object's own kind is its kind.
  public <O extends KubeObject> List<T> settle(ApiClient client, Informer<O> owners, O owner) {
    List<T> all = new ArrayList<>(own);
    if (!adopt.isEmpty() && isStillThere(client, owners, owner)) {
      for (T object : adopt) {
        List<OwnerReference> references = new ArrayList<>(object.metadata().ownerReferences());
        references.add(Owners.reference(owner));
        patch(client, (Kind<T>) object.kind(), object, references).ifPresent(all::add);
      }
    }
    for (T object : release) {
      List<OwnerReference> kept =
          object.metadata().ownerReferences().stream()
              .filter(r -> !r.uid().equals(owner.metadata().uid()))
              .toList();
      patch(client, (Kind<T>) object.kind(), object, kept);
    }
    return all;
  }

  private static <O extends KubeObject> boolean isStillThere(
      ApiClient client, Informer<O> owners, O owner) {
    ObjectMeta meta = owner.metadata();
    return owners
        .fresh(client, meta.namespace(), meta.name())
        .filter(now -> now.metadata().uid().equals(meta.uid()))
        .filter(now -> now.metadata().deletionTimestamp() == null)
        .isPresent();
  }

  private static <T extends KubeObject> Optional<T> patch(
      ApiClient client, Kind<T> kind, T object, List<OwnerReference> references) {
    ObjectMeta meta = object.metadata();
    ObjectNode patch = Json.object();
    ObjectNode metadata = patch.putObject("metadata");
    metadata.put("uid", meta.uid()).put("resourceVersion", meta.resourceVersion());
    metadata.set("ownerReferences", toJson(references));
    try {
      return Optional.of(client.patch(kind, meta.namespace(), meta.name(), PatchType.MERGE, patch));
    } catch (ApiException e) {
      if (e.reason() == Reason.NOT_FOUND || e.reason() == Reason.INVALID) {
        // Gone, or another controller was faster.
        return Optional.empty();
      }
      throw e;
    }
  }

  private static ArrayNode toJson(List<OwnerReference> references) {
    ObjectMeta only = ObjectMeta.builder().ownerReferences(references).build();
    ObjectNode tree = ConfigMap.KIND.toJson(ConfigMap.builder().metadata(only).build());
    return tree.at("/metadata/ownerReferences") instanceof ArrayNode list ? list : Json.array();
  }
}
