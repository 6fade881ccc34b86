package dev.wherry.apiserver.bootstrap;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.authz.PolicyRule;
import dev.wherry.apiserver.view.Trees;
import dev.wherry.model.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The default roles and bindings as objects, read from {@code policy.txt} beside this class. Its
 * head explains the notation.
 */
public final class DefaultPolicy {
  private static final String RBAC = "rbac.authorization.k8s.io";
  private static final String AUTOUPDATE = "rbac.authorization.kubernetes.io/autoupdate";
  private static final String CONTROLLER = "system:controller:";
  private static final List<String> READ = List.of("get", "list", "watch");
  private static final List<String> WRITE =
      List.of("create", "delete", "deletecollection", "patch", "update");

  private final List<ObjectNode> objects = new ArrayList<>();

  private DefaultPolicy() {}

  /** Every default object, roles before the bindings that name them. */
  public static List<ObjectNode> objects() {
    return List.copyOf(load().objects);
  }

  private static DefaultPolicy load() {
    DefaultPolicy policy = new DefaultPolicy();
    try (InputStream in = DefaultPolicy.class.getResourceAsStream("policy.txt")) {
      if (in == null) {
        throw new IllegalStateException("policy.txt is missing from the program");
      }
      String text = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
      text.lines().filter(line -> !line.isBlank() && line.charAt(0) != '#').forEach(policy::read);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    policy.addControllerBindings();
    policy.fillAggregatedRoles();
    return policy;
  }

  /** The rules of {@code system:node}, which the Node authoriser applies to all kubelets. */
  public static List<PolicyRule> nodeRules() {
    DefaultPolicy policy = load();
    return PolicyRule.listOf(policy.named("system:node").path("rules"));
  }

  private void read(String line) {
    if (line.charAt(0) != ' ') {
      objects.add(head(line.split(" ", -1)));
      return;
    }
    ObjectNode object = objects.getLast();
    String[] words = line.strip().split(" ", -1);
    if (Trees.text(object, "kind").endsWith("Binding")) {
      readBindingLine(object, words);
    } else if (words[0].equals("aggregate")) {
      String[] label = words[1].split("=", 2);
      Trees.list(Trees.object(object, "aggregationRule"), "clusterRoleSelectors")
          .addObject()
          .putObject("matchLabels")
          .put(label[0], label[1]);
    } else {
      Trees.list(object, "rules").add(rule(words));
    }
  }

  private static ObjectNode head(String[] words) {
    ObjectNode object = object(words[0], words[1]);
    for (int i = 2; i < words.length; i++) {
      Trees.object(Trees.object(object, "metadata"), "labels").put(words[i].substring(1), "true");
    }
    if (words[0].endsWith("Role")) {
      object.putArray("rules");
    }
    return object;
  }

  private static ObjectNode object(String kind, String path) {
    int slash = kind.startsWith("Cluster") ? -1 : path.indexOf('/');
    ObjectNode object = Json.object();
    object.put("apiVersion", RBAC + "/v1").put("kind", kind);
    ObjectNode metadata = object.putObject("metadata");
    metadata.put("name", path.substring(slash + 1));
    if (slash > 0) {
      metadata.put("namespace", path.substring(0, slash));
    }
    metadata.putObject("labels").put("kubernetes.io/bootstrapping", "rbac-defaults");
    metadata.putObject("annotations").put(AUTOUPDATE, "true");
    return object;
  }

  private static ObjectNode rule(String[] words) {
    int colon = List.of(words).indexOf(":");
    ObjectNode rule = Json.object();
    addVerbs(rule.putArray("verbs"), words[colon + 1]);
    if (words[0].equals("url")) {
      addAll(rule.putArray("nonResourceURLs"), words[1]);
      return rule;
    }
    ArrayNode groups = rule.putArray("apiGroups");
    for (String group : words[0].split(",", -1)) {
      groups.add(group.equals("core") ? "" : group);
    }
    addAll(rule.putArray("resources"), words[1]);
    if (colon == 3) {
      addAll(rule.putArray("resourceNames"), words[2].substring(1, words[2].length() - 1));
    }
    return rule;
  }

  private static void addVerbs(ArrayNode verbs, String list) {
    for (String verb : list.split(",", -1)) {
      switch (verb) {
        case "read" -> READ.forEach(verbs::add);
        case "write" -> WRITE.forEach(verbs::add);
        default -> verbs.add(verb);
      }
    }
  }

  private static void addAll(ArrayNode target, String list) {
    for (String item : list.split(",", -1)) {
      target.add(item);
    }
  }

  private static void readBindingLine(ObjectNode binding, String[] words) {
    if (words[0].equals("role")) {
      setRole(binding, words[1], words[2]);
    } else {
      addSubject(binding, words[0], words[1]);
    }
  }

  private static void setRole(ObjectNode binding, String kind, String name) {
    binding.putObject("roleRef").put("apiGroup", RBAC).put("kind", kind).put("name", name);
  }

  private static void addSubject(ObjectNode binding, String kind, String path) {
    ObjectNode subject = Trees.list(binding, "subjects").addObject();
    subject.put("kind", kind);
    if (kind.equals("ServiceAccount")) {
      String[] parts = path.split("/", 2);
      subject.put("name", parts[1]).put("namespace", parts[0]);
    } else {
      subject.put("apiGroup", RBAC).put("name", path);
    }
  }

  private void addControllerBindings() {
    for (ObjectNode role : List.copyOf(objects)) {
      String name = Trees.name(role);
      if (Trees.text(role, "kind").equals("ClusterRole") && name.startsWith(CONTROLLER)) {
        ObjectNode binding = object("ClusterRoleBinding", name);
        setRole(binding, "ClusterRole", name);
        addSubject(binding, "ServiceAccount", "kube-system/" + name.substring(CONTROLLER.length()));
        objects.add(binding);
      }
    }
  }

  /** Gives aggregated roles their first rules, so that they work before their controller runs. */
  private void fillAggregatedRoles() {
    for (String name : List.of("view", "edit", "admin")) {
      ObjectNode target = named(name);
      ArrayNode rules = Trees.list(target, "rules");
      for (JsonNode selector : Trees.at(target, "aggregationRule", "clusterRoleSelectors")) {
        Map<String, String> wanted = Trees.textMap(selector, "matchLabels");
        for (ObjectNode role : objects) {
          if (hasLabels(role, wanted)) {
            role.path("rules").forEach(rules::add);
          }
        }
      }
    }
  }

  private static boolean hasLabels(ObjectNode role, Map<String, String> wanted) {
    return Trees.textMap(role, "metadata", "labels").entrySet().containsAll(wanted.entrySet());
  }

  private ObjectNode named(String clusterRole) {
    for (ObjectNode object : objects) {
      if (Trees.name(object).equals(clusterRole)
          && Trees.text(object, "kind").equals("ClusterRole")) {
        return object;
      }
    }
    throw new IllegalStateException("policy.txt has no cluster role " + clusterRole);
  }
}
