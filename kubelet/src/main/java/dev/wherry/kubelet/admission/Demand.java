package dev.wherry.kubelet.admission;

import dev.wherry.kubelet.pod.PodView;
import dev.wherry.kubelet.resource.Requirements;
import dev.wherry.model.Quantity;
import dev.wherry.model.core.v1.ContainerPort;
import dev.wherry.model.core.v1.ResourceRequirements;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What a pod holds of its node (rule: upstream's PodRequests: the sum of containers and sidecars,
 * or an init container beside the sidecars before it where that is more, plus overhead; requests of
 * the pod as a whole take the place of the sum).
 *
 * @param amounts by resource, CPU in thousandths, all others in their base unit
 * @param hostPorts as {@code protocol/address/port}
 */
public record Demand(Map<String, Long> amounts, Set<String> hostPorts) {
  static final String PODS = "pods";
  static final String CPU = "cpu";
  private static final String ANY_ADDRESS = "0.0.0.0";

  public Demand {
    amounts = Map.copyOf(amounts);
    hostPorts = Set.copyOf(hostPorts);
  }

  /** What a pod asks for. */
  public static Demand of(PodView pod) {
    Map<String, Long> sum = new HashMap<>();
    Map<String, Long> peak = new HashMap<>();
    Map<String, Long> sidecars = new HashMap<>();
    Set<String> ports = new HashSet<>();
    for (PodView.Named named : pod.inits()) {
      Map<String, Long> own = amounts(Requirements.of(named.container()).requests());
      if (named.role() == PodView.Role.SIDECAR) {
        add(sidecars, own);
        ports(named, ports);
      } else {
        Map<String, Long> meanwhile = new HashMap<>(own);
        add(meanwhile, sidecars);
        meanwhile.forEach((name, amount) -> peak.merge(name, amount, Math::max));
      }
    }
    for (PodView.Named named : pod.mains()) {
      add(sum, amounts(Requirements.of(named.container()).requests()));
      ports(named, ports);
    }
    add(sum, sidecars);
    peak.forEach((name, amount) -> sum.merge(name, amount, Math::max));
    ResourceRequirements whole = pod.spec().resources();
    if (whole != null) {
      sum.putAll(amounts(whole.requests()));
    }
    add(sum, amounts(pod.spec().overhead()));
    sum.put(PODS, 1L);
    return new Demand(sum, ports);
  }

  /** Of one resource; 0 where it asks for none. */
  public long amount(String resource) {
    return amounts.getOrDefault(resource, 0L);
  }

  /** A quantity in the unit of these amounts. */
  static long amount(String resource, Quantity quantity) {
    return resource.equals(CPU) ? quantity.milliValue() : quantity.value();
  }

  /** Whether both want the same port of an address that they share. */
  boolean collides(Demand other) {
    for (String mine : hostPorts) {
      for (String theirs : other.hostPorts) {
        if (samePort(mine.split("/"), theirs.split("/"))) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean samePort(String[] mine, String[] theirs) {
    boolean shared =
        mine[1].equals(theirs[1]) || mine[1].equals(ANY_ADDRESS) || theirs[1].equals(ANY_ADDRESS);
    return shared && mine[0].equals(theirs[0]) && mine[2].equals(theirs[2]);
  }

  private static void ports(PodView.Named named, Set<String> ports) {
    for (ContainerPort port : named.container().ports()) {
      Integer number = port.hostPort();
      if (number != null && number > 0) {
        String protocol = port.protocol().isEmpty() ? "TCP" : port.protocol();
        String address = port.hostIP().isEmpty() ? ANY_ADDRESS : port.hostIP();
        ports.add(protocol + "/" + address + "/" + number);
      }
    }
  }

  private static Map<String, Long> amounts(Map<String, Quantity> quantities) {
    Map<String, Long> amounts = new HashMap<>();
    quantities.forEach((name, quantity) -> amounts.put(name, amount(name, quantity)));
    return amounts;
  }

  private static void add(Map<String, Long> sum, Map<String, Long> more) {
    more.forEach((name, amount) -> sum.merge(name, amount, Long::sum));
  }
}
