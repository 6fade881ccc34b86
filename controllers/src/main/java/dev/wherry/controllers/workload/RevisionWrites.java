package dev.wherry.controllers.workload;

import dev.wherry.controllers.Parts;
import dev.wherry.controllers.PodIndex;
import dev.wherry.machinery.client.DeleteOptions;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.machinery.loop.Action;
import dev.wherry.machinery.loop.Plan;
import dev.wherry.model.apps.v1.ControllerRevision;
import dev.wherry.model.kind.Kind;
import dev.wherry.model.kind.KubeObject;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.model.selector.Labels;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads and keeps an owner's ControllerRevisions. */
public final class RevisionWrites {
  /** A revision's name belongs to another content: the owner has to count a collision. */
  public static final class CollisionException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CollisionException(String name) {
      super("another revision has the name " + name);
    }
  }

  private final Parts parts;
  private final Informer<ControllerRevision> revisions;

  /**
   * @param owners the kind of the owners
   * @param changed hears of owners whose revisions changed
   */
  public RevisionWrites(Parts parts, Kind<?> owners, Consumer<ObjectKey> changed) {
    this.parts = parts;
    this.revisions =
        parts
            .informers()
            .of(ControllerRevision.KIND)
            .index(PodIndex.CONTROLLER, PodIndex::controllerKey)
            .onChange(change -> {
              ObjectMeta meta = change.latest().metadata();
              Owners.controller(meta)
                  .filter(owner -> owner.kind().equals(owners.info().kind()))
                  .ifPresent(o -> changed.accept(new ObjectKey(meta.namespace(), o.name())));
            });
  }

  /** The owner's revisions; orphans that match are adopted. */
  public <O extends KubeObject> History history(Informer<O> owners, O owner, Labels selector) {
    List<ControllerRevision> all =
        new ArrayList<>(revisions.byIndex(PodIndex.CONTROLLER, owner.metadata().uid()));
    all.addAll(
        revisions.byIndex(PodIndex.CONTROLLER, PodIndex.orphans(owner.metadata().namespace())));
    return new History(
        Claims.of(owner, selector, all, r -> true).settle(parts.client(), owners, owner));
  }

  /**
   * The stored revision of the owner's template: one that is there, raised to the newest number, or
   * a new one.
   *
   * @param collisions counted so far: they are part of the name
   */
  public ControllerRevision provide(
      History history, KubeObject owner, @Nullable Integer collisions) {
    ControllerRevision wanted = history.ofTemplate(owner, collisions);
    Optional<ControllerRevision> present = history.like(wanted);
    if (present.isEmpty()) {
      return create(wanted);
    }
    if (history.revisions().getLast().equals(present.get())) {
      return present.get();
    }
    return parts
        .client()
        .update(
            ControllerRevision.KIND, present.get().toBuilder().revision(history.next()).build());
  }

  private ControllerRevision create(ControllerRevision wanted) {
    try {
      return parts.client().create(ControllerRevision.KIND, wanted);
    } catch (ApiException e) {
      if (e.reason() != Reason.ALREADY_EXISTS) {
        throw e;
      }
      ControllerRevision present =
          parts
              .client()
              .get(
                  ControllerRevision.KIND, wanted.metadata().namespace(), wanted.metadata().name());
      String owner = wanted.metadata().ownerReferences().getFirst().uid();
      boolean same =
          java.util.Objects.equals(present.data(), wanted.data())
              && Owners.isControlledBy(present, owner);
      if (same) {
        return present;
      }
      throw new CollisionException(wanted.metadata().name());
    }
  }

  /** Deletes what exceeds the owner's history. */
  public void truncate(History history, Collection<String> live, int limit) {
    List<Action> actions = new ArrayList<>();
    for (ControllerRevision old : history.surplus(live, limit)) {
      actions.add(
          new Action.Delete(
              ControllerRevision.KIND,
              old.metadata().namespace(),
              old.metadata().name(),
              DeleteOptions.ofUid(old.metadata().uid())));
    }
    parts.applier().apply(Plan.of(actions));
  }
}
