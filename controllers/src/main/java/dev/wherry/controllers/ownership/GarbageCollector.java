package dev.wherry.controllers.ownership;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.controllers.Controller;
import dev.wherry.controllers.Parts;
import dev.wherry.controllers.ownership.OwnerGraph.Item;
import dev.wherry.controllers.ownership.OwnerVerdict.OwnerState;
import dev.wherry.machinery.client.DeleteOptions;
import dev.wherry.machinery.client.MetadataObject;
import dev.wherry.machinery.client.PatchType;
import dev.wherry.machinery.event.EventType;
import dev.wherry.machinery.event.References;
import dev.wherry.machinery.loop.Outcome;
import dev.wherry.machinery.loop.ReconcilerLoop;
import dev.wherry.machinery.queue.WorkQueue;
import dev.wherry.model.core.v1.ConfigMap;
import dev.wherry.model.core.v1.ObjectReference;
import dev.wherry.model.json.Json;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.model.meta.v1.OwnerReference;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Deletes objects whose owners are gone and carries out foreground deletion and orphaning
 * (kube-controller-manager garbagecollector). The graph only says where to look; before anything is
 * deleted the server is asked for the object and for every owner it does not hold.
 */
public final class GarbageCollector implements Controller {
  private static final int WORKERS = 8;

  private final Parts parts;
  private final OwnerGraph graph = new OwnerGraph();
  private final WorkQueue<String> queue;
  private final KindWatches watches;
  private volatile Optional<ReconcilerLoop<String>> loop = Optional.empty();

  public GarbageCollector(Parts parts) {
    this.parts = parts;
    this.queue = parts.queue("garbage");
    this.watches =
        new KindWatches(
            parts,
            item -> graph.put(item).forEach(queue::add),
            uid -> graph.remove(uid).forEach(queue::add));
  }

  private Outcome look(String uid) {
    Optional<Item> known = graph.get(uid);
    if (known.isEmpty()) {
      return Outcome.DONE;
    }
    Optional<Item> present = read(known.get().kind(), known.get().meta());
    if (present.isEmpty()) {
      graph.remove(uid).forEach(queue::add);
      return Outcome.DONE;
    }
    Item item = present.get();
    if (item.orphansDependents()) {
      return orphan(item);
    }
    if (item.waitsForDependents()) {
      return awaitDependents(item);
    }
    return settle(item);
  }

  private Outcome settle(Item item) {
    List<OwnerState> states = new ArrayList<>();
    for (OwnerReference owner : item.meta().ownerReferences()) {
      if (isOfNamespaceOnly(item, owner)) {
        // Nothing of cluster scope can belong to an object in a namespace: it is left alone.
        return Outcome.DONE;
      }
      Optional<OwnerState> state = state(item, owner);
      if (state.isEmpty()) {
        return new Outcome.Retry("kind of owner " + owner.kind() + " is not known");
      }
      states.add(state.get());
    }
    boolean hasDependents = !graph.dependents(item.meta().uid()).isEmpty();
    switch (OwnerVerdict.of(item, states, hasDependents)) {
      case OwnerVerdict.Keep() -> {}
      case OwnerVerdict.DropReferences(List<OwnerReference> kept) -> patchOwners(item, kept);
      case OwnerVerdict.Delete(DeleteOptions.Propagation policy) -> {
        if (policy == DeleteOptions.Propagation.FOREGROUND
            && graph.dependents(item.meta().uid()).stream().anyMatch(Item::waitsForDependents)) {
          // Perhaps a circle of owners: whoever waits in it must not wait for this one.
          return unblock(item);
        }
        delete(item, policy);
      }
    }
    return Outcome.DONE;
  }

  private Optional<OwnerState> state(Item item, OwnerReference owner) {
    Optional<Item> known = graph.get(owner.uid());
    if (known.isPresent() && !known.get().isReachableFrom(item)) {
      reportForeignOwner(item, owner);
    } else if (known.isPresent() && known.get().isNamedBy(owner)) {
      boolean waits = known.get().waitsForDependents();
      return Optional.of(waits ? OwnerState.WAITING : OwnerState.SOLID);
    }
    Optional<KindInfo> kind = watches.kind(owner.apiVersion(), owner.kind());
    if (kind.isEmpty()) {
      return Optional.empty();
    }
    String namespace = kind.get().namespaced() ? item.meta().namespace() : "";
    ObjectMeta wanted =
        ObjectMeta.builder().namespace(namespace).name(owner.name()).uid(owner.uid()).build();
    return Optional.of(
        read(kind.get(), wanted)
            .map(found -> found.waitsForDependents() ? OwnerState.WAITING : OwnerState.SOLID)
            .orElse(OwnerState.ABSENT));
  }

  private boolean isOfNamespaceOnly(Item item, OwnerReference owner) {
    return item.meta().namespace().isEmpty()
        && watches.kind(owner.apiVersion(), owner.kind()).filter(KindInfo::namespaced).isPresent();
  }

  /**
   * The uid is that of an object in another namespace (upstream: reportInvalidNamespaceOwnerRef).
   */
  private void reportForeignOwner(Item item, OwnerReference owner) {
    ObjectReference dependent =
        References.to(item.kind(), item.meta().namespace(), item.meta().name(), item.meta().uid());
    String namespace = item.meta().namespace();
    parts
        .events()
        .report(
            dependent,
            EventType.WARNING,
            "OwnerRefInvalidNamespace",
            "ownerRef [%s/%s, namespace: %s, name: %s, uid: %s] does not exist in namespace \"%s\""
                .formatted(
                    owner.apiVersion(),
                    owner.kind(),
                    namespace,
                    owner.name(),
                    owner.uid(),
                    namespace));
  }

  /** The object as it is now, if it is still the same one. */
  private Optional<Item> read(KindInfo kind, ObjectMeta meta) {
    return parts
        .client()
        .find(watches.metadataKind(kind), meta.namespace(), meta.name())
        .map(MetadataObject::metadata)
        .filter(found -> found.uid().equals(meta.uid()))
        .map(found -> new Item(kind, found));
  }

  private Outcome awaitDependents(Item owner) {
    boolean blocked = false;
    for (Item dependent : graph.dependents(owner.meta().uid())) {
      if (dependent.blocks(owner.meta().uid())) {
        blocked = true;
      }
      if (!dependent.isDeleted()) {
        queue.add(dependent.meta().uid());
      }
    }
    if (!blocked) {
      dropFinalizer(owner, OwnerGraph.FOREGROUND);
    }
    return Outcome.DONE;
  }

  /** The owners no longer wait for the item; then it is deleted as it would have been. */
  private Outcome unblock(Item item) {
    List<OwnerReference> free = new ArrayList<>();
    boolean blocks = false;
    for (OwnerReference owner : item.meta().ownerReferences()) {
      blocks |= Boolean.TRUE.equals(owner.blockOwnerDeletion());
      free.add(owner.toBuilder().blockOwnerDeletion(false).build());
    }
    if (blocks) {
      patchOwners(item, free);
    }
    Optional<Item> present = read(item.kind(), item.meta());
    present.ifPresent(now -> delete(now, DeleteOptions.Propagation.FOREGROUND));
    return Outcome.DONE;
  }

  private Outcome orphan(Item owner) {
    for (Item dependent : graph.dependents(owner.meta().uid())) {
      Optional<Item> present = read(dependent.kind(), dependent.meta());
      if (present.isPresent()) {
        List<OwnerReference> kept =
            present.get().meta().ownerReferences().stream()
                .filter(r -> !r.uid().equals(owner.meta().uid()))
                .toList();
        if (kept.size() < present.get().meta().ownerReferences().size()) {
          patchOwners(present.get(), kept);
        }
      }
    }
    dropFinalizer(owner, OwnerGraph.ORPHAN);
    return Outcome.DONE;
  }

  private void patchOwners(Item item, List<OwnerReference> kept) {
    ObjectNode patch = precondition(item);
    ObjectMeta only = ObjectMeta.builder().ownerReferences(kept).build();
    ArrayNode none = Json.array();
    var list =
        ConfigMap.KIND
            .toJson(ConfigMap.builder().metadata(only).build())
            .at("/metadata/ownerReferences");
    patch.withObject("/metadata").set("ownerReferences", list.isArray() ? list : none);
    patch(item, patch);
  }

  private void dropFinalizer(Item item, String finalizer) {
    ObjectNode patch = precondition(item);
    ArrayNode kept = patch.withObject("/metadata").putArray("finalizers");
    item.meta().finalizers().stream().filter(f -> !f.equals(finalizer)).forEach(kept::add);
    patch(item, patch);
  }

  private static ObjectNode precondition(Item item) {
    ObjectNode patch = Json.object();
    patch
        .withObject("/metadata")
        .put("uid", item.meta().uid())
        .put("resourceVersion", item.meta().resourceVersion());
    return patch;
  }

  private void patch(Item item, ObjectNode patch) {
    unlessGone(() ->
        parts
            .client()
            .patch(
                watches.metadataKind(item.kind()),
                item.meta().namespace(),
                item.meta().name(),
                PatchType.MERGE,
                patch));
  }

  private void delete(Item item, DeleteOptions.Propagation policy) {
    DeleteOptions options =
        DeleteOptions.ofUid(item.meta().uid())
            .withResourceVersion(item.meta().resourceVersion())
            .with(policy);
    unlessGone(() ->
        parts
            .client()
            .delete(
                watches.metadataKind(item.kind()),
                item.meta().namespace(),
                item.meta().name(),
                options));
  }

  private static void unlessGone(Runnable call) {
    try {
      call.run();
    } catch (ApiException e) {
      if (e.reason() != Reason.NOT_FOUND) {
        throw e;
      }
    }
  }

  @Override
  public void start() {
    watches.start(
        () -> loop = Optional.of(ReconcilerLoop.start("garbage", queue, WORKERS, this::look)));
  }

  @Override
  public void close() {
    watches.close();
    queue.close();
    loop.ifPresent(ReconcilerLoop::close);
  }
}
