package dev.wherry.controllers.workload;

import dev.wherry.controllers.PodIndex;
import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.informer.Change;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.model.kind.Kind;
import dev.wherry.model.kind.KubeObject;
import dev.wherry.model.meta.v1.OwnerReference;
import dev.wherry.model.selector.Labels;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Objects and the owners that select them: which owners a change concerns, and which objects an
 * owner may count as its own.
 *
 * @param kind of the owners
 * @param objects indexed by {@link PodIndex#CONTROLLER}
 * @param selector an owner's
 */
public record Dependents<O extends KubeObject, T extends KubeObject>(
    Kind<O> kind, Informer<O> owners, Informer<T> objects, Function<O, Labels> selector) {

  /** The owners to look at after a change, the former one included. */
  public Set<ObjectKey> concerned(Change<T> change) {
    Set<ObjectKey> keys = new LinkedHashSet<>();
    former(change).ifPresent(before -> keys.addAll(ownersOf(before)));
    keys.addAll(ownersOf(change.latest()));
    return keys;
  }

  /** The object as it was, when it has changed hands. */
  public Optional<T> former(Change<T> change) {
    return change instanceof Change.Updated<T>(T before, T now)
            && !PodIndex.controllerKey(before).equals(PodIndex.controllerKey(now))
        ? Optional.of(before)
        : Optional.empty();
  }

  /** The owner that controls the object; those whose selector matches where nobody does. */
  public Set<ObjectKey> ownersOf(T object) {
    String namespace = object.metadata().namespace();
    Optional<OwnerReference> controller = Owners.controller(object.metadata());
    if (controller.isPresent()) {
      return controller.get().kind().equals(kind.info().kind())
          ? Set.of(new ObjectKey(namespace, controller.get().name()))
          : Set.of();
    }
    Set<ObjectKey> keys = new LinkedHashSet<>();
    for (O owner : owners.list(namespace)) {
      if (selector.apply(owner).matches(object.metadata().labels())) {
        keys.add(ObjectKey.of(owner));
      }
    }
    return keys;
  }

  /** What the owner controls and what nobody does, as the view shows it. */
  public List<T> candidates(O owner) {
    List<T> all = new ArrayList<>(objects.byIndex(PodIndex.CONTROLLER, owner.metadata().uid()));
    all.addAll(
        objects.byIndex(PodIndex.CONTROLLER, PodIndex.orphans(owner.metadata().namespace())));
    return all;
  }

  /** Adopts and releases; the owner's objects. */
  public List<T> claim(ApiClient client, O owner) {
    return claim(client, owner, candidates(owner), object -> true);
  }

  /**
   * Adopts and releases among some candidates.
   *
   * @return the owner's objects
   */
  public List<T> claim(ApiClient client, O owner, List<T> candidates, Predicate<T> mayAdopt) {
    return Claims.of(owner, selector.apply(owner), candidates, mayAdopt)
        .settle(client, owners, owner);
  }
}
