package dev.wherry.model.defaults;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;

/** Network, storage, access, admission, flow control, resource claims and extensions. */
final class PolicyDefaults {
  private static final String RBAC = "rbac.authorization.k8s.io";
  private static final int WEBHOOK_SECONDS = 10;
  private static final int HTTPS_PORT = 443;

  private PolicyDefaults() {}

  static void networkPolicy(ObjectNode policy) {
    ObjectNode spec = Fill.child(policy, "spec");
    for (String direction : List.of("ingress", "egress")) {
      for (ObjectNode rule : Fill.each(spec, direction)) {
        Fill.each(rule, "ports").forEach(port -> Fill.optionalText(port, "protocol", "TCP"));
      }
    }
    if (spec.path("policyTypes").isEmpty()) {
      ArrayNode types = spec.putArray("policyTypes").add("Ingress");
      if (!spec.path("egress").isEmpty()) {
        types.add("Egress");
      }
    }
  }

  static void ingressClass(ObjectNode ingressClass) {
    ObjectNode spec = Fill.peek(ingressClass, "spec");
    if (Fill.has(spec, "parameters")) {
      Fill.optionalText(Fill.peek(spec, "parameters"), "scope", "Cluster");
    }
  }

  static void endpointSlice(ObjectNode slice) {
    for (ObjectNode port : Fill.each(slice, "ports")) {
      if (!port.has("name")) {
        port.put("name", "");
      }
      Fill.optionalText(port, "protocol", "TCP");
    }
  }

  static void binding(ObjectNode binding) {
    Fill.text(Fill.child(binding, "roleRef"), "apiGroup", RBAC);
    for (ObjectNode subject : Fill.each(binding, "subjects")) {
      String kind = subject.path("kind").asText();
      if (kind.equals("User") || kind.equals("Group")) {
        Fill.text(subject, "apiGroup", RBAC);
      }
    }
  }

  static void storageClass(ObjectNode storageClass) {
    Fill.text(storageClass, "reclaimPolicy", "Delete");
    Fill.optionalText(storageClass, "volumeBindingMode", "Immediate");
  }

  static void csiDriver(ObjectNode driver) {
    ObjectNode spec = Fill.child(driver, "spec");
    Fill.flag(spec, "attachRequired", true);
    Fill.flag(spec, "podInfoOnMount", false);
    Fill.flag(spec, "storageCapacity", false);
    Fill.optionalText(spec, "fsGroupPolicy", "ReadWriteOnceWithFSType");
    if (spec.path("volumeLifecycleModes").isEmpty()) {
      spec.putArray("volumeLifecycleModes").add("Persistent");
    }
    Fill.flag(spec, "requiresRepublish", false);
    Fill.flag(spec, "seLinuxMount", false);
  }

  static void webhooks(ObjectNode configuration) {
    boolean mutating = configuration.path("kind").asText().startsWith("Mutating");
    for (ObjectNode hook : Fill.each(configuration, "webhooks")) {
      Fill.optionalText(hook, "failurePolicy", "Fail");
      Fill.number(hook, "timeoutSeconds", WEBHOOK_SECONDS);
      if (mutating) {
        Fill.optionalText(hook, "reinvocationPolicy", "Never");
      }
      matching(hook, "rules");
      servicePort(Fill.peek(hook, "clientConfig"));
    }
  }

  private static void matching(ObjectNode match, String... ruleLists) {
    Fill.optionalText(match, "matchPolicy", "Equivalent");
    Fill.child(match, "namespaceSelector");
    Fill.child(match, "objectSelector");
    for (String list : ruleLists) {
      Fill.each(match, list).forEach(rule -> Fill.optionalText(rule, "scope", "*"));
    }
  }

  private static void servicePort(ObjectNode clientConfig) {
    if (Fill.has(clientConfig, "service")) {
      Fill.number(Fill.peek(clientConfig, "service"), "port", HTTPS_PORT);
    }
  }

  static void admissionPolicy(ObjectNode policy) {
    ObjectNode spec = Fill.child(policy, "spec");
    Fill.optionalText(spec, "failurePolicy", "Fail");
    if (Fill.has(spec, "matchConstraints")) {
      matching(Fill.peek(spec, "matchConstraints"), "resourceRules", "excludeResourceRules");
    }
  }

  static void admissionPolicyBinding(ObjectNode binding) {
    ObjectNode spec = Fill.child(binding, "spec");
    if (Fill.has(spec, "matchResources")) {
      matching(Fill.peek(spec, "matchResources"), "resourceRules", "excludeResourceRules");
    }
  }

  static void customResourceDefinition(ObjectNode definition) {
    ObjectNode spec = Fill.child(definition, "spec");
    if (Fill.has(spec, "names")) {
      ObjectNode names = Fill.peek(spec, "names");
      String kind = names.path("kind").asText();
      Fill.text(names, "singular", kind.toLowerCase(Locale.ROOT));
      if (!kind.isEmpty()) {
        Fill.text(names, "listKind", kind + "List");
      }
    }
    ObjectNode conversion = Fill.child(spec, "conversion");
    Fill.text(conversion, "strategy", "None");
    servicePort(Fill.peek(Fill.peek(conversion, "webhook"), "clientConfig"));
  }

  static void apiService(ObjectNode service) {
    servicePort(Fill.peek(service, "spec"));
  }

  static void flowSchema(ObjectNode schema) {
    Fill.numberOrZero(Fill.child(schema, "spec"), "matchingPrecedence", 1000);
  }

  static void priorityLevel(ObjectNode level) {
    ObjectNode spec = Fill.child(level, "spec");
    String type = spec.path("type").asText();
    if (type.equals("Exempt")) {
      ObjectNode exempt = Fill.child(spec, "exempt");
      Fill.number(exempt, "nominalConcurrencyShares", 0);
      Fill.number(exempt, "lendablePercent", 0);
    } else if (Fill.has(spec, "limited")) {
      ObjectNode limited = Fill.peek(spec, "limited");
      Fill.number(limited, "nominalConcurrencyShares", 30);
      Fill.number(limited, "lendablePercent", 0);
      ObjectNode response = Fill.peek(limited, "limitResponse");
      if (Fill.has(response, "queuing")) {
        ObjectNode queuing = Fill.peek(response, "queuing");
        Fill.numberOrZero(queuing, "queues", 64);
        Fill.numberOrZero(queuing, "handSize", 8);
        Fill.numberOrZero(queuing, "queueLengthLimit", 50);
      }
    }
  }

  static void resourceClaim(ObjectNode claim) {
    deviceRequests(Fill.peek(claim, "spec"));
  }

  static void resourceClaimTemplate(ObjectNode template) {
    deviceRequests(Fill.peek(Fill.peek(template, "spec"), "spec"));
  }

  private static void deviceRequests(ObjectNode spec) {
    for (ObjectNode request : Fill.each(Fill.peek(spec, "devices"), "requests")) {
      if (Fill.has(request, "exactly")) {
        deviceRequest(Fill.peek(request, "exactly"));
      }
      Fill.each(request, "firstAvailable").forEach(PolicyDefaults::deviceRequest);
    }
  }

  private static void deviceRequest(ObjectNode request) {
    Fill.text(request, "allocationMode", "ExactCount");
    if (request.path("allocationMode").asText().equals("ExactCount")) {
      Fill.numberOrZero(request, "count", 1);
    }
    Fill.each(request, "tolerations").forEach(t -> Fill.text(t, "operator", "Equal"));
  }
}
