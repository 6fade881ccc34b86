package dev.wherry.controllers.balancer;

import dev.wherry.machinery.event.EventType;
import dev.wherry.machinery.event.References;
import dev.wherry.machinery.loop.Action;
import dev.wherry.model.core.v1.LoadBalancerIngress;
import dev.wherry.model.core.v1.LoadBalancerStatus;
import dev.wherry.model.core.v1.Service;
import dev.wherry.model.core.v1.ServiceStatus;
import dev.wherry.model.meta.v1.Condition;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What a Service says of its balancer: addresses, or a condition with the reason for none. */
record BalancerStatus(Instant now) {
  /** The API's name for it. */
  static final String PORTS_ERROR = "LoadBalancerPortsError";

  /** Ours: the API names none. */
  static final String ADDRESS_ERROR = "wherry.dev/LoadBalancerAddressError";

  private static final Set<String> OURS = Set.of(PORTS_ERROR, ADDRESS_ERROR);

  /**
   * Why a Service has no address.
   *
   * @param type of the condition; "" where nothing is wrong
   */
  record Problem(String type, String reason, String message) {
    static Problem ofPorts(String message) {
      return new Problem(PORTS_ERROR, "PortTaken", message);
    }

    static Problem ofAddress(String reason, String message) {
      return new Problem(ADDRESS_ERROR, reason, message);
    }

    private boolean isSaidBy(Condition condition) {
      return condition.type().equals(type) && condition.message().equals(message);
    }
  }

  static final Problem FINE = new Problem("", "", "");

  static List<LoadBalancerIngress> present(Service service) {
    var balancer = service.status().loadBalancer();
    return balancer == null ? List.of() : balancer.ingress();
  }

  private static Optional<Condition> error(Service service) {
    return service.status().conditions().stream()
        .filter(condition -> OURS.contains(condition.type()))
        .findFirst();
  }

  /** Whether a Service says nothing of a balancer. */
  static boolean isBlank(Service service) {
    return present(service).isEmpty() && error(service).isEmpty();
  }

  /** The writes that make a Service say so; none where it does. */
  List<Action> write(Service service, List<LoadBalancerIngress> wanted, Problem problem) {
    Optional<Condition> before = error(service);
    boolean fine = problem.equals(FINE);
    boolean said = fine ? before.isEmpty() : before.filter(problem::isSaidBy).isPresent();
    if (said && present(service).equals(wanted)) {
      return List.of();
    }
    List<Condition> conditions =
        new ArrayList<>(
            service.status().conditions().stream()
                .filter(condition -> !OURS.contains(condition.type()))
                .toList());
    if (!fine) {
      conditions.add(before.filter(_ -> said).orElseGet(() -> condition(service, problem)));
    }
    ServiceStatus status =
        service.status().toBuilder()
            .loadBalancer(LoadBalancerStatus.builder().ingress(wanted).build())
            .conditions(conditions)
            .build();
    List<Action> actions = new ArrayList<>();
    actions.add(
        new Action.UpdateStatus<>(Service.KIND, service.toBuilder().status(status).build()));
    if (!fine) {
      actions.add(report(service, EventType.WARNING, "SyncLoadBalancerFailed", problem.message()));
    } else if (!wanted.isEmpty()) {
      actions.add(report(service, EventType.NORMAL, "EnsuredLoadBalancer", addresses(wanted)));
    }
    return actions;
  }

  private static String addresses(List<LoadBalancerIngress> wanted) {
    return "Ensured load balancer at "
        + wanted.stream().map(LoadBalancerIngress::ip).collect(Collectors.joining(", "));
  }

  private static Action report(Service service, EventType type, String reason, String message) {
    return new Action.Report(References.to(service), type, reason, message);
  }

  private Condition condition(Service service, Problem problem) {
    return Condition.builder()
        .type(problem.type())
        .status("True")
        .reason(problem.reason())
        .message(problem.message())
        .observedGeneration(service.metadata().generation())
        .lastTransitionTime(now)
        .build();
  }
}
