package dev.wherry.machinery.loop;

import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.event.EventRecorder;
import dev.wherry.model.kind.KubeObject;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.util.function.Consumer;

/** Carries plans out. Stateless; every worker may use it. */
public final class Applier {
  private final ApiClient client;
  private final EventRecorder events;

  public Applier(ApiClient client, EventRecorder events) {
    this.client = client;
    this.events = events;
  }

  /**
   * @throws ApiException when an action is refused; what has vanished meanwhile is no failure for
   *     actions that change or delete it
   */
  public Outcome apply(Plan plan) {
    return apply(plan, stored -> {});
  }

  /**
   * The same.
   *
   * @param stored hears of every object as the server stored it
   */
  public Outcome apply(Plan plan, Consumer<KubeObject> stored) {
    for (Action action : plan.actions()) {
      apply(action, stored);
    }
    return plan.again().isPositive() ? new Outcome.Again(plan.again()) : Outcome.DONE;
  }

  private void apply(Action action, Consumer<KubeObject> stored) {
    switch (action) {
      case Action.Create<?> create -> stored.accept(create(create));
      case Action.Update<?> update -> unlessGone(() -> stored.accept(update(update)));
      case Action.UpdateStatus<?> update -> unlessGone(() -> stored.accept(updateStatus(update)));
      case Action.Patch p ->
          unlessGone(() -> {
            String[] subresource =
                p.subresource().isEmpty() ? new String[0] : new String[] {p.subresource()};
            stored.accept(
                client.patch(p.kind(), p.namespace(), p.name(), p.type(), p.body(), subresource));
          });
      case Action.Delete d ->
          unlessGone(() -> client.delete(d.kind(), d.namespace(), d.name(), d.options()));
      case Action.Report report ->
          events.report(report.regarding(), report.type(), report.reason(), report.message());
    }
  }

  private <T extends KubeObject> KubeObject create(Action.Create<T> action) {
    return client.create(action.kind(), action.object());
  }

  private <T extends KubeObject> KubeObject update(Action.Update<T> action) {
    return client.update(action.kind(), action.object());
  }

  private <T extends KubeObject> KubeObject updateStatus(Action.UpdateStatus<T> action) {
    return client.updateStatus(action.kind(), action.object());
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
}
