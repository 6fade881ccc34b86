package dev.wherry.apiserver.table;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Tables of RBAC, certificates, scheduling, coordination, admission, flow control and devices. */
final class PolicyTables {
  private PolicyTables() {}

  static KindTable bindings() {
    return KindTable.builder()
        .name()
        .text(
            "Role",
            "The role that is granted.",
            o -> Fields.text(o, "roleRef", "kind") + "/" + Fields.text(o, "roleRef", "name"))
        .age()
        .wide("Users", "Users it is granted to.", o -> subjects(o, "User"))
        .wide("Groups", "Groups it is granted to.", o -> subjects(o, "Group"))
        .wide(
            "ServiceAccounts",
            "Service accounts it is granted to.",
            o -> subjects(o, "ServiceAccount"))
        .build();
  }

  private static String subjects(JsonNode binding, String kind) {
    List<String> names = new ArrayList<>();
    for (JsonNode subject : binding.path("subjects")) {
      if (Fields.text(subject, "kind").equals(kind)) {
        String namespace = Fields.text(subject, "namespace");
        String name = Fields.text(subject, "name");
        boolean qualified = kind.equals("ServiceAccount") && !namespace.isEmpty();
        names.add(qualified ? namespace + "/" + name : name);
      }
    }
    return String.join(", ", names);
  }

  static KindTable certificateSigningRequests() {
    return KindTable.builder()
        .name()
        .age()
        .text("SignerName", "Who is asked to sign.", o -> Fields.text(o, "spec", "signerName"))
        .text("Requestor", "Who asks.", o -> Fields.text(o, "spec", "username"))
        .text("RequestedDuration", "For how long.", PolicyTables::requestedDuration)
        .text("Condition", "How far it is.", PolicyTables::csrStatus)
        .build();
  }

  private static String requestedDuration(JsonNode csr) {
    JsonNode seconds = Fields.get(csr, "spec", "expirationSeconds");
    return seconds.isNumber() ? TimeCells.human(Duration.ofSeconds(seconds.asLong())) : Fields.NONE;
  }

  private static String csrStatus(JsonNode csr) {
    String status = "Pending";
    if (Fields.condition(csr, "Denied").isObject()) {
      status = "Denied";
    } else if (Fields.condition(csr, "Approved").isObject()) {
      status = "Approved";
    }
    if (Fields.condition(csr, "Failed").isObject()) {
      status += ",Failed";
    }
    return Fields.text(csr, "status", "certificate").isEmpty() ? status : status + ",Issued";
  }

  static KindTable priorityClasses() {
    return KindTable.builder()
        .name()
        .number("Value", "Priority of its pods.", o -> Fields.number(o, "value"))
        .flag(
            "Global-Default",
            "boolean",
            "Whether pods without a class get it.",
            o -> o.path("globalDefault").asBoolean())
        .age()
        .text(
            "PreemptionPolicy",
            "Whether its pods evict others.",
            o -> Fields.textOr("PreemptLowerPriority", o, "preemptionPolicy"))
        .build();
  }

  static KindTable runtimeClasses() {
    return KindTable.builder()
        .name()
        .text("Handler", "The CRI handler.", o -> Fields.text(o, "handler"))
        .age()
        .build();
  }

  static KindTable leases() {
    return KindTable.builder()
        .name()
        .text("Holder", "Who holds it.", o -> Fields.text(o, "spec", "holderIdentity"))
        .age()
        .build();
  }

  static KindTable webhookConfigurations() {
    return KindTable.builder()
        .name()
        .number("Webhooks", "Number of webhooks.", o -> o.path("webhooks").size())
        .age()
        .build();
  }

  static KindTable validatingPolicies() {
    return policies("Validations", "validations");
  }

  static KindTable mutatingPolicies() {
    return policies("Mutations", "mutations");
  }

  private static KindTable policies(String column, String field) {
    return KindTable.builder()
        .name()
        .number(column, "Number of expressions.", o -> Fields.get(o, "spec", field).size())
        .text("ParamKind", "Kind of its parameters.", PolicyTables::paramKind)
        .age()
        .build();
  }

  private static String paramKind(JsonNode policy) {
    JsonNode kind = Fields.get(policy, "spec", "paramKind");
    return kind.isObject()
        ? Fields.text(kind, "apiVersion") + "/" + Fields.text(kind, "kind")
        : Fields.UNSET;
  }

  static KindTable policyBindings() {
    return KindTable.builder()
        .name()
        .text("PolicyName", "The policy.", o -> Fields.text(o, "spec", "policyName"))
        .text("ParamRef", "Its parameters.", PolicyTables::paramRef)
        .age()
        .build();
  }

  private static String paramRef(JsonNode binding) {
    JsonNode ref = Fields.get(binding, "spec", "paramRef");
    if (!ref.isObject()) {
      return Fields.UNSET;
    }
    String namespace = Fields.textOr("*", ref, "namespace");
    return Fields.textOr(namespace + "/" + Fields.selector(ref.path("selector")), ref, "name");
  }

  static KindTable flowSchemas() {
    return KindTable.builder()
        .name()
        .text(
            "PriorityLevel",
            "Where its requests go.",
            o -> Fields.text(o, "spec", "priorityLevelConfiguration", "name"))
        .number(
            "MatchingPrecedence",
            "Lower comes first.",
            o -> Fields.number(o, "spec", "matchingPrecedence"))
        .text(
            "DistinguisherMethod",
            "What makes a flow.",
            o -> Fields.textOr(Fields.NONE, o, "spec", "distinguisherMethod", "type"))
        .age()
        .text(
            "MissingPL",
            "Whether its priority level is absent.",
            o -> Fields.textOr("?", Fields.condition(o, "Dangling"), "status"))
        .build();
  }

  static KindTable priorityLevels() {
    return KindTable.builder()
        .name()
        .text("Type", "Limited or exempt.", o -> Fields.text(o, "spec", "type"))
        .text("NominalConcurrencyShares", "Its share of seats.", PolicyTables::shares)
        .text("Queues", "Number of queues.", o -> queuing(o, "queues"))
        .text("HandSize", "Queues per flow.", o -> queuing(o, "handSize"))
        .text("QueueLengthLimit", "Requests per queue.", o -> queuing(o, "queueLengthLimit"))
        .age()
        .build();
  }

  private static String shares(JsonNode level) {
    String limited = Fields.text(level, "spec", "limited", "nominalConcurrencyShares");
    return limited.isEmpty()
        ? Fields.textOr(Fields.NONE, level, "spec", "exempt", "nominalConcurrencyShares")
        : limited;
  }

  private static String queuing(JsonNode level, String field) {
    return Fields.textOr(Fields.NONE, level, "spec", "limited", "limitResponse", "queuing", field);
  }

  static KindTable resourceClaims() {
    return KindTable.builder()
        .name()
        .text("State", "How far it is.", PolicyTables::claimState)
        .age()
        .build();
  }

  private static String claimState(JsonNode claim) {
    List<String> states = new ArrayList<>();
    if (Fields.deleting(claim)) {
      states.add("deleted");
    }
    if (!Fields.present(claim, "status", "allocation")) {
      if (states.isEmpty()) {
        states.add("pending");
      }
    } else {
      states.add("allocated");
      states.add(Fields.get(claim, "status", "reservedFor").isEmpty() ? "" : "reserved");
    }
    return String.join(",", states.stream().filter(s -> !s.isEmpty()).toList());
  }

  static KindTable resourceSlices() {
    return KindTable.builder()
        .name()
        .text(
            "Node",
            "The node that has the devices.",
            o -> Fields.textOr(Fields.UNSET, o, "spec", "nodeName"))
        .text("Driver", "The driver.", o -> Fields.text(o, "spec", "driver"))
        .text("Pool", "The pool.", o -> Fields.text(o, "spec", "pool", "name"))
        .age()
        .build();
  }

  static KindTable apiServices() {
    return KindTable.builder()
        .name()
        .text("Service", "Who serves it.", PolicyTables::apiBackend)
        .text("Available", "Whether it answers.", PolicyTables::apiAvailable)
        .age()
        .build();
  }

  private static String apiBackend(JsonNode apiService) {
    JsonNode service = Fields.get(apiService, "spec", "service");
    return service.isObject()
        ? Fields.text(service, "namespace") + "/" + Fields.text(service, "name")
        : "Local";
  }

  private static String apiAvailable(JsonNode apiService) {
    JsonNode condition = Fields.condition(apiService, "Available");
    String status = Fields.textOr("Unknown", condition, "status");
    return status.equals("True") ? status : status + " (" + Fields.text(condition, "reason") + ")";
  }
}
