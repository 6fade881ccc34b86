package dev.wherry.network.ingress.kinds;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.model.kind.KubeObject;
import dev.wherry.model.networking.v1.Ingress;
import dev.wherry.network.trees.TreeObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a translation finds beside routes. Filled by one thread. */
public final class Findings {
  private final Set<ObjectKey> secrets = new LinkedHashSet<>();
  private final Set<ObjectKey> authorities = new LinkedHashSet<>();
  private final Set<Problem> problems = new LinkedHashSet<>();
  private final List<Ingress> ingresses = new ArrayList<>();
  private final List<GatewayService> services = new ArrayList<>();
  private final Map<TreeObject, ObjectNode> statuses = new LinkedHashMap<>();

  /** Something that its owner should hear of as an event. */
  public record Problem(KubeObject regarding, String reason, String message) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Problem o
          && ObjectKey.of(regarding).equals(ObjectKey.of(o.regarding))
          && regarding.metadata().uid().equals(o.regarding.metadata().uid())
          && reason.equals(o.reason)
          && message.equals(o.message);
    }

    @Override
    public int hashCode() {
      return message.hashCode();
    }
  }

  void secret(ObjectKey key) {
    secrets.add(key);
  }

  void authorities(ObjectKey key) {
    authorities.add(key);
  }

  void problem(KubeObject regarding, String reason, String message) {
    problems.add(new Problem(regarding, reason, message));
  }

  void ours(Ingress ingress) {
    ingresses.add(ingress);
  }

  void service(GatewayService service) {
    services.add(service);
  }

  void status(TreeObject object, ObjectNode status) {
    statuses.put(object, status);
  }

  /** Secrets that certificates are to be read from. */
  public Set<ObjectKey> secrets() {
    return secrets;
  }

  /** ConfigMaps that say which certificates of backends are to be trusted. */
  public Set<ObjectKey> authorities() {
    return authorities;
  }

  public Set<Problem> problems() {
    return problems;
  }

  /** What asks for the Gateways' own addresses, where they are to have some. */
  public List<GatewayService> services() {
    return services;
  }

  /** The Ingresses that are served. */
  public List<Ingress> ingresses() {
    return ingresses;
  }

  /** What the status of an object should say, without the times of its conditions. */
  public Map<TreeObject, ObjectNode> statuses() {
    return statuses;
  }
}
