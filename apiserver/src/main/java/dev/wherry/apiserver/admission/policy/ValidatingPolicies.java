package dev.wherry.apiserver.admission.policy;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.admission.AdmissionPlugin;
import dev.wherry.apiserver.admission.AdmissionRequest;
import dev.wherry.apiserver.admission.KindForms;
import dev.wherry.apiserver.admission.match.Input;
import dev.wherry.apiserver.admission.match.Matched;
import dev.wherry.apiserver.admission.match.Matcher;
import dev.wherry.apiserver.admission.match.Versions;
import dev.wherry.apiserver.cel.Conditions;
import dev.wherry.apiserver.view.ObjectView;
import dev.wherry.apiserver.view.Refusals;
import dev.wherry.model.json.Json;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Judges requests by the ValidatingAdmissionPolicies that are bound (policy/validating). */
final class ValidatingPolicies implements AdmissionPlugin {
  private static final int AUDITED_MAX = 50;
  private static final int ANNOTATION_CHARS_MAX = 10 * 1024;

  private final PolicyList list = new PolicyList(false);
  private final Bindings bindings;
  private final KindForms forms;

  ValidatingPolicies(Bindings bindings, KindForms forms) {
    this.bindings = bindings;
    this.forms = forms;
  }

  void follow(ObjectView view) {
    list.follow(view);
  }

  @Override
  public String name() {
    return "ValidatingAdmissionPolicy";
  }

  @Override
  public void validate(AdmissionRequest request) {
    List<PolicyList.Bound> bound = list.bound();
    if (bound.isEmpty() || Matcher.isExempt(request)) {
      return;
    }
    Round round = new Round(request);
    bindings.find(bound, request, round);
    round.end();
  }

  /** One request's way through all policies. Owned by the request's thread. */
  private final class Round implements Bindings.Finding {
    private final AdmissionRequest request;
    private final ArrayNode audited = Json.array();
    private final Map<String, Set<String>> annotations = new LinkedHashMap<>();
    private Optional<ApiException> denial = Optional.empty();

    Round(AdmissionRequest request) {
      this.request = request;
    }

    @Override
    public void met(
        Policy policy, Binding binding, Matched matched, List<Optional<ObjectNode>> params) {
      AdmissionRequest versioned = new Versions(request, forms).in(matched);
      Map<String, Object> input = bindings.input(versioned, matched);
      for (Optional<ObjectNode> param : params) {
        input.put("params", Input.value(param));
        judged(policy, binding, judge(policy, input));
      }
    }

    @Override
    public void failed(Policy policy, Optional<Binding> binding, String why) {
      if (!policy.ignoresFailure()) {
        deny(policy, binding.map(Binding::name).orElse(""), why, "");
      }
    }

    private Judgement judge(Policy policy, Map<String, Object> input) {
      CompiledPolicy compiled = policy.compiled();
      return switch (compiled.conditions().judge(input)) {
        case Conditions.Verdict.Excluded() -> new Judgement(List.of(), List.of(), Map.of());
        case Conditions.Verdict.Failed(String why) ->
            policy.ignoresFailure()
                ? new Judgement(List.of(), List.of(), Map.of())
                : Judgement.failed(why);
        case Conditions.Verdict.Holds() ->
            Judgement.of(
                compiled, new Evaluation(input, compiled.variables()), policy.ignoresFailure());
      };
    }

    private void judged(Policy policy, Binding binding, Judgement judgement) {
      for (Judgement.Violation violation : judgement.violations()) {
        for (String action : binding.actions()) {
          act(action, policy, binding, violation);
        }
      }
      judgement.errors().forEach(error -> deny(policy, binding.name(), error, ""));
      judgement
          .annotations()
          .forEach((key, value) ->
              annotations
                  .computeIfAbsent(policy.name() + "/" + key, k -> new LinkedHashSet<>())
                  .add(value.substring(0, Math.min(value.length(), ANNOTATION_CHARS_MAX))));
    }

    private void act(String action, Policy policy, Binding binding, Judgement.Violation violation) {
      switch (action) {
        case "Warn" ->
            request
                .notes()
                .warn(
                    "Validation failed for ValidatingAdmissionPolicy '%s' with binding '%s': %s"
                        .formatted(policy.name(), binding.name(), violation.message()));
        case "Audit" -> audit(policy, binding, violation);
        default -> deny(policy, binding.name(), violation.message(), violation.reason());
      }
    }

    private void audit(Policy policy, Binding binding, Judgement.Violation violation) {
      if (audited.size() == AUDITED_MAX) {
        return;
      }
      ObjectNode entry = audited.addObject();
      entry.put("message", violation.message()).put("policy", policy.name());
      entry.put("binding", binding.name()).put("expressionIndex", violation.index());
      binding.actions().forEach(entry.putArray("validationActions")::add);
    }

    private void deny(Policy policy, String binding, String why, String reason) {
      if (denial.isPresent()) {
        return;
      }
      String by =
          binding.isEmpty()
              ? "ValidatingAdmissionPolicy '" + policy.name() + "'"
              : "ValidatingAdmissionPolicy '%s' with binding '%s'"
                  .formatted(policy.name(), binding);
      denial = Optional.of(denied(by + " denied request: " + why, reason));
    }

    private ApiException denied(String message, String reason) {
      ApiException plain = Refusals.forbidden(request.resource(), request.name(), message);
      Reason known = Reason.of(reason).filter(r -> r != Reason.UNKNOWN).orElse(Reason.INVALID);
      ApiException.Details of = plain.details();
      return new ApiException(
          known,
          code(known),
          plain.text(),
          new ApiException.Details(
              of.group(),
              of.kind(),
              of.name(),
              "",
              0,
              List.of(new ApiException.Cause("", message, ""))));
    }

    private static int code(Reason reason) {
      return switch (reason) {
        case FORBIDDEN, UNAUTHORIZED, REQUEST_ENTITY_TOO_LARGE -> reason.code();
        default -> Reason.INVALID.code();
      };
    }

    void end() {
      annotations.forEach(
          (key, values) -> request.notes().annotate(key, String.join(", ", values)));
      if (!audited.isEmpty()) {
        request
            .notes()
            .annotate("validation.policy.admission.k8s.io/validation_failure", audited.toString());
      }
      if (denial.isPresent()) {
        throw denial.get();
      }
    }
  }
}
