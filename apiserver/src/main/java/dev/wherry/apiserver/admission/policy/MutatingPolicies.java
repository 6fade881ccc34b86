package dev.wherry.apiserver.admission.policy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.admission.AdmissionPlugin;
import dev.wherry.apiserver.admission.AdmissionRequest;
import dev.wherry.apiserver.admission.KindForms;
import dev.wherry.apiserver.admission.Reinvocation;
import dev.wherry.apiserver.admission.match.Input;
import dev.wherry.apiserver.admission.match.Matched;
import dev.wherry.apiserver.admission.match.Matcher;
import dev.wherry.apiserver.admission.match.Versions;
import dev.wherry.apiserver.admission.policy.CompiledPolicy.Mutation;
import dev.wherry.apiserver.admission.policy.Evaluation.Failure;
import dev.wherry.apiserver.cel.Conditions;
import dev.wherry.apiserver.view.ObjectView;
import dev.wherry.apiserver.view.Trees;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Changes objects as the MutatingAdmissionPolicies that are bound say (policy/mutating). */
final class MutatingPolicies implements AdmissionPlugin {
  private final PolicyList list = new PolicyList(true);
  private final Bindings bindings;
  private final KindForms forms;
  private final Mutations mutations;

  MutatingPolicies(Bindings bindings, KindForms forms) {
    this.bindings = bindings;
    this.forms = forms;
    this.mutations = new Mutations(forms);
  }

  void follow(ObjectView view) {
    list.follow(view);
  }

  @Override
  public String name() {
    return "MutatingAdmissionPolicy";
  }

  /** A policy that is to run. */
  private record Invocation(
      Policy policy, Binding binding, Matched matched, Optional<ObjectNode> param) {
    String id() {
      String of = param.map(p -> Trees.namespace(p) + "/" + Trees.name(p)).orElse("");
      return policy.name() + "/" + binding.name() + "/" + of;
    }
  }

  @Override
  public void mutate(AdmissionRequest request, Reinvocation round) {
    List<PolicyList.Bound> bound = list.bound();
    if (bound.isEmpty() || Matcher.isExempt(request)) {
      return;
    }
    Refused refused = new Refused();
    List<Invocation> invocations = new ArrayList<>();
    bindings.find(
        bound,
        request,
        new Bindings.Finding() {
          @Override
          public void met(
              Policy policy, Binding binding, Matched matched, List<Optional<ObjectNode>> params) {
            params.forEach(p -> invocations.add(new Invocation(policy, binding, matched, p)));
          }

          @Override
          public void failed(Policy policy, Optional<Binding> binding, String why) {
            refused.add(policy, binding.map(Binding::name).orElse(""), why, Reason.FORBIDDEN);
          }
        });
    Reinvocation.Calls calls = round.of(name());
    calls.begin(round, request.object());
    Versions versions = new Versions(request, forms);
    for (Invocation invocation : invocations) {
      run(invocation, versions, calls, round, refused);
    }
    versions.finish();
    calls.end(request.object());
    refused.throwIfAny();
  }

  private void run(
      Invocation invocation,
      Versions versions,
      Reinvocation.Calls calls,
      Reinvocation round,
      Refused refused) {
    Policy policy = invocation.policy();
    AdmissionRequest request = versions.in(invocation.matched());
    Map<String, Object> input = bindings.input(request, invocation.matched());
    input.put("params", Input.value(invocation.param()));
    CompiledPolicy compiled = policy.compiled();
    switch (compiled.conditions().judge(input)) {
      case Conditions.Verdict.Excluded() -> {
        return;
      }
      case Conditions.Verdict.Failed(String why) -> {
        refused.add(policy, invocation.binding().name(), why, Reason.INVALID);
        return;
      }
      case Conditions.Verdict.Holds() -> {}
    }
    if (!calls.runs(round, invocation.id())) {
      return;
    }
    boolean changed = false;
    for (Mutation mutation : compiled.mutations()) {
      changed |= mutate(mutation, invocation, versions, input, refused);
    }
    if (changed) {
      calls.changed();
      round.request();
    }
    if (policy.isReinvoked()) {
      calls.ran(invocation.id());
    }
  }

  private boolean mutate(
      Mutation mutation,
      Invocation invocation,
      Versions versions,
      Map<String, Object> input,
      Refused refused) {
    Optional<ObjectNode> object = versions.object();
    if (object.isEmpty()) {
      return false;
    }
    input.put("object", Input.value(object));
    Policy policy = invocation.policy();
    Evaluation evaluation = new Evaluation(input, policy.compiled().variables());
    try {
      ObjectNode changed = mutations.apply(mutation, evaluation, versions.kind(), object.get());
      if (changed.equals(object.get())) {
        return false;
      }
      versions.replace(changed);
      return true;
    } catch (Failure e) {
      refused.add(policy, invocation.binding().name(), e.text(), Reason.INVALID);
      return false;
    }
  }

  /** Why policies deny the request; all of them are told. */
  private static final class Refused {
    private final List<ApiException.Cause> causes = new ArrayList<>();
    private Reason first = Reason.FORBIDDEN;

    void add(Policy policy, String binding, String why, Reason reason) {
      if (policy.ignoresFailure()) {
        return;
      }
      String message =
          binding.isEmpty()
              ? "policy \"" + policy.name() + "\" denied request: " + why
              : "policy '%s' with binding '%s' denied request: %s"
                  .formatted(policy.name(), binding, why);
      if (causes.isEmpty()) {
        first = reason;
      }
      causes.add(new ApiException.Cause("", message, ""));
    }

    void throwIfAny() {
      if (!causes.isEmpty()) {
        throw new ApiException(
            first,
            Reason.FORBIDDEN.code(),
            causes.getFirst().message(),
            new ApiException.Details("", "", "", "", 0, causes));
      }
    }
  }
}
