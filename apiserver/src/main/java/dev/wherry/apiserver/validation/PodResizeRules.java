package dev.wherry.apiserver.validation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.wherry.apiserver.view.PodQos;
import java.util.List;

/** What a resize may change of a pod (kubernetes core validation: ValidatePodResize, KEP-1287). */
final class PodResizeRules {
  private static final List<String> RESIZABLE = List.of("cpu", "memory");
  private static final String MIRROR = "kubernetes.io/config.mirror";

  private PodResizeRules() {}

  static void check(Field pod, Field old) {
    if (pod.at("metadata", "annotations").node().has(MIRROR)) {
      pod.child("metadata").forbidden("static pods cannot be resized");
      return;
    }
    if (!supported(old)) {
      pod.child("metadata").forbidden("Pod running on node without support for resize");
      return;
    }
    Field spec = pod.child("spec");
    Field before = old.child("spec");
    boolean same = containers(spec.child("containers"), before.child("containers"));
    same &= inits(spec.child("initContainers"), before.child("initContainers"));
    if (!same) {
      return;
    }
    String qos = PodQos.of(spec.node());
    if (!qos.equals(PodQos.of(before.node()))) {
      spec.errors()
          .invalid(
              spec.path(),
              TextNode.valueOf(qos),
              "Pod QOS Class may not change as a result of resizing");
    }
    if (!spec.node().equals(sizedAs(spec.node(), before.node()))) {
      spec.forbidden("only cpu and memory resources are mutable");
    }
  }

  /** Nodes that can resize tell what running containers have (upstream's version skew rule). */
  private static boolean supported(Field old) {
    for (Field status : old.at("status", "containerStatuses").items()) {
      if (status.at("state", "running").present()) {
        return status.child("resources").present();
      }
    }
    return true;
  }

  private static boolean containers(Field now, Field before) {
    if (!sameNames(now, before)) {
      return false;
    }
    for (int i = 0; i < now.items().size(); i++) {
      sizes(now.items().get(i).child("resources"), before.items().get(i).child("resources"));
    }
    return true;
  }

  private static boolean inits(Field now, Field before) {
    if (!sameNames(now, before)) {
      return false;
    }
    for (int i = 0; i < now.items().size(); i++) {
      Field container = now.items().get(i);
      Field resources = container.child("resources");
      Field had = before.items().get(i).child("resources");
      if (container.child("restartPolicy").is("Always")) {
        sizes(resources, had);
      } else if (!resources.node().equals(had.node())) {
        resources.forbidden("resources for non-sidecar init containers are immutable");
      }
    }
    return true;
  }

  private static boolean sameNames(Field now, Field before) {
    List<Field> wanted = now.items();
    List<Field> had = before.items();
    if (wanted.size() != had.size()) {
      now.forbidden("containers may not be added or removed on resize");
      return false;
    }
    boolean same = true;
    for (int i = 0; i < wanted.size(); i++) {
      Field name = wanted.get(i).child("name");
      if (!had.get(i).child("name").is(name.text())) {
        name.forbidden("containers may not be renamed or reordered on resize");
        same = false;
      }
    }
    return same;
  }

  private static void sizes(Field now, Field before) {
    kept(now.child("limits"), before.child("limits"), "resource limits cannot be removed");
    kept(now.child("requests"), before.child("requests"), "resource requests cannot be removed");
  }

  private static void kept(Field now, Field before, String detail) {
    for (String name : RESIZABLE) {
      if (before.child(name).present() && !now.child(name).present()) {
        now.forbidden(detail);
        return;
      }
    }
  }

  /** The old spec with the sizes of the new one. */
  private static ObjectNode sizedAs(JsonNode now, JsonNode before) {
    ObjectNode copy = before.deepCopy();
    for (String list : List.of("containers", "initContainers")) {
      for (int i = 0; i < copy.path(list).size(); i++) {
        ObjectNode container = (ObjectNode) copy.path(list).get(i);
        JsonNode resources = now.path(list).get(i).path("resources");
        for (String side : List.of("limits", "requests")) {
          for (String name : RESIZABLE) {
            if (resources.path(side).has(name)) {
              container.withObject("/resources/" + side).set(name, resources.path(side).get(name));
            }
          }
        }
      }
    }
    return copy;
  }
}
