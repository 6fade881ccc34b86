package dev.wherry.controllers.servicecidr;

import dev.wherry.controllers.Finalizers;
import dev.wherry.controllers.KeyDriven;
import dev.wherry.controllers.KeyedController;
import dev.wherry.controllers.Parts;
import dev.wherry.controllers.PlanController;
import dev.wherry.machinery.informer.Change;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.loop.Action;
import dev.wherry.machinery.loop.Plan;
import dev.wherry.model.meta.v1.Condition;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.model.networking.v1.IPAddress;
import dev.wherry.model.networking.v1.ServiceCIDR;
import dev.wherry.model.networking.v1.ServiceCIDRStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Says that a ServiceCIDR is ready, and lets a deleted one go when no Service's address is in it
 * alone (kube-controller-manager service-cidr-controller).
 */
public final class ServiceCidrs implements KeyDriven {
  static final String FINALIZER = "networking.k8s.io/service-cidr-finalizer";

  private static final String READY = "Ready";
  private static final int WORKERS = 1;

  /** So that a Service which was just given an address of it is seen before it goes. */
  private static final Duration GRACE = Duration.ofSeconds(10);

  private final PlanController<String> loop;
  private final Informer<ServiceCIDR> ranges;

  public ServiceCidrs(Parts parts) {
    ranges = parts.informers().of(ServiceCIDR.KIND);
    Informer<IPAddress> addresses = parts.informers().of(IPAddress.KIND);
    loop =
        new PlanController<>(
            "service-cidr",
            WORKERS,
            parts,
            (name, now) ->
                ranges
                    .get("", name)
                    .map(range ->
                        decide(
                            range,
                            new RangeUse(
                                ranges.list(), isGoing(range) ? addresses.list() : List.of()),
                            now))
                    .orElse(Plan.NOTHING));
    ranges.onChange(this::seen);
    addresses.onChange(change -> {
      if (!(change instanceof Change.Updated)) {
        RangeUse.containing(change.latest(), ranges.list()).stream()
            .filter(ServiceCidrs::isGoing)
            .forEach(range -> loop.add(range.metadata().name()));
      }
    });
  }

  /** Another range may need this one no more, or be needed now that this one is gone. */
  private void seen(Change<ServiceCIDR> change) {
    loop.add(change.latest().metadata().name());
    RangeUse.overlapping(change.latest(), ranges.list()).forEach(loop::add);
  }

  private static boolean isGoing(ServiceCIDR range) {
    return range.metadata().deletionTimestamp() != null;
  }

  static Plan decide(ServiceCIDR range, RangeUse use, Instant now) {
    Instant deleted = range.metadata().deletionTimestamp();
    if (deleted != null) {
      return going(range, use, now, deleted);
    }
    if (!Finalizers.has(range.metadata(), FINALIZER)) {
      return marked(range, Finalizers.with(range.metadata(), FINALIZER));
    }
    return said(range, "True", "", "Kubernetes Service CIDR is ready", now);
  }

  private static Plan going(ServiceCIDR range, RangeUse use, Instant now, Instant deleted) {
    if (!Finalizers.has(range.metadata(), FINALIZER)) {
      return Plan.NOTHING;
    }
    if (!use.mayGo(range)) {
      return said(
          range,
          "False",
          "Terminating",
          "There are still IPAddresses referencing the ServiceCIDR, please remove them or create a"
              + " new ServiceCIDR",
          now);
    }
    Duration left = GRACE.minus(Duration.between(deleted, now));
    return left.isPositive()
        ? Plan.after(left)
        : marked(range, Finalizers.without(range.metadata(), FINALIZER));
  }

  private static Plan marked(ServiceCIDR range, ObjectMeta meta) {
    return Plan.of(new Action.Update<>(ServiceCIDR.KIND, range.toBuilder().metadata(meta).build()));
  }

  private static Plan said(
      ServiceCIDR range, String status, String reason, String message, Instant now) {
    List<Condition> conditions = new ArrayList<>(range.status().conditions());
    @Nullable Condition before = null;
    for (Condition condition : conditions) {
      before = condition.type().equals(READY) ? condition : before;
    }
    if (before != null
        && before.status().equals(status)
        && before.reason().equals(reason)
        && before.message().equals(message)) {
      return Plan.NOTHING;
    }
    conditions.removeIf(condition -> condition.type().equals(READY));
    conditions.add(
        Condition.builder()
            .type(READY)
            .status(status)
            .reason(reason)
            .message(message)
            .lastTransitionTime(now)
            .build());
    return Plan.of(
        new Action.UpdateStatus<>(
            ServiceCIDR.KIND,
            range.toBuilder()
                .status(ServiceCIDRStatus.builder().conditions(conditions).build())
                .build()));
  }

  @Override
  public KeyedController<String> keys() {
    return loop.keys();
  }
}
