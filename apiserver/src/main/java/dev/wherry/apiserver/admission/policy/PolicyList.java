package dev.wherry.apiserver.admission.policy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.view.ObjectListener;
import dev.wherry.apiserver.view.ObjectView;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.apiserver.view.Trees;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** The policies of one sort with their bindings, both in the order of their names. */
final class PolicyList {
  private static final String GROUP = "admissionregistration.k8s.io";

  private final boolean mutating;
  // Only the view's thread touches these.
  private final TreeMap<String, Policy> policies = new TreeMap<>();
  private final TreeMap<String, Binding> bindings = new TreeMap<>();
  private volatile List<Bound> bound = List.of();

  PolicyList(boolean mutating) {
    this.mutating = mutating;
  }

  /** A policy that somebody has bound. */
  record Bound(Policy policy, List<Binding> bindings) {}

  /** Reads what there is and follows what comes. */
  void follow(ObjectView view) {
    String sort = mutating ? "mutating" : "validating";
    view.subscribe(
        new Resource(GROUP, sort + "admissionpolicies"),
        new Listener() {
          @Override
          public void stored(ObjectNode object) {
            policies.put(Trees.name(object), new Policy(object, mutating));
            publish();
          }

          @Override
          void remove(String name) {
            policies.remove(name);
          }
        });
    view.subscribe(
        new Resource(GROUP, sort + "admissionpolicybindings"),
        new Listener() {
          @Override
          public void stored(ObjectNode object) {
            bindings.put(Trees.name(object), Binding.of(object));
            publish();
          }

          @Override
          void remove(String name) {
            bindings.remove(name);
          }
        });
  }

  private abstract class Listener implements ObjectListener {
    abstract void remove(String name);

    @Override
    public void removed(String namespace, String name) {
      remove(name);
      publish();
    }
  }

  List<Bound> bound() {
    return bound;
  }

  private void publish() {
    List<Bound> all = new ArrayList<>();
    for (Policy policy : policies.values()) {
      List<Binding> own =
          bindings.values().stream().filter(b -> b.policy().equals(policy.name())).toList();
      if (!own.isEmpty()) {
        all.add(new Bound(policy, own));
      }
    }
    bound = List.copyOf(all);
  }
}
