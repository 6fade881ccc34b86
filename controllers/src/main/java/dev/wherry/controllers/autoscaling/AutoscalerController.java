package dev.wherry.controllers.autoscaling;

import static java.util.Objects.requireNonNullElse;

import dev.wherry.controllers.AutoscalerPace;
import dev.wherry.controllers.ControllersConfig;
import dev.wherry.controllers.KeyDriven;
import dev.wherry.controllers.KeyedController;
import dev.wherry.controllers.Parts;
import dev.wherry.controllers.autoscaling.Pace.Reason;
import dev.wherry.controllers.discovery.ApiResources;
import dev.wherry.machinery.event.EventType;
import dev.wherry.machinery.informer.Change;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.machinery.loop.Action;
import dev.wherry.machinery.loop.Outcome;
import dev.wherry.machinery.loop.Plan;
import dev.wherry.model.autoscaling.v2.CrossVersionObjectReference;
import dev.wherry.model.autoscaling.v2.HorizontalPodAutoscaler;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.kind.GroupVersion;
import dev.wherry.model.selector.Labels;
import dev.wherry.model.selector.SelectorException;
import dev.wherry.model.status.ApiException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * HorizontalPodAutoscalers (kube-controller-manager horizontal-pod-autoscaler). A new one is looked
 * at at once, then every fifteen seconds or as the administrator says; its own status does not wake
 * it.
 */
public final class AutoscalerController implements KeyDriven {
  private static final int WORKERS = 5;

  private final Parts parts;
  private final AutoscalerPace times;
  private final KeyedController<ObjectKey> keys;
  private final Informer<HorizontalPodAutoscaler> autoscalers;
  private final Informer<Pod> pods;
  private final ScaleTargets targets;
  private final MetricSources sources;
  // Of each key only the worker that has it writes its entry.
  private final Map<ObjectKey, Memory> memories = new ConcurrentHashMap<>();
  private final Map<ObjectKey, Labels> selectors = new ConcurrentHashMap<>();

  public AutoscalerController(Parts parts, ControllersConfig config) {
    this.parts = parts;
    this.times = config.choices().autoscalers();
    this.keys = new KeyedController<>("horizontal-pod-autoscaler", WORKERS, parts, this::reconcile);
    this.autoscalers = parts.informers().of(HorizontalPodAutoscaler.KIND).onChange(this::changed);
    this.pods = parts.informers().of(Pod.KIND);
    this.targets = new ScaleTargets(parts.client());
    this.sources = new MetricSources(parts.client());
  }

  private void changed(Change<HorizontalPodAutoscaler> change) {
    boolean statusOnly =
        change instanceof Change.Updated<HorizontalPodAutoscaler>(var before, var now)
            && before.spec().equals(now.spec());
    if (!statusOnly) {
      keys.add(ObjectKey.of(change.latest()));
    }
  }

  private Outcome reconcile(ObjectKey key) {
    Optional<HorizontalPodAutoscaler> found = autoscalers.get(key);
    if (found.isEmpty()) {
      memories.remove(key);
      selectors.remove(key);
      return Outcome.DONE;
    }
    HorizontalPodAutoscaler autoscaler = found.get();
    try {
      look(key, autoscaler);
    } catch (ApiException e) {
      report(autoscaler, EventType.WARNING, "FailedUpdateStatus", e.text());
    }
    return new Outcome.Again(times.period());
  }

  private void look(ObjectKey key, HorizontalPodAutoscaler autoscaler) {
    Instant now = parts.timer().instant();
    CrossVersionObjectReference reference =
        requireNonNullElse(
            autoscaler.spec().scaleTargetRef(), CrossVersionObjectReference.builder().build());
    ScaleTargets.Found target;
    try {
      target = targets.find(key.namespace(), reference);
    } catch (ApiException e) {
      report(autoscaler, EventType.WARNING, "FailedGetScale", e.text());
      String why = "the HPA controller was unable to get the target's current scale: " + e.text();
      write(
          autoscaler,
          AutoscalerStatus.of(autoscaler, now)
              .with("AbleToScale", false, new Reason("FailedGetScale", why)));
      return;
    }
    Memory memory = memories.getOrDefault(key, Memory.EMPTY);
    Scale scale = target.scale();
    Optional<Decision> decision =
        Decision.needsMetrics(autoscaler, scale)
            ? measured(key, autoscaler, scale, memory, now)
            : Optional.of(
                Decision.withoutMetrics(autoscaler, scale, memory, times.downStabilization(), now));
    decision.ifPresent(some -> carryOut(key, autoscaler, target, some, now));
  }

  /** Empty when the scale has no selector that could be used; the status says so. */
  private Optional<Decision> measured(
      ObjectKey key, HorizontalPodAutoscaler autoscaler, Scale scale, Memory memory, Instant now) {
    if (scale.selector().isEmpty()) {
      unselectable(
          autoscaler,
          scale,
          new Reason("InvalidSelector", "the HPA target's scale is missing a selector"),
          "SelectorRequired",
          "selector is required");
      return Optional.empty();
    }
    Labels selector;
    try {
      selector = Labels.parse(scale.selector());
    } catch (SelectorException e) {
      String why =
          "couldn't convert selector into a corresponding internal selector object: "
              + e.getMessage();
      unselectable(autoscaler, scale, new Reason("InvalidSelector", why), "InvalidSelector", why);
      return Optional.empty();
    }
    selectors.put(key, selector);
    List<Pod> own =
        pods.list(key.namespace()).stream()
            .filter(pod -> selector.matches(pod.metadata().labels()))
            .toList();
    TreeSet<String> rivals = rivals(key, own);
    if (rivals.size() > 1) {
      String why =
          "pods by selector "
              + scale.selector()
              + " are controlled by multiple HPAs: ["
              + String.join(" ", rivals)
              + "]";
      unselectable(
          autoscaler, scale, new Reason("AmbiguousSelector", why), "AmbiguousSelector", why);
      return Optional.empty();
    }
    ReplicaCount count =
        new ReplicaCount(
            own, scale.wanted(), Tolerance.of(autoscaler, times.tolerance()), times, now);
    Proposals proposals =
        new Proposals(sources, key.namespace(), selector, scale, count, this::plural);
    List<Proposal> all = new ArrayList<>();
    autoscaler.spec().metrics().forEach(metric -> all.add(proposals.of(metric)));
    return Optional.of(Decision.of(autoscaler, scale, all, memory, times.downStabilization(), now));
  }

  /** The autoscalers of the namespace whose pods some of these are. */
  private TreeSet<String> rivals(ObjectKey key, List<Pod> own) {
    TreeSet<String> rivals = new TreeSet<>();
    selectors.forEach((other, selector) -> {
      boolean same =
          other.namespace().equals(key.namespace())
              && own.stream().anyMatch(pod -> selector.matches(pod.metadata().labels()));
      if (same) {
        rivals.add("{" + other.name() + " " + other.namespace() + "}");
      }
    });
    return rivals;
  }

  private void unselectable(
      HorizontalPodAutoscaler autoscaler,
      Scale scale,
      Reason reason,
      String eventReason,
      String message) {
    report(autoscaler, EventType.WARNING, eventReason, message);
    report(autoscaler, EventType.WARNING, "FailedComputeMetricsReplicas", message);
    write(
        autoscaler,
        AutoscalerStatus.of(autoscaler, parts.timer().instant())
            .with(
                "AbleToScale",
                true,
                new Reason(
                    "SucceededGetScale",
                    "the HPA controller was able to get the target's current scale"))
            .with("ScalingActive", false, reason)
            .having(scale.wanted()));
  }

  private void carryOut(
      ObjectKey key,
      HorizontalPodAutoscaler autoscaler,
      ScaleTargets.Found target,
      Decision decision,
      Instant now) {
    for (Decision.Note note : decision.notes()) {
      report(autoscaler, note.type(), note.reason(), note.message());
    }
    AutoscalerStatus status = decision.status();
    if (decision.rescale().isPresent()) {
      int replicas = decision.rescale().get();
      String about = "New size: " + replicas + "; reason: " + decision.why();
      try {
        targets.write(target, replicas);
        report(autoscaler, EventType.NORMAL, "SuccessfulRescale", about);
      } catch (ApiException e) {
        report(autoscaler, EventType.WARNING, "FailedRescale", about + "; error: " + e.text());
        String why = "the HPA controller was unable to update the target scale: " + e.text();
        write(
            autoscaler,
            AutoscalerStatus.of(autoscaler, now)
                .with("AbleToScale", false, new Reason("FailedUpdateScale", why))
                .having(target.scale().wanted()));
        return;
      }
    }
    memories.put(key, decision.memory());
    write(autoscaler, status);
  }

  private void write(HorizontalPodAutoscaler autoscaler, AutoscalerStatus status) {
    if (!status.status().equals(autoscaler.status())) {
      parts
          .applier()
          .apply(
              Plan.of(
                  new Action.UpdateStatus<>(
                      HorizontalPodAutoscaler.KIND,
                      autoscaler.toBuilder().status(status.status()).build())));
    }
  }

  /** The resource of a kind in its group, as custom metrics are asked for. */
  private String plural(CrossVersionObjectReference object) {
    String group = GroupVersion.of(object.apiVersion()).group();
    return ApiResources.discover(parts.client()).resources().stream()
        .map(ApiResources.Resource::info)
        .filter(info -> info.group().equals(group) && info.kind().equals(object.kind()))
        .findFirst()
        .map(info -> info.resource())
        .orElse(object.kind().toLowerCase(java.util.Locale.ROOT) + "s");
  }

  private void report(
      HorizontalPodAutoscaler autoscaler, EventType type, String reason, String message) {
    parts.events().report(autoscaler, type, reason, message);
  }

  @Override
  public KeyedController<ObjectKey> keys() {
    return keys;
  }
}
