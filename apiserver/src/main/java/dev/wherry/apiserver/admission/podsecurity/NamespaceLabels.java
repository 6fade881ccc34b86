package dev.wherry.apiserver.admission.podsecurity;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.admission.AdmissionRequest;
import dev.wherry.apiserver.view.ObjectView;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.apiserver.view.Trees;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.status.ApiException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;

/** The labels of a namespace: what they may be, and which pods a new one would not let in. */
final class NamespaceLabels {
  private static final int PODS_MAX = 3_000;
  private static final KindInfo NAMESPACE =
      new KindInfo("", "v1", "Namespace", "namespaces", false);

  private final ObjectView view;

  NamespaceLabels(ObjectView view) {
    this.view = view;
  }

  /**
   * @throws ApiException 422 for labels that mean nothing, unless they were there before
   */
  void check(AdmissionRequest request, ObjectNode namespace) {
    NamespacePolicy now = policy(namespace);
    if (request.oldObject().isEmpty()) {
      refuse(now, Trees.name(namespace));
      return;
    }
    NamespacePolicy before = policy(request.oldObject().get());
    if (!now.mistakes().equals(before.mistakes())) {
      refuse(now, Trees.name(namespace));
    }
    Standard wanted = now.enforce();
    Standard old = before.enforce();
    boolean relaxed = wanted.minor() == old.minor() && wanted.level().compareTo(old.level()) <= 0;
    if (!wanted.equals(old) && !wanted.isPrivileged() && !relaxed) {
      warnings(Trees.name(namespace), wanted).forEach(request.notes()::warn);
    }
  }

  private static NamespacePolicy policy(ObjectNode namespace) {
    return NamespacePolicy.of(Trees.textMap(namespace, "metadata", "labels"));
  }

  private static void refuse(NamespacePolicy policy, String name) {
    if (!policy.mistakes().isEmpty()) {
      throw ApiException.invalid(NAMESPACE, name, policy.mistakes());
    }
  }

  private List<String> warnings(String namespace, Standard standard) {
    List<ObjectNode> pods = view.list(Resource.PODS, namespace);
    TreeMap<String, List<String>> names = new TreeMap<>();
    int checked = Math.min(pods.size(), PODS_MAX);
    for (ObjectNode pod : pods.subList(0, checked)) {
      PodSecurity.reasons(standard, Pod.of(pod))
          .ifPresent(
              why -> names.computeIfAbsent(why, w -> new ArrayList<>()).add(Trees.name(pod)));
    }
    List<String> warnings = new ArrayList<>();
    if (checked < pods.size()) {
      warnings.add(
          "new PodSecurity enforce level only checked against the first %d of %d existing pods"
              .formatted(checked, pods.size()));
    }
    if (!names.isEmpty()) {
      warnings.add(
          "existing pods in namespace \"%s\" violate the new PodSecurity enforce level \"%s\""
              .formatted(namespace, standard));
    }
    List<String> each = new ArrayList<>();
    names.forEach((why, of) -> each.add(first(of) + ": " + why));
    Collections.sort(each);
    warnings.addAll(each);
    return warnings;
  }

  private static String first(List<String> names) {
    String name = Collections.min(names);
    return switch (names.size()) {
      case 1 -> name;
      case 2 -> name + " (and 1 other pod)";
      default -> name + " (and " + (names.size() - 1) + " other pods)";
    };
  }
}
