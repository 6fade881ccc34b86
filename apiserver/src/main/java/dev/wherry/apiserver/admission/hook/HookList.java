package dev.wherry.apiserver.admission.hook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.view.ObjectListener;
import dev.wherry.apiserver.view.ObjectView;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.apiserver.view.Trees;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** All webhooks of one sort in the order they are asked: by the names of their configurations. */
final class HookList implements ObjectListener {
  private static final String GROUP = "admissionregistration.k8s.io";
  static final Resource MUTATING = new Resource(GROUP, "mutatingwebhookconfigurations");
  static final Resource VALIDATING = new Resource(GROUP, "validatingwebhookconfigurations");

  // Only the view's thread touches this.
  private final TreeMap<String, List<Hook>> configurations = new TreeMap<>();
  private volatile List<Hook> hooks = List.of();

  /** Reads what there is and follows what comes. */
  void follow(ObjectView view, Resource resource) {
    view.subscribe(resource, this);
  }

  List<Hook> hooks() {
    return hooks;
  }

  @Override
  public void stored(ObjectNode object) {
    List<Hook> read = new ArrayList<>();
    for (JsonNode webhook : object.path("webhooks")) {
      read.add(new Hook(Trees.name(object), read.size(), webhook));
    }
    configurations.put(Trees.name(object), read);
    publish();
  }

  @Override
  public void removed(String namespace, String name) {
    configurations.remove(name);
    publish();
  }

  private void publish() {
    hooks = configurations.values().stream().flatMap(List::stream).toList();
  }
}
