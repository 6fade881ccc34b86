package dev.wherry.apiserver.admission.podsecurity;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.admission.AdmissionPlugin;
import dev.wherry.apiserver.admission.AdmissionRequest;
import dev.wherry.apiserver.admission.AdmissionRequest.Operation;
import dev.wherry.apiserver.admission.podsecurity.Check.Finding;
import dev.wherry.apiserver.view.ObjectView;
import dev.wherry.apiserver.view.Refusals;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.apiserver.view.Trees;
import dev.wherry.model.status.ApiException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Holds pods and their templates against the standards that their namespace asks for. */
public final class PodSecurity implements AdmissionPlugin {
  private static final String PREFIX = "pod-security.kubernetes.io/";

  /** Subresources of pods that change no pod. */
  private static final Set<String> IGNORED =
      Set.of("exec", "attach", "binding", "eviction", "log", "portforward", "proxy", "status");

  /** Where controllers keep the template of their pods. */
  private static final Map<Resource, List<String>> TEMPLATES =
      Map.of(
          new Resource("", "podtemplates"), List.of("template"),
          new Resource("", "replicationcontrollers"), List.of("spec", "template"),
          new Resource("apps", "replicasets"), List.of("spec", "template"),
          new Resource("apps", "deployments"), List.of("spec", "template"),
          new Resource("apps", "statefulsets"), List.of("spec", "template"),
          new Resource("apps", "daemonsets"), List.of("spec", "template"),
          new Resource("batch", "jobs"), List.of("spec", "template"),
          new Resource("batch", "cronjobs"), List.of("spec", "jobTemplate", "spec", "template"));

  private final ObjectView view;
  private final NamespaceLabels namespaces;

  public PodSecurity(ObjectView view) {
    this.view = view;
    this.namespaces = new NamespaceLabels(view);
  }

  @Override
  public String name() {
    return "PodSecurity";
  }

  @Override
  public void validate(AdmissionRequest request) {
    boolean writes =
        request.operation() == Operation.CREATE || request.operation() == Operation.UPDATE;
    if (!writes || request.object().isEmpty()) {
      return;
    }
    Resource resource = request.resource();
    ObjectNode object = request.object().get();
    if (resource.equals(Resource.NAMESPACES)) {
      if (request.subresource().isEmpty()) {
        namespaces.check(request, object);
      }
    } else if (resource.equals(Resource.PODS)) {
      if (!IGNORED.contains(request.subresource()) && isSignificant(request, object)) {
        evaluate(request, Pod.of(object), true);
      }
    } else if (request.subresource().isEmpty() && TEMPLATES.containsKey(resource)) {
      JsonNode template =
          Trees.at(object, TEMPLATES.getOrDefault(resource, List.of()).toArray(String[]::new));
      if (template.isObject()) {
        evaluate(request, Pod.of(template), false);
      }
    }
  }

  /** Of what can change in a pod, images and new containers count. */
  private static boolean isSignificant(AdmissionRequest request, ObjectNode pod) {
    return request.operation() == Operation.CREATE
        || request.oldObject().isEmpty()
        || !images(pod).equals(images(request.oldObject().get()));
  }

  private static List<String> images(JsonNode pod) {
    return Pod.of(pod).containers().stream()
        .map(c -> Trees.text(c, "name") + "=" + Trees.text(c, "image"))
        .toList();
  }

  private void evaluate(AdmissionRequest request, Pod pod, boolean enforced) {
    Map<String, String> labels =
        view.get(Resource.NAMESPACES, "", request.namespace())
            .map(namespace -> Trees.textMap(namespace, "metadata", "labels"))
            .orElse(Map.of());
    NamespacePolicy policy = NamespacePolicy.of(labels);
    if (policy.allowsEverything()) {
      return;
    }
    Map<Standard, String> said = new HashMap<>();
    if (enforced) {
      request.notes().annotate(PREFIX + "enforce-policy", policy.enforce().toString());
      String why = violations(policy.enforce(), pod, said);
      if (!why.isEmpty()) {
        audit(request, policy, pod, said);
        throw forbidden(request, "violates PodSecurity \"" + policy.enforce() + "\": " + why);
      }
    }
    audit(request, policy, pod, said);
    String why = violations(policy.warn(), pod, said);
    if (!why.isEmpty()) {
      request.notes().warn("would violate PodSecurity \"" + policy.warn() + "\": " + why);
    }
  }

  private static void audit(
      AdmissionRequest request, NamespacePolicy policy, Pod pod, Map<Standard, String> said) {
    String why = violations(policy.audit(), pod, said);
    if (!why.isEmpty()) {
      request
          .notes()
          .annotate(
              PREFIX + "audit-violations",
              "would violate PodSecurity \"" + policy.audit() + "\": " + why);
    }
  }

  private static ApiException forbidden(AdmissionRequest request, String why) {
    return Refusals.forbidden(request.resource(), request.name(), why);
  }

  private static String violations(Standard standard, Pod pod, Map<Standard, String> said) {
    return said.computeIfAbsent(
        standard,
        s ->
            Checks.findings(s, pod).stream()
                .map(Finding::toString)
                .collect(Collectors.joining(", ")));
  }

  /** Reasons without details, as they are told of pods that are there already. */
  static Optional<String> reasons(Standard standard, Pod pod) {
    List<Finding> findings = Checks.findings(standard, pod);
    return findings.isEmpty()
        ? Optional.empty()
        : Optional.of(findings.stream().map(Finding::reason).collect(Collectors.joining(", ")));
  }
}
