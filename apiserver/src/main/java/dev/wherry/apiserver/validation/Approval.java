package dev.wherry.apiserver.validation;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/**
 * Whether a definition in a group of the Kubernetes community is an approved API, by its annotation
 * {@code api-approved.kubernetes.io}: a link to the approval, or a text that starts with {@code
 * unapproved} (KEP-1111).
 *
 * @param state which of them
 * @param message the same for people, as upstream words it
 */
public record Approval(State state, String message) {
  /** The annotation. */
  public static final String ANNOTATION = "api-approved.kubernetes.io";

  private static final String SEE = ", see https://github.com/kubernetes/enhancements/pull/1111";

  /** What the annotation says. */
  public enum State {
    /** Nothing. */
    MISSING("MissingAnnotation"),
    /** Something that is neither a link nor starts with {@code unapproved}. */
    INVALID("InvalidAnnotation"),
    /** That it is not approved, and should be there all the same. */
    BYPASSED("UnapprovedAnnotation"),
    /** Where it was approved. */
    APPROVED("ApprovedAnnotation");

    private final String reason;

    State(String reason) {
      this.reason = reason;
    }

    /** The reason in the definition's condition {@code KubernetesAPIApprovalPolicyConformant}. */
    public String reason() {
      return reason;
    }
  }

  /** Of a definition; empty where its group is nobody's but its author's. */
  public static Optional<Approval> of(JsonNode definition) {
    String group = "." + definition.path("spec").path("group").asText();
    if (!group.endsWith(".k8s.io") && !group.endsWith(".kubernetes.io")) {
      return Optional.empty();
    }
    String text = definition.path("metadata").path("annotations").path(ANNOTATION).asText();
    String needed = "protected groups must have approval annotation \"" + ANNOTATION + "\"";
    if (text.isEmpty()) {
      return Optional.of(new Approval(State.MISSING, needed + SEE));
    }
    if (text.startsWith("unapproved")) {
      return Optional.of(new Approval(State.BYPASSED, "not approved: \"" + text + "\""));
    }
    if (text.matches("[a-z]+://[^/]+.*")) {
      return Optional.of(new Approval(State.APPROVED, "approved in " + text));
    }
    String either = " with either a URL or a reason starting with \"unapproved\"";
    return Optional.of(new Approval(State.INVALID, needed + either + SEE));
  }
}
